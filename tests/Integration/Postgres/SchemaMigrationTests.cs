using System.Text;
using Backend.Domain.Accounts;
using Backend.Infrastructure.Postgres.Schema;
using Backend.Infrastructure.Selection;
using Backend.Integration.Support;
using Backend.WebApi.Commands;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Backend.Integration.Postgres;

/// <summary>Empty databases and those of earlier systems come to the schema of this version, or stay as they are.</summary>
public sealed class SchemaMigrationTests : IAsyncLifetime
{
    private const string Accounts = "0002_accounts_and_areas.sql";
    private TestDatabase _database = null!;

    public static TheoryData<EarlierVariant> Variants => [.. Enum.GetValues<EarlierVariant>()];

    /// <summary>What breaks a rule that earlier systems did not have, and what the message must hold.</summary>
    public static TheoryData<string, string[]> Violations => new()
    {
        { "insert into users (id, username, email, password) values (20, 'QUARRY owl', 'other@quarry.example', 'x')", ["1 ('Quarry Owl')", "20 ('QUARRY owl')", "same name"] },
        { "insert into users (id, username, email, password) values (21, 'ünï drÏver', 'x1@quarry.example', 'x'), (22, 'ÜNÏ DRÏVER', 'x2@quarry.example', 'x')", ["4 ('Ünï Drïver')", "21 ('ünï drÏver')", "22 ('ÜNÏ DRÏVER')"] },
        { "insert into users (id, username, email, password) values (23, 'somebody', 'JANE@lane.EXAMPLE', 'x')", ["9 ('Jane@Lane.example')", "23 ('JANE@lane.EXAMPLE')", "same e-mail"] },
        { "insert into alerts (id, user_id, username, email) values (50, 1, 'Quarry Owl', 'owl@quarry.example'), (51, 1, 'Quarry Owl', 'owl@quarry.example')", ["User 1 ", "40, 50 and 51"] },
        { "insert into users (id, username, email, password, tm_username, tm_account_id) values (34, 'same', 'n@quarry.example', 'x', 'Q', ' A3B1C2D4-0000-4000-8000-000000000001')", ["users 1 (", "34 (", "same Trackmania account"] },
        { "insert into users (id, username, email, password) values (24, null, 'n@quarry.example', 'x')", ["User 24 has no name"] },
        { "insert into users (id, username, email, password) values (25, '  ', 'n@quarry.example', 'x')", ["User 25", "'  '", "no valid name"] },
        { "insert into users (id, username, email, password) values (26, ' padded', 'n@quarry.example', 'x')", ["User 26", "' padded'"] },
        { "insert into users (id, username, email, password) values (27, 'some@body.example', 'n@quarry.example', 'x')", ["User 27", "'some@body.example'"] },
        { "insert into users (id, username, email, password) values (28, E'bell\\x07', 'n@quarry.example', 'x')", ["User 28", @"'bell\u{7}'"] },
        { "insert into users (id, username, email, password) values (29, repeat('n', 101), 'n@quarry.example', 'x')", ["User 29", "nnnn"] },
        { "insert into users (id, username, email, password) values (30, 'thirty', 'not an address', 'x')", ["User 30", "'not an address'", "no valid address"] },
        { "insert into users (id, username, email, password) values (31, 'thirty one', 'n@quarry.example ', 'x')", ["User 31", "'n@quarry.example '"] },
        { "alter table users alter column email drop not null; insert into users (id, username, email, password) values (32, 'thirty two', null, 'x')", ["User 32 has no e-mail address"] },
        { "alter table users alter column created_at type timestamptz", ["users.created_at", "timestamp with time zone"] },
        { "alter table users drop constraint users_role_check; insert into users (id, username, email, password, role) values (33, 'thirty three', 'n@quarry.example', 'x', 'owner')", [Accounts, "users_role_check"] },
        { "create view addresses as select id from users", [Accounts, "view"] },
        { "create schema legacy; create table legacy.daily_emails (id integer)", ["0001_reference_tables.sql", "daily_emails"] },
        { "alter table users rename column username to login", ["not those of an earlier system", "username"] },
    };

    private NpgsqlDataSource DataSource => _database.DataSource;

    private SchemaMigrator Migrator => Of(folder: null);

