using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace Backend.Integration.Support;

/// <summary>The servers and clocks that other tests rely on.</summary>
public sealed class PostgresServerTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Each_test_has_a_migrated_database_of_its_own()
    {
        await using var first = await TestDatabase.CreateAsync();
        await using var second = await TestDatabase.CreateAsync();

        await first.DataSource.CreateCommand("create table mine (id int)").ExecuteNonQueryAsync();

        (await AskAsync<bool>(first.ConnectionString, "select to_regclass('mine') is not null")).ShouldBeTrue();
        (await AskAsync<bool>(second.ConnectionString, "select to_regclass('mine') is not null")).ShouldBeFalse();
        (await AskAsync<string>(first.ConnectionString, "show server_encoding")).ShouldBe("UTF8");
    }

    [Fact]
    public async Task A_database_is_gone_after_its_test_even_when_somebody_is_connected()
    {
        var database = await TestDatabase.CreateAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();

        await database.DisposeAsync();

        await using var again = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(again.OpenAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidCatalogName);
    }

    [Fact]
    public async Task The_clock_stands_still_and_jumps()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.UseClockAsync(s_noon, 0);

        (await NowAsync(database)).ShouldBe(s_noon);
        (await NowAsync(database)).ShouldBe(s_noon);
        await database.AdvanceClockAsync(TimeSpan.FromMinutes(5));
        (await NowAsync(database)).ShouldBe(s_noon.AddMinutes(5));
        database.AdvanceClock(TimeSpan.FromDays(40) + TimeSpan.FromMilliseconds(1));
        (await NowAsync(database)).ShouldBe(s_noon.AddMinutes(5).AddDays(40).AddMilliseconds(1));
        (await AskAsync<DateTime>(database.ConnectionString, "select clock_timestamp()")).ShouldBe(TimeProvider.System.GetUtcNow().UtcDateTime, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task The_clock_follows_a_fast_one()
    {
        await using var database = await TestDatabase.CreateAsync();
        var clock = new FastClock(100);
        using var following = await database.FollowAsync(clock);

        await ShouldAgreeAsync();
        clock.Advance(TimeSpan.FromHours(3));
        await ShouldAgreeAsync();
        following.Dispose();
        clock.Advance(TimeSpan.FromHours(3));
        (clock.GetUtcNow() - await NowAsync(database)).ShouldBeGreaterThan(TimeSpan.FromHours(2));

        // What the database answers lies between two looks at the clock, give or take 10 ms of real time.
        async Task ShouldAgreeAsync()
        {
            var before = clock.GetUtcNow();
            var seen = await NowAsync(database);
            seen.ShouldBeInRange(before.AddSeconds(-1), clock.GetUtcNow().AddSeconds(1));
        }
    }

    [Fact]
    public async Task The_clock_follows_a_standing_one()
    {
        await using var database = await TestDatabase.CreateAsync();
        var clock = new StandingClock(s_noon);
        using var following = await database.FollowAsync(clock);

        clock.Advance(TimeSpan.FromSeconds(30));

        (await NowAsync(database)).ShouldBe(clock.GetUtcNow());
        clock.GetUtcNow().ShouldBe(s_noon.AddSeconds(30));
    }

    [Theory]
    [InlineData(PostgresStop.Fast)]
    [InlineData(PostgresStop.Immediate)]
    public async Task What_was_committed_is_there_after_a_restart(object mode)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { Durable = true });
        await using var database = await server.Databases.CreateAsync(migrated: false);
        await database.DataSource.CreateCommand("create table kept as select 42 as answer").ExecuteNonQueryAsync();

        await server.StopAsync((PostgresStop)mode);
        await Should.ThrowAsync<NpgsqlException>(AskAsync<int>(database.ConnectionString, "select answer from kept"));
        await server.StartAgainAsync();

        (await AskAsync<int>(database.ConnectionString, "select answer from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_paused_server_does_not_answer_until_it_is_resumed()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select 1", connection);

        server.Pause();
        var answer = command.ExecuteScalarAsync();
        await Should.ThrowAsync<NpgsqlException>(AskAsync<int>(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Timeout = 1 }.ConnectionString, "select 1"));
        answer.IsCompleted.ShouldBeFalse();
        server.Resume();

        (await answer).ShouldBe(1);
    }

    [Fact]
    public async Task A_paused_server_can_be_disposed()
    {
        var server = await PostgresServer.StartAsync();
        server.Pause();

        await server.DisposeAsync();

        await Should.ThrowAsync<NpgsqlException>(AskAsync<int>(server.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task Killed_connections_are_those_of_one_database()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var hit = await server.Databases.CreateAsync();
        await using var spared = await server.Databases.CreateAsync();
        await using var one = await hit.DataSource.OpenConnectionAsync();
        await using var other = await spared.DataSource.OpenConnectionAsync();

        await server.KillBackendsAsync(hit.Name);

        await using var failing = new NpgsqlCommand("select 1", one);
        await using var working = new NpgsqlCommand("select 1", other);
        await Should.ThrowAsync<NpgsqlException>(failing.ExecuteScalarAsync());
        (await working.ExecuteScalarAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_server_with_a_certificate_speaks_tls_and_a_wrong_password_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("backend-tests-tls-");
        try
        {
            var files = (Path.Combine(folder.FullName, "crt"), Path.Combine(folder.FullName, "key"));
            using var key = RSA.Create(2048);
            using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(s_noon.AddYears(-10), s_noon.AddYears(10));
            await File.WriteAllTextAsync(files.Item1, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(files.Item2, key.ExportPkcs8PrivateKeyPem());
            await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { Tls = files });
            var encrypted = new NpgsqlConnectionStringBuilder(server.ConnectionString) { SslMode = SslMode.Require };

            (await AskAsync<bool>(encrypted.ConnectionString, "select ssl from pg_stat_ssl where pid = pg_backend_pid()")).ShouldBeTrue();
            encrypted.Password = "wrong";
            (await Should.ThrowAsync<PostgresException>(AskAsync<int>(encrypted.ConnectionString, "select 1"))).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_why()
    {
        var failure = await Should.ThrowAsync<InvalidOperationException>(
            PostgresServer.StartAsync(new PostgresServerOptions { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["no_such_setting"] = "1" } }));

        failure.Message.ShouldContain("unrecognized configuration parameter \"no_such_setting\"");
    }

    private static async Task<DateTimeOffset> NowAsync(TestDatabase database) => new(await AskAsync<DateTime>(database.ClockedConnectionString, "select clock_timestamp()"));

    private static async Task<T> AskAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
