namespace Backend.Infrastructure.Trackmania;

/// <summary>
/// Where the Trackmania services are. Read anew for every request, because a sandbox in the same process knows its
/// port only when it has started; <see cref="Publish"/> then replaces all four at once.
/// </summary>
public sealed class TrackmaniaAddresses(Uri core, Uri live, Uri oauth, Uri tmx)
{
    private volatile Set _current = new(core, live, oauth, tmx);

    public Uri Core => _current.Core;

    public Uri Live => _current.Live;

    public Uri OAuth => _current.OAuth;

    public Uri Tmx => _current.Tmx;

    public void Publish(Uri core, Uri live, Uri oauth, Uri tmx) => _current = new Set(core, live, oauth, tmx);

    private sealed record Set(Uri Core, Uri Live, Uri OAuth, Uri Tmx);
}
