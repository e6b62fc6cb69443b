using System.Globalization;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DailyRuns;
using Backend.Domain.MapSearches;
using Backend.Domain.Sessions;
using Backend.Domain.Tracks;
using Backend.Infrastructure.Postgres;
using Backend.Infrastructure.Security;
using Backend.Integration.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Backend.Integration.Postgres;

/// <summary>
/// What requests and workers ask all the time is found by an index and costs a few rows, however much is stored: 50,000
/// searches here, a million in the long form. Observed at the server, with the statements that the adapters really send.
/// </summary>
public sealed class HotReadTests(FullDatabase full, ITestOutputHelper output) : IClassFixture<FullDatabase>
{
    private static readonly string[] s_large =
        ["users", "sessions", "map_searches", "map_search_rows", "map_search_names", "rate_limit_windows", "leaderboards", "daily_checks", "daily_emails", "map_watches", "alert_maps"];

    public static TheoryData<string, int> Statements => new()
    {
        { "status", 1 }, { "list", 100 }, { "list of nobody", 0 }, { "claim", 3 }, { "renew", 2 }, { "append", 4 }, { "receive", 4 }, { "receive many", 150 }, { "receive nothing", 1 },
        { "extend", 2 }, { "submit", 15 }, { "place", 1_100 }, { "rows", 45 }, { "session", 1 }, { "rotate", 2 }, { "sessions", 10 }, { "sign in", 60 }, { "user by name", 1 },
        { "user by address", 1 }, { "user by id", 1 }, { "role", 1 }, { "rate limit", 1 }, { "board", 1 }, { "walk", 1 }, { "retention", 2_000 },
        { "daily claim", 8 }, { "daily claim of one", 8 }, { "daily save", 12 }, { "daily watches", 20 }, { "daily shared maps", 300 }, { "daily mail", 8 },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task A_frequent_statement_reads_few_rows_through_an_index(string statement, int rows)
    {
        // More than five times, so that the plan for any parameter at all, which the server may make then, is seen too.
        var plans = await full.Explained.ObserveAsync(async () =>
        {
            for (var i = 0; i < 8; i++)
            {
                await full.SendAsync(statement, i);
            }
        });

        plans.Count.ShouldBeGreaterThanOrEqualTo(8);
        output.WriteLine(string.Join(Environment.NewLine, plans.Select(p => p.ToString()).Distinct(StringComparer.Ordinal)));
        foreach (var plan in plans)
        {
            plan.Tables("Seq Scan").Intersect(s_large).ShouldBeEmpty(plan.ToString());
            plan.RowsLookedAt.ShouldBeLessThanOrEqualTo(rows, plan.ToString());
            if (statement.StartsWith("receive", StringComparison.Ordinal) && plan.Sql.Contains("skip locked", StringComparison.Ordinal))
            {
                plan.Indexes.ShouldContain("map_searches_due_at_idx");
                plan.Steps.ShouldNotContain(s => (string)s["Node Type"]! == "Sort", plan.ToString());
            }
        }
    }

    [Fact]
    public async Task Every_statement_is_prepared_from_its_second_use_on()
    {
        var statements = await full.Explained.ObserveAsync(async () =>
        {
            for (var i = 20; i < 23; i++)
            {
                foreach (var statement in Statements.Select(row => row.Data.Item1))
                {
                    await full.SendAsync(statement, i);
                }
            }
        });

        // The only connection of the pool.
        var prepared = new HashSet<string>(StringComparer.Ordinal);
        await using (var command = full.Source.CreateCommand("select statement from pg_prepared_statements"))
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                prepared.Add(reader.GetString(0));
            }
        }

        statements.Count.ShouldBeGreaterThan(60);
        output.WriteLine($"{prepared.Count} statements are prepared");
        statements.Select(s => s.Sql).Distinct(StringComparer.Ordinal).Where(sql => !prepared.Contains(sql)).ShouldBeEmpty();
    }
}

