using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Support;

/// <summary>
/// Tests of the whole service that hold whatever adapters it is made of; a subclass for each profile runs them. A host
/// ends with its test at the latest, so that a test class may share one among its parts.
/// </summary>
public abstract class ProfileSuite(HostProfile profile) : IAsyncDisposable
{
    private readonly List<BackendHost> _hosts = [];

    private protected HostProfile Profile { get; } = profile;

    private protected BackendHost Start(IReadOnlyDictionary<string, string>? settings = null, TimeProvider? clock = null, Action<IServiceCollection>? services = null)
    {
        var host = BackendHost.Start(Profile, settings, clock, services);
        _hosts.Add(host);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var host in _hosts.AsEnumerable().Reverse())
        {
            await host.DisposeAsync();
        }
    }
}
