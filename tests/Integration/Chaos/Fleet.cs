using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Npgsql;

namespace Backend.Integration.Chaos;

/// <summary>
/// Processes of the published service on the same stores and one sandbox. Each is known by its name to both: the database
/// as the name of the application, the sandbox as the User-Agent.
/// </summary>
/// <param name="storesOf">What an instance of that name is told of the stores.</param>
internal sealed class Fleet(Func<string, Task<IReadOnlyDictionary<string, string>>> storesOf, SandboxServer sandbox, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    public Fleet(string connectionString, SandboxServer sandbox, IReadOnlyDictionary<string, string> settings)
        : this(name => Task.FromResult(OnDatabase(connectionString, name)), sandbox, settings)
    {
    }

    public static IReadOnlyDictionary<string, string> OnDatabase(string connectionString, string name) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["NEON_DB_CONNECTION_STRING"] = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = name, MaxPoolSize = 30 }.ConnectionString,
    };

    private readonly List<ServiceProcess> _started = [];

    /// <param name="more">Settings of this instance alone.</param>
    public async Task<ServiceProcess> StartAsync(params (string Key, string Value)[] more)
    {
        var name = $"instance-{_started.Count + 1}";
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["JWT_SECRET"] = BackendHost.JwtSecret,
            ["Trackmania:NadeoRate"] = "1000",
            ["Trackmania:TmxRate"] = "1000",
            ["Trackmania:OAuthRate"] = "1000",
            ["Passwords:Cost"] = "4",
            ["RateLimits:Login"] = "off",
            ["RateLimits:LoginAccount"] = "off",
            ["RateLimits:Register"] = "off",
            ["RateLimits:MapSearch"] = "off",
            ["Serilog:MinimumLevel:Default"] = "Warning",
            ["Serilog:MinimumLevel:Override:Backend.WebApi.Workers.StartupLog"] = "Information",
        };
        foreach (var (key, value) in SandboxSettings.Of(sandbox, name).Concat(await storesOf(name)).Concat(settings).Concat(more.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))))
        {
            all[key] = value;
        }

        var process = await ServiceProcess.StartAsync(name, all.WithMail());
        _started.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
        {
            await process.DisposeAsync();
        }
    }
}
