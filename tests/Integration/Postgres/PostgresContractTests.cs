using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.Postgres;
using Backend.Infrastructure.Security;
using Backend.Infrastructure.Trackmania;
using Backend.Integration.Contracts;
using Backend.Integration.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Postgres;

public sealed class PostgresUserStoreTests(ContractDatabase database) : UserStoreContract, IClassFixture<ContractDatabase>
{
    protected override async Task<IUserStore> CreateAsync()
    {
        await database.ExecuteAsync("delete from users");
        return new PostgresUserStore(database.Database, database.Contexts, TimeProvider.System);
    }
}

public sealed class PostgresAlertStoreTests(ContractDatabase database) : AlertStoreContract, IClassFixture<ContractDatabase>
{
    protected override async Task<(IAlertStore Alerts, IUserStore Users)> CreateAsync()
    {
        await database.ExecuteAsync("delete from users");
        return (new PostgresAlertStore(database.Database), new PostgresUserStore(database.Database, database.Contexts, TimeProvider.System));
    }

    protected override Task PassAsync(TimeSpan duration) => database.PassAsync(Time, duration);
}

public sealed class PostgresDriverNotificationStoreTests(ContractDatabase database) : DriverNotificationStoreContract, IClassFixture<ContractDatabase>
{
    protected override async Task<(IDriverNotificationStore Notifications, IUserStore Users)> CreateAsync()
    {
        await database.ExecuteAsync("delete from users");
        return (new PostgresDriverNotificationStore(database.Database), new PostgresUserStore(database.Database, database.Contexts, TimeProvider.System));
    }
}

public sealed class PostgresNotificationHistoryTests(ContractDatabase database) : NotificationHistoryContract, IClassFixture<ContractDatabase>
{
    protected override async Task<(INotificationHistory History, IUserStore Users)> CreateAsync()
    {
        await database.ExecuteAsync("delete from users");
        return (new PostgresNotificationHistory(database.Database), new PostgresUserStore(database.Database, database.Contexts, TimeProvider.System));
    }
}

public sealed class PostgresFeedbackStoreTests(ContractDatabase database) : FeedbackStoreContract, IClassFixture<ContractDatabase>
{
    protected override async Task<(IFeedbackStore Feedback, IUserStore Users)> CreateAsync()
    {
        await database.ExecuteAsync("delete from users");
        return (new PostgresFeedbackStore(database.Database), new PostgresUserStore(database.Database, database.Contexts, TimeProvider.System));
    }
}

public sealed class PostgresPasswordResetStoreTests(ContractDatabase database) : PasswordResetStoreContract, IClassFixture<ContractDatabase>
{
    protected override async Task<(IPasswordResetStore Resets, IUserStore Users)> CreateAsync()
    {
        await database.ExecuteAsync("delete from users; delete from password_resets");
        return (new PostgresPasswordResetStore(database.Database), new PostgresUserStore(database.Database, database.Contexts, TimeProvider.System));
    }

    protected override async Task<int> KeptAsync() =>
        (await database.Database.ReadAsync("select count(*)::int from password_resets", static row => row.GetInt32(0), CancellationToken.None)).Single();

    protected override Task PassAsync(TimeSpan duration) => database.PassAsync(Time, duration);
}

public sealed class PostgresSiteSettingStoreTests(ContractDatabase database) : SiteSettingStoreContract, IClassFixture<ContractDatabase>
{
    /// <summary>What earlier systems left is no number that is allowed.</summary>
    protected override async Task<ISiteSettingStore> CreateAsync()
    {
        await database.ExecuteAsync(
            """
            delete from admin_config;
            insert into admin_config (config_key, config_value, updated_at)
            values ('max_maps_per_user', 'many', now()), ('max_driver_notifications', '1000000', now()), ('unknown', '1', now())
            """);
        return new PostgresSiteSettingStore(database.Database);
    }
}

public sealed class PostgresSessionStoreTests(ContractDatabase database) : SessionStoreContract, IClassFixture<ContractDatabase>
{
    protected override Task<ISessionStore> CreateAsync(TimeProvider time) => Task.FromResult<ISessionStore>(new PostgresSessionStore(database.Database, time));
}

public sealed class PostgresMapSearchJobStoreTests(ContractDatabase database) : MapSearchJobStoreContract, IClassFixture<ContractDatabase>
{
    protected override Task<IMapSearchJobStore> CreateAsync() => Task.FromResult<IMapSearchJobStore>(new PostgresMapSearchJobStore(database.Database, Options, Time));

    protected override Task PassAsync(TimeSpan duration) => database.PassAsync(Time, duration);
}

