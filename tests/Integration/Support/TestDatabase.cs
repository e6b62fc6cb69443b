using Backend.Infrastructure.Postgres.Schema;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Backend.Integration.Support;

/// <summary>One database for one test. On request its <c>clock_timestamp()</c> is a clock of the test.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _administrator;

    internal TestDatabase(string administrator, string name)
    {
        _administrator = administrator;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(administrator) { Database = name }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public string Name { get; }

    public string Password => new NpgsqlConnectionStringBuilder(_administrator).Password ?? "";

    /// <summary>With the real clock.</summary>
    public string ConnectionString { get; }

    /// <summary>Here <c>clock_timestamp()</c> is the test's: its schema comes before the one of the server.</summary>
    public string ClockedConnectionString => new NpgsqlConnectionStringBuilder(ConnectionString) { SearchPath = "test_clock,pg_catalog,public" }.ConnectionString;

    /// <summary>For what a test asks and changes itself, with the real clock.</summary>
    public NpgsqlDataSource DataSource { get; }

    public static Task<TestDatabase> CreateAsync() => PostgresServers.CreateAsync();

    /// <summary>Makes the schema of an empty database; every other database of the run is a copy of that one.</summary>
    public static async Task MigrateTemplateAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var outcome = await new SchemaMigrator(source, NullLogger<SchemaMigrator>.Instance).MigrateAsync(CancellationToken.None);
        outcome.Conflicts.ShouldBeEmpty();
    }

    /// <summary>Must come before the first use of <see cref="ClockedConnectionString"/>.</summary>
    public async Task UseClockAsync(DateTimeOffset now, double speed)
    {
        await ExecuteAsync("""
            create schema if not exists test_clock;
            create table if not exists test_clock.clock (base timestamptz not null, real_base timestamptz not null, speed double precision not null);
            create or replace function test_clock.clock_timestamp() returns timestamptz language sql volatile as
              'select base + (pg_catalog.clock_timestamp() - real_base) * speed from test_clock.clock';
            grant usage on schema test_clock to public;
            grant select on test_clock.clock to public;
            insert into test_clock.clock select pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp(), 0 where not exists (select from test_clock.clock)
            """);
        await SetClockAsync(now, speed);
    }

    /// <param name="speed">Of its seconds in one real second; 0 stands still.</param>
    public Task SetClockAsync(DateTimeOffset now, double speed) =>
        ExecuteAsync("update test_clock.clock set base = $1, real_base = pg_catalog.clock_timestamp(), speed = $2", now, speed);

    public Task AdvanceClockAsync(TimeSpan duration) => ExecuteAsync(Advance, duration);

    /// <summary>For callers that cannot wait otherwise, such as <see cref="FastClock.Advance"/>.</summary>
    public void AdvanceClock(TimeSpan duration)
    {
        using var command = Command(Advance, duration);
        command.ExecuteNonQuery();
    }

    /// <summary>Makes the database's clock show what another clock shows, from now on and after each of its jumps.</summary>
    /// <returns>Ends that.</returns>
    public async Task<IDisposable> FollowAsync(IFollowedClock clock)
    {
        await UseClockAsync(clock.GetUtcNow(), clock.Speed);

        // Read between two looks at the clock, so that a slow answer is not multiplied by the speed.
        var before = clock.GetUtcNow();
        await using var look = Command("select pg_catalog.clock_timestamp()");
        var real = (DateTime)(await look.ExecuteScalarAsync())!;
        var middle = before + ((clock.GetUtcNow() - before) / 2);
        await ExecuteAsync("update test_clock.clock set base = $1, real_base = $2", middle, real);
        clock.Jumped += AdvanceClock;
        return new Following(() => clock.Jumped -= AdvanceClock);
    }

    /// <summary>Ends every connection to it, on whatever server it is.</summary>
    public Task KillBackendsAsync() => PostgresServer.KillBackendsAsync(_administrator, Name);

    /// <summary>All rows of a question of the test.</summary>
    public async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> map, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await PostgresServer.ExecuteAsync(_administrator, $"drop database if exists \"{Name}\" with (force)");
    }

    private const string Advance = "update test_clock.clock set base = base + $1";

    private async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private sealed class Following(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
