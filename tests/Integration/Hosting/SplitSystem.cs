using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Npgsql;

namespace Backend.Integration.Hosting;

/// <summary>Processes of the published service that share everything and have different roles. Each is known to the sandbox by its role.</summary>
internal sealed class SplitSystem : IAsyncDisposable
{
    private readonly List<ServiceProcess> _started = [];
    private readonly HostProfile _profile;
    private readonly TestDatabase _database;
    private readonly AwsResources? _aws;

    private SplitSystem(HostProfile profile, TestDatabase database, AwsResources? aws, SandboxServer sandbox)
    {
        _profile = profile;
        _database = database;
        _aws = aws;
        Sandbox = sandbox;
    }

    public SandboxServer Sandbox { get; }

    public AwsResources Aws => _aws ?? throw new InvalidOperationException("The profile has no tables.");

    public static async Task<SplitSystem> PrepareAsync(HostProfile profile) => new(
        profile,
        await TestDatabase.CreateAsync(),
        profile == HostProfile.Aws ? await AwsResources.CreateAsync() : null,
        await SandboxServer.StartAsync(new SandboxOptions(), TimeProvider.System, CancellationToken.None));

    public async Task<ServiceProcess> StartAsync(string role)
    {
        var name = $"{role.ToLowerInvariant()}-{_started.Count + 1}";
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Hosting:Role"] = role,
            ["Adapters:Profile"] = _profile.Name,
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["JWT_SECRET"] = BackendHost.JwtSecret,
            ["NEON_DB_CONNECTION_STRING"] = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { ApplicationName = name, MaxPoolSize = 20 }.ConnectionString,
            ["Trackmania:NadeoRate"] = "1000",
            ["Trackmania:TmxRate"] = "1000",
            ["Trackmania:OAuthRate"] = "1000",
            ["Passwords:Cost"] = "4",
        };
        foreach (var (key, value) in SandboxSettings.Of(Sandbox, name).Concat(_aws is null ? [] : _aws.Endpoints.Environment.Concat(_aws.Settings)))
        {
            all[key] = value;
        }

        var process = await ServiceProcess.StartAsync(name, all.WithMail());
        _started.Add(process);
        await process.ListensAsync();
        return process;
    }

    /// <summary>A user of that process.</summary>
    public static async Task<SignedInUser> SignInAsync(ServiceProcess api)
    {
        var client = new HttpClient { BaseAddress = api.Address };
        using var registered = await client.PostAsJsonAsync("/api/v1/users/register", new { email = "a@example.org", username = "a user", password = BackendHost.Password });
        registered.EnsureSuccessStatusCode();
        using var signedIn = await client.PostAsJsonAsync("/api/v1/users/login", new { email = "a user", password = BackendHost.Password });
        signedIn.EnsureSuccessStatusCode();
        var tokens = (await signedIn.Content.ReadFromJsonAsync<JsonNode>())!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)tokens["access_token"]!);
        return new SignedInUser(client, "a user", (string)tokens["access_token"]!, (string)tokens["refresh_token"]!);
    }

    /// <summary>Requests of the process to Trackmania.</summary>
    public int CallsOf(ServiceProcess process, SandboxHost? host = null) => Sandbox.Traffic.Entries.Count(e => e.UserAgent == process.Name && (host is null || e.Host == host));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
        {
            await process.DisposeAsync();
        }

        await Sandbox.DisposeAsync();
        if (_aws is not null)
        {
            await _aws.DisposeAsync();
        }

        await _database.DisposeAsync();
    }
}
