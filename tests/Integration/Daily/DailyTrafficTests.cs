using System.Globalization;
using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Administration;
using Backend.Domain.Alerts;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Backend.WebApi.Workers;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Daily;

/// <summary>How much a run asks of the Trackmania services, counted by the sandbox.</summary>
public sealed class DailyTrafficTests
{
    private const string Mapper = "Nobody";
    private const int Maps = 150;

    [Theory]
    [InlineData("wr", 3)]
    [InlineData("top5", 7)]
    [InlineData("all", 7)]
    public async Task Maps_that_did_not_change_cost_a_few_questions_for_each_fifty(string filter, int mostPerFifty)
    {
        var clock = new FastClock(300);
        await using var host = Start(clock, ("Daily:FullReadEvery", "365"));
        Upload(host, Maps);
        await AddAlertAsync(host, filter, clock);
        await RunAsync(host, clock);
        (await FindAlertAsync(host)).Mode.ShouldBe(AlertMode.Inaccurate);
        Boards(host).Count.ShouldBe(Maps);
        Questions(host).ShouldBe(3, "only how many players there are");

        clock.Advance(TimeSpan.FromDays(1));
        host.Sandbox.Traffic.Reset();
        await RunAsync(host, clock);

        Questions(host).ShouldBeLessThanOrEqualTo(mostPerFifty * Maps / 50);
        Boards(host).Count.ShouldBeLessThanOrEqualTo(3, "those that are due for a full read");

        clock.Advance(TimeSpan.FromDays(1));
        var changed = host.Sandbox.World.MapsOf(Mapper).Where((_, n) => n % 50 == 7).Select(map => map.Uid!).ToList();
        changed.ForEach(uid => host.Sandbox.Scenario.NewPlayer(uid));
        host.Sandbox.Traffic.Reset();
        await RunAsync(host, clock);

        changed.Except(Boards(host), StringComparer.Ordinal).ShouldBeEmpty();
        Boards(host).Count.ShouldBeLessThanOrEqualTo(changed.Count + 3);
    }

    [Fact]
    public async Task Each_board_is_read_once_whoever_follows_it()
    {
        var clock = new FastClock(300);
        await using var host = Start(clock);
        Upload(host, 12);
        await AddAlertAsync(host, "top5", clock);
        foreach (var map in host.Sandbox.World.MapsOf(Mapper).Take(5))
        {
            var row = host.Sandbox.World.BoardOf(map.Uid!)[0];
            await AddNotificationAsync(host, await FindUserAsync(host, Mapper), map, row, clock);
            await AddNotificationAsync(host, await AddUserAsync(host), map, row, clock);
        }

        await RunAsync(host, clock);

        Boards(host).Count.ShouldBe(12);
        Boards(host).ShouldBeUnique();
    }

    [Fact]
    public async Task Each_board_is_read_once_however_many_workers_want_it_at_the_same_time()
    {
        var clock = new FastClock(300);
        await using var host = Start(clock);
        Upload(host, 6);
        for (var i = 0; i < 12; i++)
        {
            var user = await AddUserAsync(host);
            foreach (var map in host.Sandbox.World.MapsOf(Mapper))
            {
                await AddNotificationAsync(host, user, map, host.Sandbox.World.BoardOf(map.Uid!)[2], clock);
            }
        }

        foreach (var map in host.Sandbox.World.MapsOf(Mapper))
        {
            host.Sandbox.Scenario.NewPlayer(map.Uid!);
        }

        var more = Enumerable.Range(0, 7).Select(_ => ActivatorUtilities.CreateInstance<DailyCheckWorker>(host.Services)).ToList();
        await Task.WhenAll(more.Select(worker => worker.StartAsync(CancellationToken.None)));
        host.Sandbox.Traffic.Reset();

        var run = await RunAsync(host, clock);

        await Task.WhenAll(more.Select(worker => worker.StopAsync(CancellationToken.None)));
        Boards(host).Count.ShouldBe(6);
        Boards(host).ShouldBeUnique();
        (run.Counts.Drivers, run.Counts.DriverErrors, run.Counts.Nothing).ShouldBe((12, 0, 0));
    }

