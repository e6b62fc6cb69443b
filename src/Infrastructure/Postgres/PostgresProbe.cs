using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>Asks on a connection of its own from the pool, within a time limit: a pool that is used up is not ready either.</summary>
internal sealed class PostgresProbe(NpgsqlDataSource source, TimeProvider clock) : IReadinessProbe
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    public string Name => "postgres";

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(cancellationToken).WaitAsync(s_limit, clock, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException || PostgresFailures.IsUnavailable(exception))
        {
            return false;
        }
    }

    /// <summary>Not to be cancelled at the limit: at a server that hangs, cancelling takes longer than asking.</summary>
    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