    public async ValueTask InitializeAsync() => _database = await PostgresServers.CreateAsync(migrated: false);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task An_empty_database_gets_every_script()
    {
        var outcome = await Migrator.MigrateAsync(CancellationToken.None);

        outcome.Succeeded.ShouldBeTrue(string.Join('\n', outcome.Conflicts));
        outcome.Applied.Take(2).ShouldBe(["0001_reference_tables.sql", Accounts]);
        (await ReadAsync<string>("select scriptname from public.schema_versions order by 1")).ShouldBe(outcome.Applied);
        (await ReadAsync<bool>("select to_regnamespace('legacy') is null")).ShouldBe([true]);
        (await ReadAsync<long>("insert into users (username, email, password_hash, role, created_at) values ('First', 'first@quarry.example', 'x', 'user', now()) returning id")).ShouldBe([1]);
    }

    [Fact]
    public async Task A_second_run_does_nothing()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        await MigrateAsync();
        var before = await DatabaseDump.ReadAllAsync(DataSource);

        var outcome = await Migrator.MigrateAsync(CancellationToken.None);

        outcome.Succeeded.ShouldBeTrue();
        outcome.Applied.ShouldBeEmpty();
        (await DatabaseDump.ReadAllAsync(DataSource)).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Every_database_ends_in_the_same_structure(EarlierVariant variant)
    {
        await MigrateAsync();
        await using var earlier = await PostgresServers.CreateAsync(migrated: false);
        await EarlierDatabase.FillAsync(earlier.DataSource, variant);
        (await new SchemaMigrator(earlier.DataSource, NullLogger<SchemaMigrator>.Instance).MigrateAsync(CancellationToken.None)).Conflicts.ShouldBeEmpty();

        (await DatabaseDump.ReadStructureAsync(earlier.DataSource, ["public"])).ShouldBe(await DatabaseDump.ReadStructureAsync(DataSource, ["public"]));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Users_keep_their_ids_and_can_sign_in(EarlierVariant variant)
    {
        await EarlierDatabase.FillAsync(DataSource, variant);
        await MigrateAsync();

        (await ReadAsync<string>("select concat_ws('|', id, username, email, role, tm_username, tm_account_id) from users order by id")).ShouldBe(
        [
            "1|Quarry Owl|owl@quarry.example|admin|QuarryOwl|a3b1c2d4-0000-4000-8000-000000000001",
            "4|Ünï Drïver|unidriver@lane.example|user",
            "9|plain.jane|Jane@Lane.example|user",
        ]);
        var hash = (await ReadAsync<string>("select password_hash from users where name_key = $1", TextKey.Of("ünï drïver"))).ShouldHaveSingleItem();
        hash.ShouldStartWith("$2a$");
        BCrypt.Net.BCrypt.Verify(EarlierDatabase.Password, hash).ShouldBeTrue();
        (await ReadAsync<long>("select id from users where email_key = $1", TextKey.Of("jane@lane.example"))).ShouldBe([9]);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Every_row_of_the_areas_is_there(EarlierVariant variant)
    {
        await EarlierDatabase.FillAsync(DataSource, variant);
        await MigrateAsync();

        (await ReadAsync<string>("select concat_ws('|', id, user_id, alert_type, map_count, record_filter, count_state, count_due_at <= now()) from alerts order by id")).ShouldBe(
            ["40|1|inaccurate|230|top5|counting|t", "41|4|accurate|0|top5|counting|t"]);
        (await ReadAsync<string>("select concat_ws('|', alert_id, mapid) from alert_maps order by 1")).ShouldBe(["40|uidOfQuarryOne", "40|uidOfQuarryTwo"]);
        (await ReadAsync<string>("select concat_ws('|', id, user_id, map_uid, current_position, personal_best, status, account_id) from driver_notifications order by id")).ShouldBe(
            ["1|4|uidOfQuarryOne|17|54321|active", "2|4|uidOfQuarryTwo|2|48000|active", "3|9|uidOfQuarryTwo|3|48001|inactive", "4|1|uidOfQuarryTwo|1|active|a3b1c2d4-0000-4000-8000-000000000001"]);
        (await ReadAsync<string>("select concat_ws('|', id, map_uid, position, score) from map_positions order by id")).ShouldBe(["1|uidOfQuarryOne|1042|9999999", "2|uidOfQuarryTwo|7|9999999"]);
        (await ReadAsync<string>("select concat_ws('|', id, user_id, notification_type, status, message, records_found, processing_date) from notification_history order by id")).ShouldBe(
        [
            "1|1|mapper_alert|sent|three maps|3|2025-08-01",
            "2|1|mapper_alert|no_new_times|0|2025-08-02",
            "3|4|driver_notification|technical_error|R&amp;D|0|2025-08-02",
        ]);
        (await ReadAsync<string>("select concat_ws('|', id, user_id, read_at is null) from feedback order by id")).ShouldBe(["1|4|t", "2|9|t"]);
        (await ReadAsync<string>("select concat_ws('|', id, config_key, config_value, description) from admin_config")).ShouldBe(["1|max_users_registration|75|cap"]);
    }

    [Fact]
    public async Task Texts_are_decoded_exactly_once_and_only_those_that_were_there()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        await MigrateAsync();

        await EarlierDatabase.ExecuteAsync(DataSource, "insert into feedback (user_id, message, created_at) values (4, 'new &amp; typed so', now())");
        (await Migrator.MigrateAsync(CancellationToken.None)).Applied.ShouldBeEmpty();

        (await ReadAsync<string>("select map_name from driver_notifications order by id")).ShouldBe(["Fish & Chips <3", "Nothing & special", "&lt;b&gt; 'n' \"roll\"", "plain"]);
        (await ReadAsync<string>("select message from feedback order by id")).ShouldBe(["Doesn't &amp; won't", "all good", "new &amp; typed so"]);
        (await ReadAsync<string>("select type from feedback order by id")).ShouldBe(["bug & wish", "general", "general"]);
    }

    [Fact]
    public async Task Instants_are_the_same_in_whole_milliseconds_whatever_the_time_zone_of_the_session()
    {
        // 02:30 on 30 March does not exist there, 01:30 on 26 October exists twice in UTC's neighbours.
        await EarlierDatabase.ExecuteAsync(DataSource, $"alter database \"{_database.Name}\" set timezone to 'Europe/Berlin'");
        DataSource.Clear();
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        (await ReadAsync<string>("show timezone")).ShouldBe(["Europe/Berlin"]);
        await MigrateAsync();

        (await ReadAsync<DateTime>("select created_at from users where id in (1, 4) order by id")).ShouldBe([Utc(2024, 11, 3, 9, 15, 0, 123), Utc(2025, 3, 30, 2, 30)]);
        (await ReadAsync<DateTime>("select last_checked from driver_notifications where id = 1")).ShouldBe([Utc(2025, 10, 26, 1, 30)]);
        (await ReadAsync<DateTime>("select created_at from feedback where id = 1")).ShouldBe([Utc(2025, 9, 9, 23, 59, 59, 999)]);
        (await ReadAsync<DateTime>("select created_at from notification_history where id = 1")).ShouldBe([Utc(2025, 8, 1, 4, 0, 9, 500)]);
        (await ReadAsync<DateTime>("select updated_at from admin_config")).ShouldBe([Utc(2025, 1, 1)]);
        (await ReadAsync<DateTime>("select created_at from alerts where id = 40")).ShouldBe([Utc(2025, 6, 1, 12)]);

        // Unknown instants that must be known are those of the migration; whoever was never checked stays so.
        (await ReadAsync<bool>("select created_at between now() - interval '10 minutes' and now() from users where id = 9")).ShouldBe([true]);
        (await ReadAsync<bool>("select last_checked is null from driver_notifications where id = 2")).ShouldBe([true]);
        (await ReadAsync<bool>("select updated_at = created_at from map_positions where id = 1")).ShouldBe([true]);
        (await ReadAsync<bool>("select date_trunc('milliseconds', created_at) = created_at from users where id = 9")).ShouldBe([true]);
    }

    [Fact]
    public async Task New_ids_go_on_after_all_that_were_given_before()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        await MigrateAsync();

        (await ReadAsync<long>("insert into users (username, email, password_hash, role, created_at) values ('New', 'new@quarry.example', 'x', 'user', now()) returning id")).ShouldBe([13]);
        (await ReadAsync<long>("insert into alerts (user_id, created_at, updated_at, map_count, count_state) values (13, now(), now(), 0, 'counting') returning id")).ShouldBe([42]);
        (await ReadAsync<long>("insert into notification_history (user_id, notification_type, status, processing_date, created_at) values (13, 'mapper_alert', 'sent', '2026-01-01', now()) returning id")).ShouldBe([4]);
        (await ReadAsync<long>("insert into feedback (id, user_id, message, created_at) values (5000000000, 13, 'far', now()) returning id")).ShouldBe([5_000_000_000]);
    }