    [Fact]
    public async Task The_pace_is_kept()
    {
        var clock = new FastClock(4);
        await using var host = Start(clock, ("Trackmania:NadeoRate", "2"));
        Upload(host, 14);
        await AddAlertAsync(host, "all", clock);
        host.Sandbox.Traffic.Reset();

        await RunAsync(host, clock);

        Boards(host).Count.ShouldBe(14);

        // Requests lie half a second apart; on their way they may lose a tenth of a real second, which is less than half of one here.
        var sent = host.Sandbox.Traffic.Entries.Where(e => e.Host is SandboxHost.Core or SandboxHost.Live).ToList();
        var delayed = TimeSpan.FromSeconds(0.4);
        host.Sandbox.Traffic.MaxInWindow(TimeSpan.FromSeconds(1) - delayed, SandboxHost.Core, SandboxHost.Live).ShouldBeLessThanOrEqualTo(2);
        (sent[^1].At - sent[0].At).ShouldBeGreaterThan((TimeSpan.FromSeconds(0.5) * (sent.Count - 1)) - delayed);
    }

    private static BackendHost Start(FastClock clock, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // Hours pass in seconds here.
            ["Trackmania:NadeoTimeout"] = "01:00:00",
            ["Trackmania:TmxTimeout"] = "01:00:00",
            ["Trackmania:OAuthTimeout"] = "01:00:00",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return BackendHost.Start(HostProfile.InMemory, all, clock);
    }

    private static void Upload(BackendHost host, int maps)
    {
        for (var i = 0; i < maps; i++)
        {
            var map = host.Sandbox.Scenario.UploadMap(Mapper, string.Create(CultureInfo.InvariantCulture, $"Map {i}"));
            for (var row = 0; row < 8; row++)
            {
                host.Sandbox.Scenario.NewPlayer(map.Uid!, 40_000 + (row * 100));
            }
        }
    }

    private static async Task AddAlertAsync(BackendHost host, string filter, FastClock clock)
    {
        await host.SignInAsync(Mapper);
        await host.Services.GetRequiredService<ISiteSettingStore>().SetAsync(SiteSetting.MaxMapsPerUser, 1000, clock.GetUtcNow(), CancellationToken.None);
        AlertWords.TryReadFilter(filter, out var wanted).ShouldBeTrue();
        (await host.Services.GetRequiredService<IAlertStore>().AddAsync(new NewAlert((await FindUserAsync(host, Mapper)).Id, AlertMode.Accurate, wanted, clock.GetUtcNow()), CancellationToken.None)).Alert.ShouldNotBeNull();
    }

    private static async Task<MapperAlert> FindAlertAsync(BackendHost host) =>
        (await host.Services.GetRequiredService<IAlertStore>().FindAsync((await FindUserAsync(host, Mapper)).Id, CancellationToken.None)).ShouldNotBeNull();

    private static async Task<Backend.Domain.Accounts.User> FindUserAsync(BackendHost host, string name) =>
        (await host.Services.GetRequiredService<IUserStore>().FindByLoginAsync(name, CancellationToken.None)).ShouldNotBeNull();

    private static async Task<Backend.Domain.Accounts.User> AddUserAsync(BackendHost host) => await FindUserAsync(host, (await host.SignInAsync()).Name);

    private static async Task AddNotificationAsync(BackendHost host, Backend.Domain.Accounts.User user, SandboxMap map, SandboxRecord row, FastClock clock) =>
        (await host.Services.GetRequiredService<IDriverNotificationStore>().AddAsync(
            new NewDriverNotification(
                user.Id,
                new AccountId(row.AccountId),
                MapUid.TryCreate(map.Uid, out var uid) ? uid : throw new ArgumentException(map.Uid, nameof(map)),
                map.Name,
                row.Position,
                RecordTime.FromMilliseconds(row.Score),
                clock.GetUtcNow()),
            maxPerUser: 100,
            CancellationToken.None)).Notification.ShouldNotBeNull();

    private static async Task<DailyRun> RunAsync(BackendHost host, FastClock clock)
    {
        var mediator = host.Services.GetRequiredService<IMediator>();
        var run = (await mediator.Send(new StartDailyRunCommand("test"))).Value.Run;
        run = await Eventually.GetAsync(async () => (await mediator.Send(new FindDailyRunQuery(run.Date))).Value, found => found.FinishedAt is not null);
        run.Counts.MapperErrors.ShouldBe(0);
        return run;
    }

    private static List<string> Boards(BackendHost host) => [.. host.Sandbox.Traffic.Entries
        .Where(e => e.Host == SandboxHost.Live && e.PathAndQuery.Contains("/top?", StringComparison.Ordinal)).Select(e => e.PathAndQuery.Split("/map/")[1].Split('/')[0])];

    private static int Questions(BackendHost host) => host.Sandbox.Traffic.Entries.Count(e => e.Host == SandboxHost.Live && e.Method == "POST");
}