public sealed class PostgresMapSearchQueueTests(ContractDatabase database) : MapSearchQueueContract, IClassFixture<ContractDatabase>, IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly MapSearchBell _bell = new(database.Source, database.Settings, TimeProvider.System, NullLogger<MapSearchBell>.Instance);

    public async ValueTask DisposeAsync()
    {
        await _bell.StopAsync(CancellationToken.None);
        _bell.Dispose();
    }

    /// <summary>A killed worker's ticket comes back a moment before its lease lapses; its search should not wait for a whole lease again.</summary>
    [Fact]
    public async Task A_ticket_returned_while_its_search_seems_to_run_comes_back_when_that_lease_lapses()
    {
        var options = new MapSearchOptions();
        var queue = await CreateAsync();
        var key = await StoreAsync();
        (await new PostgresMapSearchJobStore(database.Database, options, _time).TryClaimAsync(key, CancellationToken.None)).ShouldNotBeNull();
        var ticket = (await queue.ReceiveAsync(1, CancellationToken.None)).ShouldHaveSingleItem();
        await PassAsync(options.Lease - TimeSpan.FromSeconds(2));
        await queue.ReturnAsync(ticket, options.Lease, CancellationToken.None);

        await PassAsync(TimeSpan.FromSeconds(2));

        (await queue.ReceiveAsync(1, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System)).ShouldHaveSingleItem().Key.ShouldBe(key);
    }

    /// <summary>Who waits then knows only when the ticket would have come back by itself.</summary>
    [Fact]
    public async Task A_ticket_returned_while_somebody_waits_comes_back_after_its_delay()
    {
        var queue = await CreateAsync();
        var key = await StoreAsync();
        var ticket = (await queue.ReceiveAsync(1, CancellationToken.None)).ShouldHaveSingleItem();
        var time = new ObservedClock(_time.GetUtcNow());
        var waiting = new PostgresMapSearchQueue(database.Database, _bell, database.Settings with { PollInterval = TimeSpan.FromMinutes(1) }, time).ReceiveAsync(1, CancellationToken.None);
        await Eventually.GetAsync(() => Task.FromResult(time.Timers), timers => timers > 0);

        await queue.ReturnAsync(ticket, TimeSpan.FromSeconds(1), CancellationToken.None);
        await Eventually.GetAsync(
            async () =>
            {
                await database.PassAsync(time, TimeSpan.FromMilliseconds(20));
                return waiting.IsCompleted;
            },
            isReceived => isReceived);

        (await waiting).ShouldHaveSingleItem().Key.ShouldBe(key);
        (time.GetUtcNow() - _time.GetUtcNow()).ShouldBeLessThan(queue.Visibility * 0.8);
    }

    protected override async Task<IMapSearchQueue> CreateAsync()
    {
        await database.ExecuteAsync("delete from map_searches");
        await _bell.StartAsync(CancellationToken.None);
        return new PostgresMapSearchQueue(database.Database, _bell, database.Settings, _time);
    }

    protected override async Task<MapSearchKey> StoreAsync()
    {
        var job = new MapSearchJob(new UserId(1), new MapSearchId(Ids.Next()), "Demo Mapper", SearchPeriod.Day, _time.GetUtcNow());
        (await new PostgresMapSearchJobStore(database.Database, new MapSearchOptions(), _time).TryAddAsync(job, 1000, CancellationToken.None)).ShouldBeTrue();
        return job.Key;
    }

    protected override Task PassAsync(TimeSpan duration) => database.PassAsync(_time, duration);

    /// <summary>Stands still until it is moved, and counts those who set a timer by it.</summary>
    private sealed class ObservedClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _timers);
            return timer;
        }
    }
}

public sealed class PostgresUpstreamTokenStoreTests(ContractDatabase database) : UpstreamTokenStoreContract, IClassFixture<ContractDatabase>
{
    protected override async Task<IUpstreamTokenStore> CreateAsync()
    {
        await database.ExecuteAsync("delete from upstream_tokens");
        return new PostgresUpstreamTokenStore(database.Database);
    }

    protected override Task PassAsync(TimeSpan duration) => database.PassAsync(Time, duration);
}

public sealed class PostgresUpstreamBudgetTests(ContractDatabase database) : UpstreamBudgetContract, IClassFixture<ContractDatabase>
{
    /// <summary>For the statements that a step of the clock sets off.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(4);

    protected override async Task<IUpstreamBudget> CreateAsync()
    {
        await database.ExecuteAsync("delete from upstream_slots");
        return new PostgresUpstreamBudget(database.Database, new TrackmaniaOptions(), Time);
    }

    protected override async Task PassAsync(TimeSpan duration)
    {
        await database.PassAsync(Time, duration);
        await Task.Delay(s_settle, TimeProvider.System);
    }
}

public sealed class PostgresLeaderboardCacheTests(ContractDatabase database) : LeaderboardCacheContract, IClassFixture<ContractDatabase>
{
    protected override Task<ILeaderboardCache> CreateAsync(TimeProvider time) => Task.FromResult<ILeaderboardCache>(new PostgresLeaderboardCache(database.Database, time));
}

public sealed class PostgresRateLimiterTests(ContractDatabase database) : RateLimiterContract, IClassFixture<ContractDatabase>
{
    protected override Task<IRateLimiter> CreateAsync(TimeProvider time) =>
        Task.FromResult<IRateLimiter>(new PostgresRateLimiter(database.Database, RateLimitOptions.Read(new ConfigurationBuilder().Build(), []), time));
}