/// <summary>As full as after a long time: most searches are finished, some wait, some run.</summary>
public sealed class FullDatabase : IAsyncLifetime
{
    private static readonly int s_searches = Environment.GetEnvironmentVariable("BACKEND_TESTS_LONG") == "1" ? 1_000_000 : 50_000;

    private readonly MapSearchOptions _options = new();
    private ServiceProvider _services = null!;
    private PostgresMapSearchJobStore _jobs = null!;
    private PostgresMapSearchQueue _queue = null!;
    private PostgresSessionStore _sessions = null!;
    private PostgresUserStore _users = null!;
    private PostgresRateLimiter _limiter = null!;
    private PostgresLeaderboardCache _boards = null!;
    private PostgresHousekeeping _housekeeping = null!;
    private PostgresDailyRunStore _runs = null!;
    private PostgresDailyEmailStore _emails = null!;
    private PostgresAlertStore _alerts = null!;
    private MapSearchBell _bell = null!;

    internal NpgsqlDataSource Source => _services.GetRequiredService<NpgsqlDataSource>();

    internal ExplainedDatabase Explained { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Explained = await ExplainedDatabase.CreateAsync();
        await FillAsync(Explained.Database.DataSource);
        var settings = PostgresSettings.Read(
            new ConfigurationBuilder().AddInMemoryCollection([new("NEON_DB_CONNECTION_STRING", $"{Explained.ObservedConnectionString};Command Timeout=60;Maximum Pool Size=1")]).Build(), isDevelopment: true, [])!;
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddPostgres(settings);
        _services = services.BuildServiceProvider();
        var database = _services.GetRequiredService<PostgresDatabase>();
        _bell = new MapSearchBell(_services.GetRequiredService<NpgsqlDataSource>(), settings, TimeProvider.System, NullLogger<MapSearchBell>.Instance);
        _jobs = new PostgresMapSearchJobStore(database, _options, TimeProvider.System);
        _queue = new PostgresMapSearchQueue(database, _bell, settings, TimeProvider.System);
        _sessions = new PostgresSessionStore(database, TimeProvider.System);
        _users = new PostgresUserStore(database, _services.GetRequiredService<IDbContextFactory<BackendContext>>(), TimeProvider.System);
        _limiter = new PostgresRateLimiter(database, RateLimitOptions.Read(new ConfigurationBuilder().Build(), []), TimeProvider.System);
        _boards = new PostgresLeaderboardCache(database, TimeProvider.System);
        _runs = new PostgresDailyRunStore(database);
        _emails = new PostgresDailyEmailStore(database);
        _alerts = new PostgresAlertStore(database);
        _housekeeping = new PostgresHousekeeping(database, _options, TimeProvider.System, NullLogger<PostgresHousekeeping>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _bell.Dispose();
        await _services.DisposeAsync();
        await Explained.DisposeAsync();
    }

    /// <summary>What the service does; each time for another user, or what is kept in the process would answer.</summary>
    internal async Task SendAsync(string statement, int i)
    {
        var none = CancellationToken.None;
        var user = new UserId(100 + i);
        switch (statement)
        {
            case "status":
                (await _jobs.FindAsync(await AnySearchAsync("user_id = $1", user), none)).ShouldNotBeNull();
                break;
            case "list":
                (await _jobs.ListAsync(new UserId(1), 50, none)).Count.ShouldBe(50);
                break;
            case "list of nobody":
                (await _jobs.ListAsync(new UserId(999_999_999 + i), 50, none)).ShouldBeEmpty();
                break;
            case "claim":
                (await _jobs.TryClaimAsync(await AnySearchAsync("state = 'pending' and not is_delivered and user_id >= $1", user), none)).ShouldNotBeNull();
                break;
            case "renew":
                (await _jobs.TryRenewAsync(await AnySearchAsync("state = 'processing' and fence = 1 and user_id >= $1", user), 1, none)).ShouldBeTrue();
                break;
            case "append":
                {
                    var key = await SubmitAsync(new UserId(700_000 + i));
                    var job = (await _jobs.TryClaimAsync(key, none))!;
                    job = (await _jobs.TryStartReadingAsync(key, job.Fence, 2, none))!;
                    var row = MapSearchRow.Empty(0, new MapListing(1, null, "a map"));
                    (await _jobs.TryAppendAsync(key, job.Fence, row, none)).ShouldNotBeNull();
                    await _jobs.TryAddNamesAsync(key, job.Fence, new Dictionary<AccountId, string> { [new AccountId(Ids.Next())] = "somebody" }, none);
                    await _jobs.CancelAsync(key, none);
                    break;
                }

            case "receive":
                {
                    var tickets = await _queue.ReceiveAsync(1, none);
                    tickets.Count.ShouldBe(1);
                    await _queue.ReturnAsync(tickets[0], TimeSpan.FromHours(1), none);
                    break;
                }

            case "receive many":
                (await _queue.ReceiveAsync(10, none)).Count.ShouldBe(10);
                break;
            case "receive nothing":
                await ReceiveNothingAsync();
                break;
            case "extend":
                {
                    var key = await AnySearchAsync("state = 'processing' and fence = 1 and user_id >= $1", user);
                    await _queue.ExtendAsync(new MapSearchTicket(key, "1"), none);
                    break;
                }

            case "submit":
                {
                    var key = await SubmitAsync(new UserId(2));
                    await _queue.EnqueueAsync(key, none);
                    await _jobs.CancelAsync(key, none);
                    break;
                }

            case "place":
                await _queue.FindPlaceAsync(await AnySearchAsync("due_at is not null and not is_delivered and user_id >= $1", user), none);
                break;
            case "rows":
                (await _jobs.ReadRowsAsync(await AnySearchAsync("user_id = $1 and maps_done = 50", user), 25, none).CountAsync()).ShouldBe(24);
                break;
            case "session":
                (await _sessions.FindAsync(user, await AnySessionAsync(user), none)).ShouldNotBeNull();
                break;
            case "rotate":
                (await _sessions.TryRotateAsync(user, await AnySessionAsync(user), 3, none)).ShouldNotBeNull();
                break;
            case "sessions":
                (await _sessions.ListAsync(user, none)).Count.ShouldBe(5);
                break;
            case "sign in":
                await _sessions.AddAsync(new Session(user, new SessionId(Ids.Next()), TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow(), 0, "", ""), none);
                break;
            case "user by name":
                (await _users.FindByLoginAsync($"USER {user.Value}", none)).ShouldNotBeNull().Id.ShouldBe(user);
                break;
            case "user by address":
                (await _users.FindByLoginAsync($"User{user.Value}@Example.org", none)).ShouldNotBeNull().Id.ShouldBe(user);
                break;
            case "user by id":
                (await _users.FindAsync(user, none)).ShouldNotBeNull();
                break;
            case "role":
                (await _users.FindRoleAsync(user, none)).ShouldBe(Role.User);
                break;
            case "daily claim":
                (await _runs.TryClaimAsync(none)).ShouldNotBeNull();
                break;
            case "daily claim of one":
                await _runs.TryClaimAsync(new DailyCheckKey(Today, user), none);
                break;
            case "daily save":
                {
                    var alert = (await _alerts.FindAsync(user, none)).ShouldNotBeNull();
                    var check = new DailyCheck(new DailyCheckKey(Today, user), DailyPartState.Due, DailyPartState.None, Retries: 0, Fence: 999);
                    await _runs.TrySaveMapsAsync(check, alert.Id, [new CheckedMap(MapWatch.Unseen(UidOf(user.Value), TimeProvider.System.GetUtcNow()), News: null)], none);
                    break;
                }

            case "daily watches":
                (await _runs.ReadWatchesAsync((await _alerts.FindAsync(user, none))!.Id, none)).Count.ShouldBe(10);
                break;
            case "daily shared maps":
                await _runs.FindSharedMapsAsync(user, none);
                break;
            case "daily mail":
                {
                    var ticket = (await _emails.TryClaimAsync(none)).ShouldNotBeNull();
                    (await _emails.TryPutOffAsync(ticket, TimeSpan.FromHours(1), TimeSpan.Zero, isCounted: true, "later", none)).ShouldBeTrue();
                    break;
                }

            case "rate limit":
                await _limiter.TryTakeAsync(RateLimit.MapSearch, user.Value.ToString(CultureInfo.InvariantCulture), none);
                break;
            case "board":
                MapUid.TryCreate($"{user.Value:000000000000000000000000000}", out var uid).ShouldBeTrue();
                (await _boards.FindAsync(uid!, none)).ShouldNotBeNull();
                await _boards.SaveAsync(new Leaderboard(uid!, TimeProvider.System.GetUtcNow(), []), none);
                break;
            case "walk":
                await _boards.FindWalkAsync($"mapper {i}", none);
                break;
            case "retention":
                await ExecuteAsync($"update map_searches set updated_at = now() - interval '8 days' where user_id = {10 + i} and state = 'completed'");
                (await _housekeeping.CleanAsync(none)).ShouldBePositive();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(statement), statement, "No such statement.");
        }
    }

