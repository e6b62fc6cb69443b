using Backend.Infrastructure.Postgres;
using Backend.Integration.Support;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Backend.Integration.Postgres;

/// <summary>Behind a transaction-mode pooler no connection keeps anything from one transaction to the next, and the service asks for nothing of the kind.</summary>
public sealed class PoolerTests
{
    private const string Listeners = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen %'";

    [Fact]
    public async Task Searches_are_done_without_anybody_listening_and_the_log_says_so()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var host = Start(database, "true");
        await using var other = Start(database, "true");
        await other.StopWorkerAsync();
        var user = await other.SignInAsync();

        ((string)(await user.EndAsync(await user.SubmitAsync("Solo")))["status"]!).ShouldBe("completed");

        (await AskAsync(database, Listeners)).ShouldBe(0);
        host.Logs.Text.ShouldContain("pooler: no notifications (work is looked for every 500 ms)");
    }

    [Fact]
    public async Task Without_one_somebody_listens()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var host = Start(database, "false");

        await Eventually.GetAsync(() => AskAsync(database, Listeners), listeners => listeners == 1);
        host.Logs.Text.ShouldNotContain("pooler");
    }

    [Theory]
    [InlineData("true", 0)]
    [InlineData("false", 1)]
    public async Task Nothing_is_prepared(string pooler, int prepared)
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = PostgresSettings.Read(
            new ConfigurationBuilder().AddInMemoryCollection([new("NEON_DB_CONNECTION_STRING", $"{database.ConnectionString};Maximum Pool Size=1"), new("Postgres:Pooler", pooler)]).Build(),
            isDevelopment: true,
            [])!;
        await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
        var sent = new PostgresDatabase(source);
        for (var i = 0; i < 5; i++)
        {
            await sent.ReadAsync("select $1 + 1", row => row.GetInt32(0), CancellationToken.None, PostgresDatabase.Value(i));
        }

        (await sent.ReadAsync("select count(*) from pg_prepared_statements", row => row.GetInt64(0), CancellationToken.None)).ShouldBe([prepared]);
    }

    private static BackendHost Start(TestDatabase database, string pooler) =>
        BackendHost.Start(HostProfile.Postgres, new Dictionary<string, string> { ["NEON_DB_CONNECTION_STRING"] = database.ConnectionString, ["Postgres:Pooler"] = pooler });

    private static async Task<long> AskAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