    [Fact]
    public async Task A_database_of_an_earlier_version_in_which_two_users_share_an_account_names_them()
    {
        await MigrateAsync();
        await EarlierDatabase.ExecuteAsync(
            DataSource,
            """
            delete from schema_versions where scriptname like '0004%';
            alter table users drop constraint users_tm_account_id_unique;
            insert into users (id, username, email, password_hash, role, created_at, tm_username, tm_account_id) values
                (7, 'One', 'one@quarry.example', 'x', 'user', now(), 'Q', 'a3b1c2d4-0000-4000-8000-000000000001'), (8, 'Two', 'two@quarry.example', 'x', 'user', now(), 'Q', 'A3B1C2D4-0000-4000-8000-000000000001')
            """);

        var conflict = (await Migrator.MigrateAsync(CancellationToken.None)).Conflicts.ShouldHaveSingleItem();

        conflict.ShouldStartWith("The users 7 (");
        conflict.ShouldContain("have linked the same Trackmania account");
    }

    [Fact]
    public async Task Deleting_a_user_still_deletes_all_that_is_his()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        await MigrateAsync();

        await EarlierDatabase.ExecuteAsync(DataSource, "delete from users");

        foreach (var table in (string[])["alerts", "alert_maps", "driver_notifications", "notification_history", "feedback"])
        {
            (await ReadAsync<long>($"select count(*) from {table}")).ShouldBe([0], table);
        }
    }

    [Fact]
    public async Task Tables_that_are_kept_differently_now_are_put_aside_and_caches_with_tokens_are_gone()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        var mails = await ReadAsync<string>("select to_jsonb(t)::text from daily_emails t");
        var jobs = await ReadAsync<string>("select to_jsonb(t)::text from map_search_jobs t order by job_id");
        await MigrateAsync();

        (await ReadAsync<string>("select to_jsonb(t)::text from legacy.daily_emails t")).ShouldBe(mails);
        (await ReadAsync<string>("select to_jsonb(t)::text from legacy.map_search_jobs t order by job_id")).ShouldBe(jobs);
        (await DatabaseDump.ReadAllAsync(DataSource)).ShouldNotContain("in-clear");
        (await ReadAsync<long>("select count(*) from daily_emails")).ShouldBe([0]);
        foreach (var name in (string[])["map_search_jobs", "map_search_jobs_pkey", "idx_map_search_jobs_status", "api_tokens", "map_leaderboard_cache"])
        {
            (await ReadAsync<bool>("select to_regclass($1) is null", $"public.{name}")).ShouldBe([true], name);
        }
    }

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task What_breaks_a_rule_is_named_and_nothing_is_changed(string sql, string[] named)
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        await EarlierDatabase.ExecuteAsync(DataSource, sql);
        var before = await DatabaseDump.ReadAllAsync(DataSource);

        var plan = await Migrator.PlanAsync(CancellationToken.None);
        (await DatabaseDump.ReadAllAsync(DataSource)).ShouldBe(before);
        var outcome = await Migrator.MigrateAsync(CancellationToken.None);
        (await DatabaseDump.ReadAllAsync(DataSource)).ShouldBe(before);

        outcome.Succeeded.ShouldBeFalse();
        outcome.Applied.ShouldBeEmpty();
        var sentence = outcome.Conflicts.ShouldHaveSingleItem();
        named.ShouldAllBe(n => sentence.Contains(n, StringComparison.Ordinal), sentence);
        plan.Conflicts.ShouldBe(outcome.Conflicts);
        plan.Origin.ShouldBe(DatabaseOrigin.EarlierSystem);
    }

    [Fact]
    public async Task Of_many_conflicts_fifty_are_listed_and_the_rest_is_counted()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Aws);
        await EarlierDatabase.ExecuteAsync(DataSource, "insert into users (id, username, email, password) select 100 + i, ' ' || i, 'n' || i || '@quarry.example', 'x' from generate_series(1, 62) i");

        var outcome = await Migrator.MigrateAsync(CancellationToken.None);

        outcome.Conflicts.Count.ShouldBe(51);
        outcome.Conflicts[^1].ShouldContain("12 more");
    }

    [Fact]
    public async Task A_script_that_fails_takes_back_those_before_it()
    {
        var folder = CopyOfScripts();
        await File.WriteAllTextAsync(Path.Combine(folder, "9990_good.sql"), "create table good (id integer);");
        await File.WriteAllTextAsync(Path.Combine(folder, "9991_bad.sql"), "create table bad (id integer); select 1 / 0;");
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        var before = await DatabaseDump.ReadAllAsync(DataSource);

        var outcome = await Of(folder).MigrateAsync(CancellationToken.None);

        outcome.Conflicts.ShouldHaveSingleItem().ShouldBe("9991_bad.sql fails: division by zero (22012).");
        (await DatabaseDump.ReadAllAsync(DataSource)).ShouldBe(before);
    }

    [Fact]
    public async Task A_plan_changes_nothing_and_tells()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        var before = await DatabaseDump.ReadAllAsync(DataSource);

        var plan = await Migrator.PlanAsync(CancellationToken.None);

        (await DatabaseDump.ReadAllAsync(DataSource)).ShouldBe(before);
        plan.Origin.ShouldBe(DatabaseOrigin.EarlierSystem);
        plan.Pending.Take(2).ShouldBe(["0001_reference_tables.sql", Accounts]);
        plan.Conflicts.ShouldBeEmpty();
        plan.Earlier.ShouldBe(new EarlierData(Users: 3, Alerts: 2, DriverNotifications: 4, HistoryEntries: 3, Feedback: 2, TextsToDecode: 4, RowsPutAside: 3, CacheRowsDropped: 3));
    }

    [Fact]
    public async Task A_plan_tells_an_empty_database_from_one_of_this_service()
    {
        var before = await DatabaseDump.ReadAllAsync(DataSource);
        var empty = await Migrator.PlanAsync(CancellationToken.None);
        (await DatabaseDump.ReadAllAsync(DataSource)).ShouldBe(before);
        await MigrateAsync();
        var current = await Migrator.PlanAsync(CancellationToken.None);

        (empty.Origin, empty.Pending.Count > 1, empty.Earlier, empty.Conflicts.Count).ShouldBe((DatabaseOrigin.Empty, true, null, 0));
        (current.Origin, current.Pending.Count, current.Earlier, current.Conflicts.Count).ShouldBe((DatabaseOrigin.ThisService, 0, null, 0));
    }

    [Fact]
    public async Task Of_parallel_migrations_one_applies_and_the_others_find_nothing_to_do()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator.MigrateAsync(CancellationToken.None)));

        outcomes.ShouldAllBe(o => o.Succeeded);
        outcomes.Count(o => o.Applied.Count > 0).ShouldBe(1);
        (await ReadAsync<long>("select count(*) - count(distinct scriptname) from public.schema_versions")).ShouldBe([0]);
    }

    [Fact]
    public async Task A_table_in_use_is_not_waited_for_longer_than_others_can_bear()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        var before = await DatabaseDump.ReadAllAsync(DataSource);
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("select * from users for share", connection, transaction);
        await command.ExecuteNonQueryAsync();

        var migrator = new SchemaMigrator(DataSource, NullLogger<SchemaMigrator>.Instance) { LockTimeout = TimeSpan.FromMilliseconds(200) };
        (await migrator.PlanAsync(CancellationToken.None)).Conflicts.ShouldHaveSingleItem().ShouldContain("lock timeout");
        (await migrator.MigrateAsync(CancellationToken.None)).Conflicts.ShouldHaveSingleItem().ShouldContain("55P03");

        (await DatabaseDump.ReadAllAsync(DataSource)).ShouldBe(before);
    }

    [Fact]
    public async Task The_state_tells_too_old_current_and_too_new()
    {
        var without = await Migrator.CheckAsync(CancellationToken.None);
        without.Status.ShouldBe(SchemaStatus.TooOld);
        without.Sentence.ShouldContain("0001_reference_tables.sql");
        without.Sentence.ShouldContain("migrate");

        await MigrateAsync();
        (await Migrator.CheckAsync(CancellationToken.None)).Status.ShouldBe(SchemaStatus.Current);

        var folder = CopyOfScripts();
        await File.WriteAllTextAsync(Path.Combine(folder, "9990_later.sql"), "create table later (id integer);");
        var behind = await Of(folder).CheckAsync(CancellationToken.None);
        behind.Status.ShouldBe(SchemaStatus.TooOld);
        behind.Sentence.ShouldContain("9990_later.sql");

        (await Of(folder).MigrateAsync(CancellationToken.None)).Applied.ShouldBe(["9990_later.sql"]);
        var ahead = await Migrator.CheckAsync(CancellationToken.None);
        ahead.Status.ShouldBe(SchemaStatus.TooNew);
        ahead.Sentence.ShouldContain("9990_later.sql");
        ahead.Sentence.ShouldContain("newer version");
        (await Migrator.MigrateAsync(CancellationToken.None)).Conflicts.ShouldBe([ahead.Sentence]);
    }

    [Fact]
    public async Task A_folder_without_scripts_is_an_error()
    {
        var folder = Directory.CreateTempSubdirectory("schema").FullName;
        await Should.ThrowAsync<ConfigurationException>(() => Of(folder).CheckAsync(CancellationToken.None));
        await Should.ThrowAsync<ConfigurationException>(() => Of(Path.Combine(folder, "none")).MigrateAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Wishes_for_a_new_password_and_links_that_are_good_outlive_the_step_to_addresses()
    {
        var folder = CopyOfScripts();
        File.Delete(Path.Combine(folder, "0006_wishes_by_address.sql"));
        await Of(folder).MigrateAsync(CancellationToken.None);
        await EarlierDatabase.ExecuteAsync(DataSource, """
            insert into users (username, email, password_hash, role, created_at) values ('Owl', 'owl@Quarry.example', 'x', 'user', now());
            insert into password_resets (user_id, id, noted_at, token_hash, expires_at) select id, gen_random_uuid(), now(), 'hash', now() from users
            """);

        await MigrateAsync();

        (await ReadAsync<string>("select concat_ws('|', email_key, token_hash) from password_resets")).ShouldBe(["OWL@QUARRY.EXAMPLE|hash"]);
    }

    [Fact]
    public async Task The_key_of_a_text_is_the_same_in_the_database_and_in_the_service()
    {
        await MigrateAsync();

        // Every scalar value that the server can store; each inside a text, so that none could be lost at an end.
        var texts = Enumerable.Range(1, 0x10FFFF).Where(Rune.IsValid).Select(i => $"x{new Rune(i)}y").ToArray();
        var keys = await ReadAsync<string>("select text_key(t) from unnest($1) with ordinality as u (t, n) order by n", [texts]);

        texts.Length.ShouldBe(0x110000 - 0x800 - 1);
        keys.Count.ShouldBe(texts.Length);
        texts.Zip(keys).Where(p => TextKey.Of(p.First) != p.Second).Select(p => $"{p.First} {p.Second}").ShouldBeEmpty();
        (await ReadAsync<bool>("select text_key(null) is null and text_key('') = ''")).ShouldBe([true]);
    }

    [Theory]
    [InlineData("insert into users (username, email, password_hash, role, created_at) values ('QUARRY OWL', 'a@b.example', 'x', 'user', now())", "users_name_key_unique")]
    [InlineData("insert into users (username, email, password_hash, role, created_at) values ('x', 'OWL@quarry.example', 'x', 'user', now())", "users_email_key_unique")]
    [InlineData("insert into users (username, email, password_hash, role, created_at) values ('x', 'a@b.example', 'x', 'owner', now())", "users_role_check")]
    [InlineData("update users set tm_account_id = 'a3b1c2d4-0000-4000-8000-000000000001' where id = 4", "users_tm_account_id_unique")]
    [InlineData("update users set tmx_user_id = 1", "users_tmx_user_id_unique")]
    [InlineData("update users set former_username = 'x' || (id % 1)", "users_former_name_key_unique")]
    [InlineData("insert into alerts (user_id, created_at, updated_at, count_state) values (1, now(), now(), 'counting')", "alerts_user_id_unique")]
    [InlineData("insert into alerts (user_id, created_at, updated_at, count_state) values (77, now(), now(), 'counting')", "alerts_user_id_fkey")]
    public async Task The_database_itself_refuses_what_breaks_a_rule(string sql, string constraint)
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        await MigrateAsync();

        (await Should.ThrowAsync<PostgresException>(() => EarlierDatabase.ExecuteAsync(DataSource, sql))).ConstraintName.ShouldBe(constraint);
    }

    [Fact]
    public async Task The_command_plans_migrates_and_finds_nothing_more_to_do()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        var connection = ("NEON_DB_CONNECTION_STRING", _database.ConnectionString);

        var (planned, plan) = await RunAsync(["--plan"], connection);
        var (migrated, output) = await RunAsync([], connection);
        var (again, nothing) = await RunAsync([], ("ConnectionStrings:Backend", _database.ConnectionString));

        (planned, migrated, again).ShouldBe((0, 0, 0));
        plan.ShouldContain("Kept: 3 users, 2 alerts, 4 driver notifications, 3 history entries, 2 feedback messages.");
        plan.ShouldContain($"Would apply {Accounts}");
        output.ShouldContain($"Applied {Accounts}.");
        nothing.ShouldBe($"The database was current already.{Environment.NewLine}");
    }

    [Fact]
    public async Task The_command_names_conflicts_and_fails()
    {
        await EarlierDatabase.FillAsync(DataSource, EarlierVariant.Complete);
        await EarlierDatabase.ExecuteAsync(DataSource, "insert into users (id, username, email, password) values (20, 'QUARRY owl', 'other@quarry.example', 'x')");

        foreach (var arguments in (string[][])[[], ["--plan"]])
        {
            var (code, output) = await RunAsync(arguments, ("NEON_DB_CONNECTION_STRING", _database.ConnectionString));
            code.ShouldBe(1);
            output.ShouldContain("nothing was changed");
            output.ShouldContain("20 ('QUARRY owl')");
        }
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=the-secret;Database=d", "127.0.0.1:1")]
    [InlineData("Host=127.0.0.1;Prt=the-secret", "NEON_DB_CONNECTION_STRING")]
    [InlineData("Host=127.0.0.1;Port=the-secret", "NEON_DB_CONNECTION_STRING")]
    [InlineData("the-secret", "NEON_DB_CONNECTION_STRING")]
    [InlineData("", "NEON_DB_CONNECTION_STRING")]
    public async Task The_command_says_why_there_is_no_database_and_no_secret(string connectionString, string named)
    {
        var (code, output) = await RunAsync([], ("NEON_DB_CONNECTION_STRING", connectionString));

        code.ShouldBe(1);
        output.ShouldContain(named);
        output.ShouldNotContain("the-secret");
    }

    [Theory]
    [InlineData("--plans")]
    [InlineData("--plan", "--plan")]
    [InlineData("now")]
    public async Task The_command_explains_its_usage(params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments, ("NEON_DB_CONNECTION_STRING", _database.ConnectionString));

        code.ShouldBe(2);
        output.ShouldStartWith("usage: migrate");
        (await ReadAsync<long>("select count(*) from pg_tables where schemaname = 'public'")).ShouldBe([0]);
    }

    private static async Task<(int Code, string Output)> RunAsync(string[] arguments, (string Key, string Value) setting)
    {
        await using var output = new StringWriter();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(setting.Key, setting.Value)]).Build();
        var code = await new MigrateCommand(configuration, NullLoggerFactory.Instance, output).RunAsync(arguments, CancellationToken.None);
        return (code, output.ToString());
    }

    private static DateTime Utc(int year, int month, int day, int hour = 0, int minute = 0, int second = 0, int millisecond = 0) =>
        new(year, month, day, hour, minute, second, millisecond, DateTimeKind.Utc);

    private static string CopyOfScripts()
    {
        var folder = Directory.CreateTempSubdirectory("schema").FullName;
        foreach (var script in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "sql"), "*.sql"))
        {
            File.Copy(script, Path.Combine(folder, Path.GetFileName(script)));
        }

        return folder;
    }

    private SchemaMigrator Of(string? folder) => new(DataSource, NullLogger<SchemaMigrator>.Instance, folder);

    private async Task MigrateAsync() => (await Migrator.MigrateAsync(CancellationToken.None)).Conflicts.ShouldBeEmpty();

    private Task<List<T>> ReadAsync<T>(string sql, params object[] values) => DatabaseDump.ReadAsync<T>(DataSource, sql, values);
}