    /// <summary>While nothing is due, a receiver asks for work and for when the next is due, and waits.</summary>
    private async Task ReceiveNothingAsync()
    {
        await ExecuteAsync("create table later as select user_id, id, due_at from map_searches where due_at <= clock_timestamp(); update map_searches set due_at = due_at + interval '1 day' where due_at <= clock_timestamp()");
        using var enough = new CancellationTokenSource();
        var receiving = _queue.ReceiveAsync(1, enough.Token);
        await Eventually.GetAsync(
            () => AskAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and state = 'idle' and query ilike 'select min(due_at)%'"), idle => idle > 0);
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(receiving);
        await ExecuteAsync("update map_searches s set due_at = l.due_at from later l where l.user_id = s.user_id and l.id = s.id; drop table later");
    }

    private async Task<MapSearchKey> SubmitAsync(UserId user)
    {
        var job = new MapSearchJob(user, new MapSearchId(Ids.Next()), "Demo Mapper", SearchPeriod.Day, TimeProvider.System.GetUtcNow());
        (await _jobs.TryAddAsync(job, 1_000, CancellationToken.None)).ShouldBeTrue();
        return job.Key;
    }

    private async Task<MapSearchKey> AnySearchAsync(string condition, UserId user)
    {
        await using var command = Explained.Database.DataSource.CreateCommand($"select user_id, id from map_searches where {condition} order by user_id limit 1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = user.Value });
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue(condition);
        return new MapSearchKey(new UserId(reader.GetInt64(0)), new MapSearchId(reader.GetGuid(1)));
    }

    private async Task<SessionId> AnySessionAsync(UserId user) => new(await AskAsync<Guid>($"select id from sessions where user_id = {user.Value} and counter = 3 limit 1"));

    private async Task<T> AskAsync<T>(string sql)
    {
        await using var command = Explained.Database.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private Task ExecuteAsync(string sql) => ExecuteAsync(Explained.Database.DataSource, sql);

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>50 searches a user, and 2,000 of the first; of a hundred 99 are finished.</summary>
    private static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    private static MapUid UidOf(long number) => MapUid.TryCreate(number.ToString("000000000000000000000000000", CultureInfo.InvariantCulture), out var uid) ? uid : throw new ArgumentOutOfRangeException(nameof(number));

    private static async Task FillAsync(NpgsqlDataSource source)
    {
        var users = s_searches / 50;
        await ExecuteAsync(source, $"""
            insert into users (username, email, password_hash, role, created_at) select 'User ' || i, 'user' || i || '@example.org', 'x', 'user', now() from generate_series(1, {users}) i;
            insert into sessions (user_id, id, created_at, refreshed_at, expires_at, counter, user_agent, ip_address)
                select u, gen_random_uuid(), now() - interval '1 hour' * s, now(), now() + interval '3 days', 3, 'agent', '192.0.2.1' from generate_series(1, {users}) u, generate_series(1, 5) s;
            insert into map_searches (user_id, id, mapper, period, created_at, state, phase, version, fence, attempt, updated_at, maps_total, maps_done, maps_failed, records_found, maps_done_at_claim,
                    lease_until, due_at, delivery, is_delivered)
                select case when n <= 40 and u <= 50 then 1 else u + 1 end, gen_random_uuid(), 'Mapper ' || u % 1000, '1d', now() - interval '1 second' * ((u * 37 + n * 10000) % 500000), s.state,
                    case s.state when 'pending' then 'queued' when 'processing' then 'reading-leaderboards' else 'finished' end, 3, 1, 1, now() - interval '1 second' * ((u * 37 + n * 10000) % 500000),
                    50, case when n % 20 = 0 then 50 else 0 end, 0, 0, 0,
                    case s.state when 'processing' then now() + interval '1 day' end,
                    case s.state when 'pending' then now() - interval '1 second' * (u % 5000) when 'processing' then now() + interval '1 day' end,
                    case s.state when 'processing' then 1 else 0 end, s.state = 'processing'
                from generate_series(0, {users - 1}) u, generate_series(1, 50) n,
                    lateral (select case (u * 13 + n) % 200 when 7 then 'pending' when 107 then 'processing' else case n % 10 when 3 then 'failed' when 4 then 'cancelled' else 'completed' end end as state) s;
            insert into map_search_rows (user_id, search_id, index, content)
                select user_id, id, n, '{"{"}"id":1,"name":"a map","entries":[{"{"}"a":"00000000-0000-0000-0000-000000000001","z":"z","n":"World","p":1,"t":1{"}"}]{"}"}' from map_searches, generate_series(0, 49) n where maps_done = 50;
            insert into map_search_names (user_id, search_id, account_id, name)
                select user_id, id, ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'name' from map_searches, generate_series(1, 50) n where maps_done = 50;
            insert into rate_limit_windows (limit_name, key, taken, was_allowed, expires_at)
                select 'MapSearch', sha256(i::text::bytea), array[now()], true, now() + interval '1 hour' from generate_series(1, {s_searches / 5}) i;
            insert into leaderboards (map_uid, read_at, saved_at, entries) select lpad(i::text, 27, '0'), now(), now(), '[]' from generate_series(1, {s_searches / 5}) i;
            insert into mapper_walks (mapper_key, started_at, last_read_at, saved_at) select 'mapper ' || i, now(), now(), now() from generate_series(1, {s_searches / 5}) i;
            insert into alerts (user_id, alert_type, map_count, record_filter, created_at, updated_at, count_state)
                select u, 'accurate', 10, 'top5', now(), now(), 'counted' from generate_series(1, {users}) u;
            insert into alert_maps (alert_id, mapid, place) select a.id, lpad(((a.user_id * 7 + n * 131) % {users})::text, 27, '0'), n from alerts a, generate_series(0, 9) n on conflict do nothing;
            insert into map_watches (alert_id, map_uid, newest, seen, best, runs_since_read, last_run) select a.id, lpad(n::text, 27, '0'), 1, '[]', '{"{"}1,2,3,4,5{"}"}', 0, now() from alerts a, generate_series(0, 9) n;
            insert into daily_runs (run_date, triggered_by, started_at) select (now() at time zone 'UTC')::date - d, 'schedule', now() - interval '1 day' * d from generate_series(0, 29) d;
            insert into daily_checks (run_date, user_id, mapper_state, driver_state, due_at)
                select r.run_date, u, 'due', 'none', case when r.run_date = (now() at time zone 'UTC')::date then now() - interval '1 hour' end from daily_runs r, generate_series(1, {users}) u;
            insert into daily_emails (run_date, user_id, subject, body_text, body_html, state, due_at, created_at, updated_at)
                select c.run_date, c.user_id, 's', 't', 'h', case when c.due_at is null then 'sent' else 'pending' end, c.due_at, now(), now() from daily_checks c where c.user_id % 3 = 0
            """);
        await ExecuteAsync(source, "vacuum (analyze)");
    }
}
