using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>Asks on a connection of its own from the pool, within a time limit: a pool that is used up is not ready either.</summary>
internal sealed class PostgresProbe(NpgsqlDataSource source, TimeProvider clock) : IReadinessProbe
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    public string Name => "postgres";

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var command = source.CreateCommand("select 1");
            await command.ExecuteScalarAsync(both.Token);
            return true;
        }
        catch (Exception exception) when (PostgresFailures.IsUnavailable(exception) || limit.IsCancellationRequested)
        {
            return false;
        }
    }
}
