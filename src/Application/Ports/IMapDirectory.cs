using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>Knows which maps a mapper made (Trackmania Exchange).</summary>
public interface IMapDirectory
{
    /// <summary>
    /// All listed maps of which the mapper is an author, newest upload first, each once. An unknown mapper and one
    /// without maps look alike: empty.
    /// </summary>
    /// <param name="mapper">Whole name on the site; compared without regard to case.</param>
    /// <returns>An <see cref="ErrorKind.Upstream"/> error when the site does not answer properly after retries, <see cref="ErrorKind.UpstreamTimeout"/> when not in time.</returns>
    Task<Result<IReadOnlyList<MapListing>>> ListMapsAsync(string mapper, CancellationToken cancellationToken);

    /// <summary>
    /// One page of the maps that match, newest upload first. Whoever reads page after page sees each map once, although new
    /// ones are uploaded meanwhile, as long as he asks the same process and for the next page within minutes.
    /// </summary>
    /// <param name="filter">What to look for.</param>
    /// <param name="page">From 1, at most <see cref="MaxPages"/>; beyond the last one it is empty.</param>
    /// <inheritdoc cref="ListMapsAsync" path="/returns"/>
    Task<Result<FoundMaps>> SearchAsync(MapFilter filter, int page, CancellationToken cancellationToken);

    /// <summary>Maps on a page.</summary>
    const int PageSize = 20;

    /// <summary>Pages that can be read.</summary>
    const int MaxPages = 50;
}

/// <summary>One of both.</summary>
/// <param name="Name">Words of the map's name, as the site understands them.</param>
/// <param name="MapUid">The whole UID.</param>
public sealed record MapFilter(string? Name, MapUid? MapUid)
{
    public static MapFilter ByName(string name) => new(name, null);

    public static MapFilter ByUid(MapUid mapUid) => new(null, mapUid);
}

/// <param name="HasMore">There is a next page.</param>
public sealed record FoundMaps(IReadOnlyList<FoundMap> Maps, bool HasMore);

/// <summary>A map as Trackmania Exchange shows it to somebody who looks for one.</summary>
/// <param name="MapUid">Never null: a map without one cannot be followed, and is left out.</param>
/// <param name="Authors">Names on the site.</param>
/// <param name="UploadedAt">UTC.</param>
public sealed record FoundMap(long MapId, MapUid MapUid, string Name, IReadOnlyList<string> Authors, Medals Medals, DateTimeOffset UploadedAt, int DownloadCount);

/// <summary>Times that earn medals, in milliseconds; null where the site does not say.</summary>
public sealed record Medals(long? Author, long? Gold, long? Silver, long? Bronze);
