using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Serilog.Core;

namespace Backend.Integration.Postgres;

/// <summary>The database goes away, hangs, restarts and fails in parts: requests are answered soon and honestly, and searches go on by themselves.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const int Maps = 24;

    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(5);

    private PostgresServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_start_waits_for_the_database_and_says_so()
    {
        await using var database = await _server.Databases.CreateAsync();
        await _server.StopAsync();
        var logs = new CapturedLogs();
        var starting = Task.Run(() => Start(database, services: services => services.AddSingleton<ILogEventSink>(logs)));
        await Eventually.GetAsync(() => Task.FromResult(logs.Text), text => text.Contains($"Waiting for the database \"127.0.0.1:{_server.Port}/{database.Name}\"") || starting.IsCompleted);
        starting.IsCompleted.ShouldBeFalse();

        await _server.StartAgainAsync();

        await using var host = await starting;
        await host.SignInAsync();
        logs.Text.ShouldNotContain(database.Password);
    }

    [Fact]
    public async Task A_start_without_a_database_ends_in_time_with_a_sentence()
    {
        await using var database = await _server.Databases.CreateAsync();
        await _server.StopAsync();

        var (code, output, error) = await RefusedStart.RunAsync(SettingsOf(database, ("Postgres:StartTimeout", "00:00:02")));
        await _server.StartAgainAsync();

        code.ShouldBe(1);
        Sentence(error).ShouldStartWith($"- The database 127.0.0.1:{_server.Port}/{database.Name} could not be reached within 2 s (Postgres:StartTimeout): ");
        (output + error).ShouldNotContain(database.Password);
    }

    [Fact]
    public async Task A_start_stops_at_a_schema_that_is_too_old_or_too_new()
    {
        await using var empty = await _server.Databases.CreateAsync(migrated: false);
        var (oldCode, _, tooOld) = await RefusedStart.RunAsync(SettingsOf(empty, ("Postgres:MigrateAtStart", "false")));
        await using var newer = await _server.Databases.CreateAsync();
        await ExecuteAsync(newer, "insert into schema_versions (scriptname, applied) values ('9999_from_tomorrow.sql', now())");
        var (newCode, _, tooNew) = await RefusedStart.RunAsync(SettingsOf(newer, ("Postgres:MigrateAtStart", "false")));
        var (migratingCode, _, migrating) = await RefusedStart.RunAsync(SettingsOf(newer));

        (oldCode, newCode, migratingCode).ShouldBe((1, 1, 1));
        Sentence(tooOld).ShouldContain("migrate");
        Sentence(tooNew).ShouldContain("9999_from_tomorrow.sql");
        Sentence(migrating).ShouldBe(Sentence(tooNew));
        (await AskAsync<long>(empty, "select count(*) from pg_tables where schemaname = 'public'")).ShouldBe(0);
    }

    [Fact]
    public async Task Four_instances_that_start_on_an_empty_database_all_come_up()
    {
        await using var database = await _server.Databases.CreateAsync(migrated: false);

        var hosts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Start(database, ("Postgres:MigrateAtStart", "true")))));

        try
        {
            foreach (var host in hosts)
            {
                await host.SignInAsync();
            }

            (await AskAsync<long>(database, "select count(*) - count(distinct scriptname) from schema_versions")).ShouldBe(0);
            (await AskAsync<long>(database, "select count(*) from schema_versions")).ShouldBe(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "sql"), "*.sql").Length);
        }
        finally
        {
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_the_database_every_request_is_answered_503_and_the_search_goes_on_afterwards(bool hangs)
    {
        await using var database = await _server.Databases.CreateAsync();
        await using var host = Start(database, ("Trackmania:NadeoRate", "8"));
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Demo Mapper");
        await user.DoneAsync(id, 4);

        // Who hears 503 cannot know whether it was done, so what would end the one's search and session is asked by another.
        var leaving = await host.SignInAsync();
        var given = await leaving.SubmitAsync("Solo");

        await (hangs ? PauseAsync() : _server.StopAsync());
        var first = await AskEverythingAsync(host, user, id, leaving, given);
        await Eventually.GetAsync(() => ReadyAsync(host), ready => ready == HttpStatusCode.ServiceUnavailable);
        var second = await AskEverythingAsync(host, user, id, leaving, given);
        await (hangs ? ResumeAsync() : _server.StartAgainAsync());

        foreach (var answer in first.Concat(second))
        {
            if (answer.Request == "/health/live")
            {
                answer.Status.ShouldBe(HttpStatusCode.OK);
                continue;
            }

            answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, $"{answer.Request}: {answer.Body}");
            answer.Took.ShouldBeLessThan(s_answer, answer.Request);
            answer.RetryAfter.ShouldNotBeNull(answer.Request).ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), answer.Request);
            var problem = JsonNode.Parse(answer.Body)!;
            ((string?)problem["code"]).ShouldBe(answer.Request == "/health/ready" ? "service.not_ready" : "store.unavailable", answer.Request);
            ((int?)problem["status"]).ShouldBe(503, answer.Request);
        }

        await Eventually.GetAsync(() => ReadyAsync(host), ready => ready == HttpStatusCode.OK);
        await ShouldEndWholeAsync(host, database, user, id);
        using var profile = await user.Client.GetAsync("/api/v1/users/profile");
        profile.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var refreshed = await RefreshAsync(host, user);
        refreshed.StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Logs.Text.ShouldNotContain(database.Password);
        host.Logs.Lines.Where(line => line.StartsWith("Error ", StringComparison.Ordinal) || line.StartsWith("Fatal ", StringComparison.Ordinal)).ShouldBeEmpty();

        Task PauseAsync()
        {
            _server.Pause();
            return Task.CompletedTask;
        }

        Task ResumeAsync()
        {
            _server.Resume();
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData(PostgresStop.Fast)]
    [InlineData(PostgresStop.Immediate)]
    public async Task A_search_survives_a_restart_of_the_database(object mode)
    {
        await using var database = await _server.Databases.CreateAsync();
        await using var host = Start(database, ("Trackmania:NadeoRate", "8"));
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Demo Mapper");
        await user.DoneAsync(id, 4);

        await _server.StopAsync((PostgresStop)mode);
        await _server.StartAgainAsync();

        await ShouldEndWholeAsync(host, database, user, id, Maps + 1);
        using var refreshed = await RefreshAsync(host, user);
        refreshed.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Killed_connections_cost_no_reader_anything_and_no_search_its_notification()
    {
        await using var database = await _server.Databases.CreateAsync();
        await using var worker = Start(database, ("Postgres:PollInterval", "00:01:00"));
        await using var other = Start(database, ("Postgres:PollInterval", "00:01:00"));
        await other.StopWorkerAsync();
        var user = await other.SignInAsync();
        var often = await other.SignInAsync();
        var id = await user.SubmitAsync("Solo");
        await user.EndAsync(id);
        var reads = new List<HttpStatusCode>();
        var writes = new List<HttpStatusCode>();
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(4), TimeProvider.System);

        var readers = Enumerable.Range(0, 4).Select(_ => RepeatAsync(reads, () => user.Client.GetAsync($"/api/v1/map-searches/{id}")))
            .Append(RepeatAsync(reads, () => user.Client.GetAsync("/api/v1/users/sessions")))
            .Append(RepeatAsync(writes, () => other.CreateClient().PostAsJsonAsync("/api/v1/users/login", new { email = often.Name, password = BackendHost.Password })))
            .ToList();
        var kills = 0;
        using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System))
        {
            while (!over.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None))
            {
                await _server.KillBackendsAsync(database.Name);
                kills++;
            }
        }

        await Task.WhenAll(readers);

        kills.ShouldBeGreaterThan(10);
        reads.Count.ShouldBeGreaterThan(20);
        reads.ShouldAllBe(status => status == HttpStatusCode.OK);
        writes.ShouldContain(HttpStatusCode.OK);
        writes.ShouldAllBe(status => status == HttpStatusCode.OK || status == HttpStatusCode.ServiceUnavailable);

        // From the other instance, where only a notification tells in less than a minute.
        await Eventually.GetAsync(() => AskAsync<bool>(database, "select count(*) = 2 from pg_stat_activity where datname = current_database() and query ilike 'listen %'"), listening => listening);
        var next = await user.SubmitAsync("Solo");
        ((string)(await user.EndAsync(next, TimeSpan.FromSeconds(20)))["status"]!).ShouldBe("completed");

        async Task RepeatAsync(List<HttpStatusCode> seen, Func<Task<HttpResponseMessage>> send)
        {
            while (!over.IsCancellationRequested)
            {
                using var answer = await send();
                lock (seen)
                {
                    seen.Add(answer.StatusCode);
                }
            }
        }
    }

    [Fact]
    public async Task A_host_stops_in_time_and_without_an_error_while_the_database_is_away()
    {
        await using var database = await _server.Databases.CreateAsync();
        await using var host = Start(database);
        var user = await host.SignInAsync();
        await user.DoneAsync(await user.SubmitAsync("Prolific Mapper"), 3);
        await _server.StopAsync();
        await Eventually.GetAsync(() => ReadyAsync(host), ready => ready == HttpStatusCode.ServiceUnavailable);
        var started = TimeProvider.System.GetTimestamp();

        await host.Services.GetRequiredService<IHost>().StopAsync();

        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        host.Logs.Lines.Where(l => l.StartsWith("Error ", StringComparison.Ordinal) || l.StartsWith("Fatal ", StringComparison.Ordinal)).ShouldBeEmpty();
        await _server.StartAgainAsync();
    }

    [Fact]
    public async Task A_pool_that_is_used_up_is_answered_503_in_time_and_recovers()
    {
        await using var database = await _server.Databases.CreateAsync();
        var settings = SettingsOf(database);
        settings["NEON_DB_CONNECTION_STRING"] += ";Maximum Pool Size=2";
        await using var host = BackendHost.Start(HostProfile.Postgres, settings);
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Solo");
        await user.EndAsync(id);

        var relaxed = await AskManyAsync();
        relaxed.ShouldAllBe(a => a.Status == HttpStatusCode.OK || a.Status == HttpStatusCode.ServiceUnavailable);
        List<TimedAnswer> blocked;
        await using (var connection = new NpgsqlConnection(database.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var locking = new NpgsqlCommand("lock table map_searches", connection, transaction);
            await locking.ExecuteNonQueryAsync();
            blocked = await AskManyAsync();
        }

        blocked.Select(a => a.Status).Distinct().ShouldBe([HttpStatusCode.ServiceUnavailable]);
        relaxed.Concat(blocked).Max(a => a.Took).ShouldBeLessThan(s_answer);
        await Eventually.GetAsync(() => ReadyAsync(host), ready => ready == HttpStatusCode.OK);
        (await TimedAnswer.AskAsync(user.Client, HttpMethod.Get, $"/api/v1/map-searches/{id}")).Status.ShouldBe(HttpStatusCode.OK);
        ((string)(await user.EndAsync(await user.SubmitAsync("Solo")))["status"]!).ShouldBe("completed");

        async Task<List<TimedAnswer>> AskManyAsync() =>
            [.. await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => TimedAnswer.AskAsync(user.Client, HttpMethod.Get, $"/api/v1/map-searches/{id}")))];
    }

    [Fact]
    public async Task A_server_that_only_reads_is_answered_503_where_something_is_to_be_written()
    {
        await using var database = await _server.Databases.CreateAsync();
        await using var host = Start(database);
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Solo");
        await user.EndAsync(id);
        await ExecuteAsync(database, $"alter database \"{database.Name}\" set default_transaction_read_only = on");
        await _server.KillBackendsAsync(database.Name);

        (await TimedAnswer.AskAsync(user.Client, HttpMethod.Get, $"/api/v1/map-searches/{id}")).Status.ShouldBe(HttpStatusCode.OK);
        (await TimedAnswer.AskAsync(user.Client, HttpMethod.Get, "/api/v1/users/profile")).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var (path, body) in Writes(user))
        {
            var answer = await TimedAnswer.AskAsync(user.Client, HttpMethod.Post, path, body);
            answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, $"{path}: {answer.Body}");
        }

        await ExecuteAsync(database, $"alter database \"{database.Name}\" reset default_transaction_read_only", "set default_transaction_read_only = off");
        await _server.KillBackendsAsync(database.Name);
        await Eventually.GetAsync(async () => (await TimedAnswer.AskAsync(user.Client, HttpMethod.Post, "/api/v1/map-searches", new { mapper = "Solo", period = "1m" })).Status, status => status == HttpStatusCode.Accepted);
    }

    private static IEnumerable<(string Path, object Body)> Writes(SignedInUser user) =>
    [
        ("/api/v1/users/login", new { email = user.Name, password = BackendHost.Password }),
        ("/api/v1/users/register", new { email = "someone.else@example.org", username = "someone else", password = BackendHost.Password }),
        ("/api/v1/users/refresh", new { refresh_token = user.RefreshToken }),
        ("/api/v1/map-searches", new { mapper = "Solo", period = "1m" }),
    ];

    /// <summary>One request of every kind, all at once.</summary>
    private static async Task<IReadOnlyList<TimedAnswer>> AskEverythingAsync(BackendHost host, SignedInUser user, string id, SignedInUser leaving, string given) =>
        await Task.WhenAll(
        [
            .. new[]
            {
                $"/api/v1/map-searches/{id}", $"/api/v1/map-searches/{id}/results?after=-1&limit=500", "/api/v1/map-searches", "/api/v1/users/profile", "/api/v1/users/sessions",
            }.Select(path => TimedAnswer.AskAsync(user.Client, HttpMethod.Get, path)),
            TimedAnswer.AskAsync(user.Client, HttpMethod.Get, "/health/ready"),
            TimedAnswer.AskAsync(user.Client, HttpMethod.Get, "/health/live"),
            .. Writes(user).Select(write => TimedAnswer.AskAsync(user.Client, HttpMethod.Post, write.Path, write.Body)),
            TimedAnswer.AskAsync(leaving.Client, HttpMethod.Delete, $"/api/v1/map-searches/{given}"),
            TimedAnswer.AskAsync(leaving.Client, HttpMethod.Post, "/api/v1/users/logout-everywhere"),
            TimedAnswer.AskAsync(host.CreateClient(), HttpMethod.Post, "/api/v1/users/logout", new { refresh_token = leaving.RefreshToken }),
        ]);

    private static async Task<HttpStatusCode> ReadyAsync(BackendHost host) => (await TimedAnswer.AskAsync(host.CreateClient(), HttpMethod.Get, "/health/ready")).Status;

    /// <summary>A connection of the pool may still be a dead one, which a write that may not be repeated says.</summary>
    private static Task<HttpResponseMessage> RefreshAsync(BackendHost host, SignedInUser user) =>
        Eventually.GetAsync(
            () => host.CreateClient().PostAsJsonAsync("/api/v1/users/refresh", new { refresh_token = user.RefreshToken }),
            answer => answer.StatusCode != HttpStatusCode.ServiceUnavailable);

    /// <summary>By itself, in its first attempt, with every map once.</summary>
    /// <param name="boards">Of this search alone, at most.</param>
    private static async Task ShouldEndWholeAsync(BackendHost host, TestDatabase database, SignedInUser user, string id, int? boards = null)
    {
        var ended = await Eventually.GetAsync(
            async () => await TimedAnswer.AskAsync(user.Client, HttpMethod.Get, $"/api/v1/map-searches/{id}") is { Status: HttpStatusCode.OK } answer ? JsonNode.Parse(answer.Body)! : null,
            status => (string?)status?["status"] is "completed" or "failed" or "cancelled",
            TimeSpan.FromSeconds(60));
        ((string)ended!["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["attempt"]!).ShouldBe(1);
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(Maps);
        (await AskAsync<long>(database, $"select count(*) from map_search_rows where search_id = '{id}'")).ShouldBe(Maps);
        (await AskAsync<long>(database, $"select count(distinct content ->> 'id') from map_search_rows where search_id = '{id}'")).ShouldBe(Maps);
        (await AskAsync<long>(database, $"select count(*) from map_search_rows where search_id = '{id}' and content ->> 'failure' is not null")).ShouldBe(0);
        if (boards is { } most)
        {
            host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBeInRange(Maps, most);
        }
    }

    /// <summary>The one line after the heading.</summary>
    private static string Sentence(string error)
    {
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        lines.Length.ShouldBe(2, error);
        lines[0].ShouldBe("The service cannot start:");
        return lines[1];
    }

    private static Dictionary<string, string> SettingsOf(TestDatabase database, params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string> { ["NEON_DB_CONNECTION_STRING"] = database.ConnectionString };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }

    private static BackendHost Start(TestDatabase database, params (string Key, string Value)[] settings) => BackendHost.Start(HostProfile.Postgres, SettingsOf(database, settings));

    private static BackendHost Start(TestDatabase database, Action<IServiceCollection> services) =>
        BackendHost.Start(HostProfile.Postgres, SettingsOf(database), services: services);

    /// <summary>On a fresh connection, since the server may have been away.</summary>
    private static async Task<T> AskAsync<T>(TestDatabase database, string sql)
    {
        await using var connection = new NpgsqlConnection($"{database.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql, string? before = null)
    {
        await using var connection = new NpgsqlConnection($"{database.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        foreach (var statement in new[] { before, sql }.OfType<string>())
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
