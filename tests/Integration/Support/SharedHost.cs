namespace Backend.Integration.Support;

/// <summary>One host for all tests of a class that neither need settings of their own nor mind what the others do: as a class fixture it ends with the last.</summary>
public sealed class SharedHost : IAsyncDisposable
{
    private BackendHost? _host;

    internal BackendHost Start(HostProfile profile) => _host ??= BackendHost.Start(profile);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }
}
