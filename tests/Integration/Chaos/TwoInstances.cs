using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Chaos;

/// <summary>Instances in this process that are one system: one database, one sandbox, perhaps one clock.</summary>
internal sealed class TwoInstances : IAsyncDisposable
{
    private readonly List<BackendHost> _hosts = [];
    private readonly IDisposable? _following;
    private readonly string _connectionString;
    private readonly TimeProvider _clock;

    private TwoInstances(TestDatabase database, SandboxServer sandbox, TimeProvider clock, IDisposable? following)
    {
        Database = database;
        Sandbox = sandbox;
        _clock = clock;
        _following = following;
        _connectionString = following is null ? database.ConnectionString : database.ClockedConnectionString;
    }

    public TestDatabase Database { get; }

    public SandboxServer Sandbox { get; }

    public BackendHost One => _hosts[0];

    public BackendHost Other => _hosts[1];

    /// <param name="clock">Followed by the database and the sandbox; the system's clock otherwise.</param>
    public static async Task<TwoInstances> StartAsync<TClock>(TClock clock, params (string Key, string Value)[] settings)
        where TClock : TimeProvider, IFollowedClock
    {
        var database = await TestDatabase.CreateAsync();
        var system = new TwoInstances(database, await SandboxServer.StartAsync(new SandboxOptions(), clock, CancellationToken.None), clock, await database.FollowAsync(clock));
        system.Start(settings);
        system.Start(settings);
        return system;
    }

    public static async Task<TwoInstances> StartAsync(params (string Key, string Value)[] settings)
    {
        var system = await PrepareAsync();
        system.Start(settings);
        system.Start(settings);
        return system;
    }

    /// <summary>Without any instance yet.</summary>
    public static async Task<TwoInstances> PrepareAsync() =>
        new(await TestDatabase.CreateAsync(), await SandboxServer.StartAsync(new SandboxOptions(), TimeProvider.System, CancellationToken.None), TimeProvider.System, following: null);

    public BackendHost Start(IEnumerable<(string Key, string Value)> settings, TimeProvider? clock = null)
    {
        var all = SandboxSettings.Of(Sandbox, $"instance-{_hosts.Count + 1}");
        all["NEON_DB_CONNECTION_STRING"] = _connectionString;
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var host = BackendHost.Start(HostProfile.Postgres, all, clock ?? _clock);
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
        _following?.Dispose();
        await Database.DisposeAsync();
    }
}
