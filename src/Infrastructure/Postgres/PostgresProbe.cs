using Backend.Application.Ports;

namespace Backend.Infrastructure.Postgres;

/// <summary>Asks as every request does, so that a pool that is used up is not ready either. In real time, as the driver counts.</summary>
internal sealed class PostgresProbe(PostgresDatabase database) : IReadinessProbe
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    public string Name => "postgres";

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Not to be cancelled at the limit: at a server that hangs, cancelling takes longer than asking.
            await database.ReadAsync("select 1", static row => row.GetInt32(0), cancellationToken).WaitAsync(s_limit, TimeProvider.System, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or StoreUnavailableException)
        {
            return false;
        }
    }
}
