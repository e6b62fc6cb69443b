using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Chaos;

/// <summary>Instances in this process that are one system: one database, on AWS the same tables and queues, one sandbox, perhaps one clock.</summary>
internal sealed class TwoInstances : IAsyncDisposable
{
    private readonly List<BackendHost> _hosts = [];
    private readonly HostProfile _profile;
    private readonly HostStores _stores;
    private readonly IReadOnlyDictionary<string, string> _storeSettings;
    private readonly TimeProvider _clock;

    private TwoInstances(HostProfile profile, HostStores stores, IReadOnlyDictionary<string, string> storeSettings, SandboxServer sandbox, TimeProvider clock)
    {
        (_profile, _stores, _storeSettings, Sandbox, _clock) = (profile, stores, storeSettings, sandbox, clock);
    }

    public TestDatabase Database => _stores.Database!;

    public SandboxServer Sandbox { get; }

    public BackendHost One => _hosts[0];

    public BackendHost Other => _hosts[1];

    /// <param name="clock">Followed by the database and the sandbox; the system's clock otherwise.</param>
    public static async Task<TwoInstances> StartAsync(HostProfile profile, TimeProvider clock, params (string Key, string Value)[] settings)
    {
        var system = await PrepareAsync(profile, clock);
        system.Start(settings);
        system.Start(settings);
        return system;
    }

    public static Task<TwoInstances> StartAsync(HostProfile profile, params (string Key, string Value)[] settings) => StartAsync(profile, TimeProvider.System, settings);

    /// <summary>Without any instance yet.</summary>
    public static async Task<TwoInstances> PrepareAsync(HostProfile profile, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var stores = await profile.PrepareAsync(settings, clock);
        return new TwoInstances(profile, stores, settings, await SandboxServer.StartAsync(new SandboxOptions(), clock, CancellationToken.None), clock);
    }

    public BackendHost Start(IEnumerable<(string Key, string Value)> settings, TimeProvider? clock = null)
    {
        var all = SandboxSettings.Of(Sandbox, $"instance-{_hosts.Count + 1}");
        foreach (var (key, value) in _storeSettings.Select(s => (s.Key, s.Value)).Concat(settings))
        {
            all[key] = value;
        }

        var host = BackendHost.Start(_profile, all, clock ?? _clock);
        _hosts.Add(host);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        await Sandbox.DisposeAsync();
        await _stores.DisposeAsync();
    }
}
