using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Backend.TrackmaniaSandbox;

/// <summary>
/// A stand-in for the upstream hosts over real HTTP on the loopback address. It reads no environment and no files and
/// keeps no static state, so several can run in one process, beside another web application.
/// </summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private static readonly object TargetKey = new();

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping;
    private int _disposed;

    private SandboxServer(WebApplication app, CancellationTokenSource stopping, Uri baseUrl, Parts parts)
    {
        _app = app;
        _stopping = stopping;
        BaseUrl = baseUrl;
        CoreUrl = new Uri(baseUrl, "core/");
        LiveUrl = new Uri(baseUrl, "live/");
        OAuthUrl = new Uri(baseUrl, "oauth/");
        TmxUrl = new Uri(baseUrl, "tmx/");
        Credentials = parts.Credentials;
        World = parts.World;
        Faults = parts.Faults;
        Traffic = parts.Traffic;
        Scenario = parts.Scenario;
    }

    /// <summary>Root of the server, with a trailing slash like all the others.</summary>
    public Uri BaseUrl { get; }

    /// <summary>Base of the core host.</summary>
    public Uri CoreUrl { get; }

    /// <summary>Base of the live host.</summary>
    public Uri LiveUrl { get; }

    /// <summary>Base of the OAuth host.</summary>
    public Uri OAuthUrl { get; }

    /// <summary>Base of the map site.</summary>
    public Uri TmxUrl { get; }

    /// <summary>What clients log in with.</summary>
    public SandboxCredentials Credentials { get; }

    /// <summary>What there is to be found.</summary>
    public SandboxWorld World { get; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan Faults { get; }

    /// <summary>What was asked.</summary>
    public TrafficLog Traffic { get; }

    /// <summary>Makes things happen in the world.</summary>
    public ScenarioDriver Scenario { get; }

    /// <summary>Starts a sandbox on 127.0.0.1.</summary>
    /// <param name="options">Seed, port and switches.</param>
    /// <param name="clock">The sandbox's only source of time: token lifetimes, records, latency, traffic stamps.</param>
    /// <param name="ct">Gives up starting.</param>
    public static async Task<SandboxServer> StartAsync(SandboxOptions options, TimeProvider clock, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(SandboxServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
            kestrel.Limits.MaxRequestBufferSize = 128 * 1024;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.AddRoutingCore();

        // The default lifetime would take Ctrl+C away from the process that embeds this server.
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();

        var stopping = new CancellationTokenSource();
        var parts = new Parts(options, clock);
        var app = builder.Build();
        parts.Compose(app, stopping.Token);
        try
        {
            await app.StartAsync(ct);
        }
        catch
        {
            await app.DisposeAsync();
            stopping.Dispose();
            throw;
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new SandboxServer(app, stopping, new Uri(address), parts);
    }

    /// <summary>Stops at once; requests that hang are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        using var noPatience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _app.StopAsync(noPatience.Token);
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Path and query as sent, without the base path of the host.</summary>
    internal static string TargetOf(HttpContext context) => (string)context.Items[TargetKey]!;

    private sealed class EmbeddedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Parts
    {
        private readonly SandboxOptions _options;
        private readonly TimeProvider _clock;

        public Parts(SandboxOptions options, TimeProvider clock)
        {
            _options = options;
            _clock = clock;
            Credentials = SandboxCredentials.FromSeed(options.Seed);
            World = new SandboxWorld(options.Seed, clock);
            Faults = new FaultPlan(clock);
            Traffic = new TrafficLog(clock, options.TrafficCapacity);
            Scenario = new ScenarioDriver(World, clock);
        }

        public SandboxCredentials Credentials { get; }

        public SandboxWorld World { get; }

        public FaultPlan Faults { get; }

        public TrafficLog Traffic { get; }

        public ScenarioDriver Scenario { get; }

        public void Compose(WebApplication app, CancellationToken stopping)
        {
            var gate = new HostGate(_options, Traffic, new FaultMiddleware(Faults, _clock, stopping));
            app.Use(next => context => gate.InvokeAsync(context, next, (c, target) => c.Items[TargetKey] = target));
            app.UseRouting();

            var nadeo = new NadeoTokens(World, Credentials, _clock, Faults);
            new CoreHost(World, Credentials, nadeo).Map(app);
            new LiveHost(World, _options, nadeo, Faults).Map(app);
            new OAuthHost(World, Credentials, new OAuthTokens(_options.Seed, Credentials, _clock, Faults)).Map(app);
            new TmxHost(World, Scenario).Map(app);
            new AdminHost(World, Credentials, Faults, Traffic, Scenario, _clock).Map(app);
            app.MapFallback(HostGate.NotFoundAsync);
        }
    }
}
