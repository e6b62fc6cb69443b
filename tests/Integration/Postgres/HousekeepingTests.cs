using System.Globalization;
using Backend.Application.MapSearches;
using Backend.Infrastructure.Postgres;
using Backend.Integration.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Backend.Integration.Postgres;

/// <summary>What nobody sees any more is deleted in short steps, and nothing else is.</summary>
public sealed class HousekeepingTests(ITestOutputHelper output) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        var settings = PostgresSettings.Read(
            new ConfigurationBuilder().AddInMemoryCollection([new("NEON_DB_CONNECTION_STRING", _database.ConnectionString)]).Build(), isDevelopment: true, [])!;
        _source = NpgsqlDataSource.Create(settings.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Finished_searches_go_with_all_they_found_when_their_time_is_over()
    {
        foreach (var state in (string[])["pending", "processing", "completed", "failed", "cancelled"])
        {
            await AddSearchesAsync($"{state} old", state, days: 7.01, rows: 3, names: 5);
            await AddSearchesAsync($"{state} young", state, days: 6.99, rows: 3, names: 5);
        }

        (await CleanAsync()).ShouldBe(3);

        (await ReadAsync<string>("select mapper from map_searches order by mapper")).ShouldBe(
            ["cancelled young", "completed young", "failed young", "pending old", "pending young", "processing old", "processing young"]);
        (await ReadAsync<long>("select count(*) from map_search_rows")).ShouldBe([7 * 3]);
        (await ReadAsync<long>("select count(*) from map_search_names")).ShouldBe([7 * 5]);
        (await CleanAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task So_does_everything_else_that_has_expired()
    {
        await ExecuteAsync("""
            insert into sessions (user_id, id, created_at, refreshed_at, expires_at, counter, user_agent, ip_address)
                select 1, gen_random_uuid(), now(), now(), now() + e, 0, e::text, '' from unnest(array[interval '-1 second', interval '1 minute']) e;
            insert into rate_limit_windows (limit_name, key, taken, was_allowed, expires_at)
                select 'Login', e::text::bytea, '{}', true, now() + e from unnest(array[interval '-1 second', interval '1 minute']) e;
            insert into leaderboards (map_uid, read_at, saved_at, entries) select e::text, now(), now() + e, '[]' from unnest(array[interval '-61 minutes', interval '-59 minutes']) e;
            insert into mapper_walks (mapper_key, started_at, last_read_at, saved_at) select e::text, now(), now(), now() + e from unnest(array[interval '-61 minutes', interval '-59 minutes']) e;
            insert into password_resets (email_key, id, noted_at, expires_at) select e::text, gen_random_uuid(), now(), now() + e from unnest(array[interval '-61 minutes', interval '-59 minutes']) e;
            insert into password_resets (email_key, id, noted_at, due_at, expires_at) values ('WAITS ANEW', gen_random_uuid(), now(), now(), now() - interval '61 minutes')
            """);

        (await CleanAsync()).ShouldBe(5);

        (await ReadAsync<string>("select user_agent from sessions")).ShouldBe(["00:01:00"]);
        (await ReadAsync<long>("select count(*) from rate_limit_windows where expires_at > now()")).ShouldBe([1]);
        (await ReadAsync<string>("select map_uid from leaderboards")).ShouldBe(["-00:59:00"]);
        (await ReadAsync<string>("select mapper_key from mapper_walks")).ShouldBe(["-00:59:00"]);
        (await ReadAsync<string>("select email_key from password_resets order by 1")).ShouldBe(["-00:59:00", "WAITS ANEW"]);
    }

    [Fact]
    public async Task Old_daily_runs_go_with_all_that_belongs_to_them_but_the_latest_stays()
    {
        await ExecuteAsync("""
            insert into users (username, email, password_hash, role, created_at) values ('u', 'u@example.org', 'x', 'user', now());
            insert into daily_runs (run_date, triggered_by, started_at) select (now() - interval '1 day' * d)::date, 'test', now() - interval '1 day' * d from unnest(array[29, 31, 32]) d;
            insert into daily_checks (run_date, user_id, mapper_state, driver_state) select run_date, id, 'done', 'none' from daily_runs, users;
            insert into daily_news (run_date, user_id, part, map_uid, content) select run_date, user_id, 'mapper', 'a', '' from daily_checks;
            insert into daily_emails (run_date, user_id, subject, body_text, body_html, state, created_at, updated_at) select run_date, user_id, '', '', '', 'sent', now(), now() from daily_checks
            """);

        (await CleanAsync()).ShouldBe(2);

        foreach (var table in (string[])["daily_runs", "daily_checks", "daily_news", "daily_emails"])
        {
            (await ReadAsync<long>($"select count(*) from {table}")).ShouldBe([1], table);
        }

        await ExecuteAsync("update daily_runs set started_at = now() - interval '1 year'");
        (await CleanAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Boards_of_a_run_go_when_it_is_finished()
    {
        await ExecuteAsync("""
            insert into users (username, email, password_hash, role, created_at) values ('u', 'u@example.org', 'x', 'user', now());
            insert into daily_runs (run_date, triggered_by, started_at) values ('2026-11-20', 'test', now()), ('2026-11-21', 'test', now());
            insert into daily_checks (run_date, user_id, mapper_state, driver_state, due_at) select '2026-11-21', id, 'due', 'none', now() from users;
            insert into daily_boards (run_date, map_uid, read_at, entries) select run_date, n::text, now(), '[]' from daily_runs, generate_series(1, 3) n;
            insert into daily_boards (run_date, map_uid) select run_date, 'never read' from daily_runs
            """);

        (await CleanAsync()).ShouldBe(4);

        (await ReadAsync<string>("select distinct run_date::text from daily_boards")).ShouldBe(["2026-11-21"]);
    }

    [Fact]
    public async Task Many_go_in_batches()
    {
        await AddSearchesAsync("small", "completed", days: 8, count: 450);
        await CountStatementsAsync();

        (await CleanAsync()).ShouldBe(450);

        (await ReadAsync<long>("select gone from deletions order by at")).ShouldBe([200, 200, 50, 0]);
    }

    [Fact]
    public async Task Large_ones_go_one_by_one()
    {
        await AddSearchesAsync("large", "completed", days: 8, count: 3, rows: 1_200, records: 60_000);
        await AddSearchesAsync("small", "completed", days: 7.5, count: 5, rows: 2, records: 10);
        await CountStatementsAsync();

        (await CleanAsync()).ShouldBe(8);

        (await ReadAsync<long>("select gone from deletions order by at")).ShouldBe([1, 1, 1, 5, 0]);
    }

    /// <summary>Every map of the largest mapper, each with a hundred players whom no other map has.</summary>
    [Fact]
    public async Task The_largest_search_there_can_be_goes_within_the_time_of_one_statement()
    {
        await AddSearchesAsync("largest", "completed", days: 8, rows: 1_200, names: 120_000, records: 120_000);
        var started = TimeProvider.System.GetTimestamp();

        (await CleanAsync()).ShouldBe(1);

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"1,200 rows and 120,000 names: {TimeProvider.System.GetElapsedTime(started).TotalMilliseconds:0} ms"));
        (await ReadAsync<long>("select (select count(*) from map_search_rows) + (select count(*) from map_search_names)")).ShouldBe([0]);
    }

    [Fact]
    public async Task Several_at_once_share_the_work()
    {
        await AddSearchesAsync("old", "failed", days: 8, count: 1_000, rows: 2);
        await AddSearchesAsync("young", "failed", days: 1, count: 10, rows: 2);

        var deleted = await Task.WhenAll(CleanAsync(), CleanAsync(), CleanAsync());

        deleted.Sum().ShouldBe(1_000);
        (await ReadAsync<long>("select count(*) from map_searches")).ShouldBe([10]);
        (await ReadAsync<long>("select count(*) from map_search_rows")).ShouldBe([20]);
    }

    private Task<int> CleanAsync() =>
        new PostgresHousekeeping(new PostgresDatabase(_source), new MapSearchOptions(), TimeProvider.System, NullLogger<PostgresHousekeeping>.Instance).CleanAsync(CancellationToken.None);

    private Task AddSearchesAsync(string mapper, string state, double days, int count = 1, int rows = 0, int names = 0, long records = 0) =>
        ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            with added as (
                insert into map_searches (user_id, id, mapper, period, created_at, state, phase, version, fence, attempt, updated_at, maps_total, maps_done, maps_failed, records_found, maps_done_at_claim, due_at)
                select i, gen_random_uuid(), '{{mapper}}', '1d', now() - interval '30 days', '{{state}}', 'queued', 1, 1, 1, now() - interval '1 day' * {{days}}, {{rows}}, {{rows}}, 0, {{records}}, 0,
                    case when '{{state}}' in ('pending', 'processing') then now() end
                from generate_series(1, {{count}}) i returning user_id, id)
            select 1 from added
            """),
            string.Create(CultureInfo.InvariantCulture, $$"""insert into map_search_rows (user_id, search_id, index, content) select user_id, id, n, '{}' from map_searches, generate_series(0, {{rows - 1}}) n where mapper = '{{mapper}}'"""),
            string.Create(CultureInfo.InvariantCulture, $$"""insert into map_search_names (user_id, search_id, account_id, name) select user_id, id, gen_random_uuid(), 'name' from map_searches, generate_series(1, {{names}}) n where mapper = '{{mapper}}'"""));

    private Task CountStatementsAsync() => ExecuteAsync("""
        create table deletions (at timestamptz not null, gone bigint not null);
        create function count_deletions() returns trigger language plpgsql as 'begin insert into deletions select clock_timestamp(), count(*) from gone; return null; end';
        create trigger count_deletions after delete on map_searches referencing old table as gone for each statement execute function count_deletions()
        """);

    private async Task ExecuteAsync(params string[] statements)
    {
        foreach (var sql in statements)
        {
            await using var command = _database.DataSource.CreateCommand(sql);
            command.CommandTimeout = 120;
            await command.ExecuteNonQueryAsync();
        }
    }

    private Task<List<T>> ReadAsync<T>(string sql) => DatabaseDump.ReadAsync<T>(_database.DataSource, sql);
}
