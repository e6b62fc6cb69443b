using Backend.Application.Ports;
using Backend.Infrastructure.Postgres;
using Backend.Integration.Support;
using Npgsql;

namespace Backend.Integration.Postgres;

public sealed class PostgresDatabaseTests(ContractDatabase database) : IClassFixture<ContractDatabase>
{
    private const string NobodyKnows = "Host=nowhere.invalid;Database=db;Username=u;Password=hunter2;Timeout=3;Command Timeout=3";

    [Fact]
    public async Task A_host_that_nobody_knows_is_a_database_that_is_away()
    {
        await using var source = NpgsqlDataSource.Create(NobodyKnows);
        var unknown = new PostgresDatabase(source);

        await Should.ThrowAsync<StoreUnavailableException>(() => unknown.ReadAsync("select 1", row => row.GetInt32(0), CancellationToken.None));
        (await new PostgresProbe(unknown).IsReadyAsync(CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_start_with_a_host_that_nobody_knows_ends_in_a_sentence()
    {
        var (code, output, error) = await RefusedStart.RunAsync(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["NEON_DB_CONNECTION_STRING"] = NobodyKnows,
            ["Postgres:StartTimeout"] = "00:00:00",
            ["JWT_SECRET"] = BackendHost.JwtSecret,
            ["Trackmania:Sandbox"] = "true",
        });

        code.ShouldBe(1);
        error.ShouldContain("nowhere.invalid");
        (output + error).ShouldNotContain("hunter2");
        (output + error).ShouldNotContain("   at ");
    }

    [Fact]
    public async Task What_the_caller_cancels_is_cancelled_and_not_away()
    {
        using var cancellation = new CancellationTokenSource();
        var sleeping = database.Database.ReadAsync("select 1 from pg_sleep(2)", row => row.GetInt32(0), cancellation.Token);

        cancellation.CancelAfter(TimeSpan.FromMilliseconds(100));

        await Should.ThrowAsync<OperationCanceledException>(() => sleeping);
    }
}
