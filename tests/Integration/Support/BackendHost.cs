using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.TrackmaniaSandbox;
using Backend.WebApi.Workers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;

namespace Backend.Integration.Support;

/// <summary>
/// The real service on a free loopback port, composed as in production from settings alone; only the clock may be
/// another one, and the log is read along. Its sandbox runs in the same process.
/// </summary>
internal sealed class BackendHost : WebApplicationFactory<Program>
{
    public const string JwtSecret = "a secret of the tests, longer than 32 bytes";
    public const string Password = "correct horse battery staple";

    private static int s_users;

    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly TimeProvider _clock;
    private readonly Action<IServiceCollection>? _services;

    private BackendHost(IReadOnlyDictionary<string, string> settings, TimeProvider clock, Action<IServiceCollection>? services)
    {
        _settings = settings;
        _clock = clock;
        _services = services;
        UseKestrel();
    }

    public CapturedLogs Logs { get; } = new();

    public SandboxServer Sandbox => Services.GetRequiredService<EmbeddedSandbox>().Server ?? throw new InvalidOperationException("The sandbox does not run.");

    /// <param name="settings">On top of cheap passwords, no rate limits and a fast upstream.</param>
    /// <param name="services">For failure injection only.</param>
    public static BackendHost Start(IReadOnlyDictionary<string, string>? settings = null, TimeProvider? clock = null, Action<IServiceCollection>? services = null)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // As a setting: given to UseKestrel, the port is set while the server may have started already.
            ["urls"] = "http://127.0.0.1:0",
            ["JWT_SECRET"] = JwtSecret,
            ["Serilog:WriteTo:0:Args:restrictedToMinimumLevel"] = "Fatal",
            ["Trackmania:Sandbox"] = "true",
            ["Trackmania:NadeoRate"] = "1000",
            ["Trackmania:TmxRate"] = "1000",
            ["Trackmania:OAuthRate"] = "1000",
            ["Passwords:Cost"] = "4",
            ["Accounts:MaxUsers"] = "100000",
            ["RateLimits:Login"] = "off",
            ["RateLimits:LoginAccount"] = "off",
            ["RateLimits:Register"] = "off",
            ["RateLimits:MapSearch"] = "off",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            all[key] = value;
        }

        var host = new BackendHost(all, clock ?? TimeProvider.System, services);
        host.StartServer();
        return host;
    }

    /// <summary>A client of a user who was just registered and signed in.</summary>
    public async Task<SignedInUser> SignInAsync(string? name = null)
    {
        var userName = name ?? $"user {Interlocked.Increment(ref s_users).ToString(CultureInfo.InvariantCulture)}";
        var client = CreateClient();
        using var registered = await client.PostAsJsonAsync("/api/v1/users/register", new { email = $"{Interlocked.Increment(ref s_users).ToString(CultureInfo.InvariantCulture)}@example.org", username = userName, password = Password });
        registered.EnsureSuccessStatusCode();
        return await SignInAgainAsync(userName);
    }

    /// <summary>One session more of a user who is registered already.</summary>
    public async Task<SignedInUser> SignInAgainAsync(string userName)
    {
        var client = CreateClient();
        using var signedIn = await client.PostAsJsonAsync("/api/v1/users/login", new { email = userName, password = Password });
        signedIn.EnsureSuccessStatusCode();
        var tokens = await signedIn.Content.ReadFromJsonAsync<JsonNode>() ?? throw new JsonException("No body.");
        var user = new SignedInUser(client, userName, (string)tokens["access_token"]!, (string)tokens["refresh_token"]!);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        return user;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton(_clock);
            services.AddSingleton<ILogEventSink>(Logs);
            _services?.Invoke(services);
        });
    }
}

/// <param name="Client">Sends the access token with every request.</param>
internal sealed record SignedInUser(HttpClient Client, string Name, string AccessToken, string RefreshToken);
