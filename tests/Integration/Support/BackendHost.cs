using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Postgres;
using Backend.Infrastructure.Security;
using Backend.TrackmaniaSandbox;
using Backend.WebApi.Workers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Serilog.Core;

namespace Backend.Integration.Support;

/// <summary>
/// The real service on a free loopback port, composed as in production from settings alone; only the clock may be
/// another one, and the log is read along. Its sandbox runs in the same process, its database, tables and queues on the servers of the tests.
/// </summary>
internal sealed class BackendHost : WebApplicationFactory<Program>
{
    public const string JwtSecret = "a secret of the tests, longer than 32 bytes";
    public const string Password = "correct horse battery staple";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private static int s_hosts;
    private static int s_users;

    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly TimeProvider _clock;
    private readonly Action<IServiceCollection>? _services;
    private readonly HostStores _stores;
    private bool _disposed;

    private BackendHost(IReadOnlyDictionary<string, string> settings, TimeProvider clock, Action<IServiceCollection>? services, HostStores stores)
    {
        _stores = stores;
        _settings = settings;
        _clock = clock;
        _services = services;
        UseKestrel();
    }

    public CapturedLogs Logs { get; } = new();

    private IEnumerable<IHostedService> Workers => Services.GetServices<IHostedService>().Where(service => service is MapSearchWorker or MapCountWorker or DailyCheckWorker or DailyEmailWorker or PasswordResetWorker);

    /// <summary>What it has sent, one file a mail; made when the first one is sent.</summary>
    public string MailFolder => _settings["Email:PickupFolder"];

    /// <summary>None when the profile has none, or when the settings named one that belongs to the test.</summary>
    public TestDatabase? Database => _stores.Database;

    /// <inheritdoc cref="Database"/>
    public AwsResources? Aws => _stores.Aws;

    public SandboxServer Sandbox => Services.GetRequiredService<EmbeddedSandbox>().Server ?? throw new InvalidOperationException("The sandbox does not run.");

    /// <param name="settings">On top of the profile, cheap passwords, no rate limits and a fast upstream.</param>
    /// <param name="services">For failure injection only.</param>
    public static BackendHost Start(HostProfile profile, IReadOnlyDictionary<string, string>? settings = null, TimeProvider? clock = null, Action<IServiceCollection>? services = null)
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

            // Of its own, since mails of two hosts may have the same name.
            ["Adapters:Email"] = "Pickup",
            ["Email:PickupFolder"] = Path.Combine(Leash.Instance.Folder, "mail", Interlocked.Increment(ref s_hosts).ToString(CultureInfo.InvariantCulture)),
        };
        foreach (var limit in Enum.GetValues<RateLimit>().Except([RateLimit.LoginAccountAddress]))
        {
            all[$"RateLimits:{limit}"] = "off";
        }

        foreach (var (key, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            all[key] = value;
        }

        clock ??= TimeProvider.System;
        var stores = Wait(() => profile.PrepareAsync(all, clock));
        var host = new BackendHost(all, clock, services, stores);
        try
        {
            host.StartServer();
            return host;
        }
        catch
        {
            Wait(async () =>
            {
                await host.DisposeAsync();
                return true;
            });
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        var disposing = Task.Run(async () => await base.DisposeAsync());
        while (await Task.WhenAny(disposing, Task.Delay(s_patience, TimeProvider.System)) != disposing)
        {
            // The HTTP pipelines wait for calls that are under way, on the host's clock, which may stand still.
            (_clock as FakeTimeProvider)?.Advance(s_patience);
        }

        await disposing;
        await _stores.DisposeAsync();
    }

    /// <summary>The searches as they are in the store, also when the host has stopped and all that it held is closed.</summary>
    public IMapSearchJobStore JobsBeyondItsEnd() => Aws is { } aws
        ? new DynamoMapSearchJobStore(new DynamoDatabase(aws.DynamoDb, new RandomIdSource()), Services.GetRequiredService<AwsSettings>(), Services.GetRequiredService<MapSearchOptions>(), _clock)
        : Database is { } database
        ? new PostgresMapSearchJobStore(new PostgresDatabase(database.DataSource), Services.GetRequiredService<MapSearchOptions>(), _clock)
        : Services.GetRequiredService<IMapSearchJobStore>();

    /// <summary>From then on this host only answers requests.</summary>
    public Task StopWorkerAsync() => Task.WhenAll(Workers.Select(worker => worker.StopAsync(CancellationToken.None)));

    /// <summary>After <see cref="StopWorkerAsync"/>.</summary>
    public Task StartWorkerAsync() => Task.WhenAll(Workers.Select(worker => worker.StartAsync(CancellationToken.None)));

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

    /// <summary>Test classes start their host where they are made, which cannot wait otherwise.</summary>
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

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
