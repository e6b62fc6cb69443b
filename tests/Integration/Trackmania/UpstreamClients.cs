using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Trackmania;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backend.Integration.Trackmania;

/// <summary>The clients as the product registers them, against an upstream over real HTTP, on a fast clock.</summary>
internal sealed class UpstreamClients : IAsyncDisposable
{
    public const string UserAgent = "Record search tests; contact: ops@example.org (really!)";

    private readonly ServiceProvider _services;

    private UpstreamClients(SandboxServer? sandbox, ServiceProvider services, TimeProvider clock, CapturedLog log) =>
        (Sandbox, _services, Clock, Log) = (sandbox!, services, clock, log);

    public SandboxServer Sandbox { get; }

    public TimeProvider Clock { get; }

    public CapturedLog Log { get; }

    public ILeaderboardSource Leaderboards => _services.GetRequiredService<ILeaderboardSource>();

    public IMapDirectory Maps => _services.GetRequiredService<IMapDirectory>();

    public ITmxUserDirectory Users => _services.GetRequiredService<ITmxUserDirectory>();

    public IPlayerNames Names => _services.GetRequiredService<IPlayerNames>();

    public IUpstreamTokenStore TokenStore => _services.GetRequiredService<IUpstreamTokenStore>();

    /// <param name="speed">How much faster than real time the clock runs. Time limits shrink with it, so the fastest tests get long ones.</param>
    public static async Task<UpstreamClients> WithSandboxAsync(
        double speed = 100,
        Func<TrackmaniaOptions, TrackmaniaOptions>? change = null,
        TimeProvider? clock = null,
        IUpstreamTokenStore? tokens = null)
    {
        clock ??= new FastClock(speed);
        var sandbox = await SandboxServer.StartAsync(new SandboxOptions(), clock, TestContext.Current.CancellationToken);
        var options = Patient(new TrackmaniaOptions
        {
            CoreUrl = sandbox.CoreUrl,
            LiveUrl = sandbox.LiveUrl,
            OAuthUrl = sandbox.OAuthUrl,
            TmxUrl = sandbox.TmxUrl,
            ServerAuthorization = new Secret(sandbox.Credentials.BasicAuthorization),
            OAuthClientId = sandbox.Credentials.OAuthClientId,
            OAuthClientSecret = new Secret(sandbox.Credentials.OAuthClientSecret),
        });
        return Build(sandbox, change?.Invoke(options) ?? options, clock, tokens);
    }

    public static UpstreamClients With(ScriptedUpstream upstream, TimeProvider clock, Func<TrackmaniaOptions, TrackmaniaOptions>? change = null, IUpstreamTokenStore? tokens = null)
    {
        var options = Patient(new TrackmaniaOptions { CoreUrl = upstream.Url, LiveUrl = upstream.Url, OAuthUrl = upstream.Url, TmxUrl = upstream.Url });
        return Build(sandbox: null, change?.Invoke(options) ?? options, clock, tokens);
    }

    /// <summary>What the sandbox was asked, once all answers are out; it notes their status a moment after sending them.</summary>
    public async Task<IReadOnlyList<TrafficEntry>> AnsweredAsync()
    {
        for (var i = 0; i < 400 && Sandbox.Traffic.Entries.Any(entry => entry.Status == 0); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        return Sandbox.Traffic.Entries;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (Sandbox is not null)
        {
            await Sandbox.DisposeAsync();
        }
    }

    private static TrackmaniaOptions Patient(TrackmaniaOptions options) => options with
    {
        UserAgent = UserAgent,
        NadeoTimeout = TimeSpan.FromHours(1),
        TmxTimeout = TimeSpan.FromHours(1),
        OAuthTimeout = TimeSpan.FromHours(1),
    };

    private static UpstreamClients Build(SandboxServer? sandbox, TrackmaniaOptions options, TimeProvider clock, IUpstreamTokenStore? tokens)
    {
        var log = new CapturedLog();
        var services = new ServiceCollection();
        services.AddSingleton(clock);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        services.AddSingleton<IUpstreamBudget, InMemoryUpstreamBudget>();
        services.AddSingleton(tokens ?? new InMemoryUpstreamTokenStore(clock));
        services.AddTrackmaniaClients(options);
        return new UpstreamClients(sandbox, services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }), clock, log);
    }
}
