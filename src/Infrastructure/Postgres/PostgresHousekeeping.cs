using Backend.Application.Maintenance;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.DailyRuns;
using Microsoft.Extensions.Logging;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

/// <summary>
/// Deletes what no reader sees any more. In small batches with pauses, so that it never holds up anybody; several
/// instances do it side by side without getting in each other's way.
/// </summary>
internal sealed partial class PostgresHousekeeping(PostgresDatabase database, MapSearchOptions searches, TimeProvider clock, ILogger<PostgresHousekeeping> logger) : IUpkeep
{
    internal const int BatchSize = 200;

    /// <summary>A search takes its rows and names along, so what counts is the size of the results: a batch ends with the search that passes 50,000 of them.</summary>
    private const string FinishedSearches = $"""
        delete from map_searches where (user_id, id) in (
            select user_id, id from (
                select user_id, id, sum(size) over (order by updated_at, user_id, id) - size as before from (
                    select user_id, id, updated_at, maps_done + records_found as size from map_searches
                    where {MapSearchColumns.IsFinished} and updated_at <= $1 order by updated_at limit $2 for update skip locked) oldest) sized
            where before < 50000)
        """;

    private const string BoardsOfFinishedRuns = """
        delete from daily_boards where (run_date, map_uid) in (
            select b.run_date, b.map_uid from daily_boards b
            where coalesce(b.read_at <= $1, true) and not exists (select 1 from daily_checks c where c.run_date = b.run_date and c.due_at is not null) limit $2 for update skip locked)
        """;

    /// <summary>The latest one stays: from it the schedule knows that there was a run at all.</summary>
    private const string OldRuns = """
        delete from daily_runs where run_date in (
            select run_date from daily_runs where started_at <= $1 and run_date < (select max(run_date) from daily_runs) limit $2 for update skip locked)
        """;

    /// <summary>A later wish may wait beside a token that has expired.</summary>
    private const string ExpiredResets = """
        delete from password_resets where email_key in (
            select email_key from password_resets where expires_at <= $1 and due_at is null limit $2 for update skip locked)
        """;

    /// <summary>Tokens for new passwords expire by the database's clock, from which this process's may differ.</summary>
    private static readonly TimeSpan s_otherClock = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_pauseBetweenBatches = TimeSpan.FromMilliseconds(50);

    public Task RunAsync(CancellationToken cancellationToken) => CleanAsync(cancellationToken);

    /// <summary>One round over everything; the number of deleted rows.</summary>
    internal async Task<int> CleanAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await CleanAsync("map_searches", FinishedSearches, now - searches.Retention, cancellationToken)
            + await CleanAsync("sessions", Batch("sessions", "user_id, id", "expires_at"), now, cancellationToken)
            + await CleanAsync("rate_limit_windows", Batch("rate_limit_windows", "limit_name, key", "expires_at"), now, cancellationToken)
            + await CleanAsync("leaderboards", Batch("leaderboards", "map_uid", "saved_at"), now - ILeaderboardCache.KeptFor, cancellationToken)
            + await CleanAsync("mapper_walks", Batch("mapper_walks", "mapper_key", "saved_at"), now - ILeaderboardCache.KeptFor, cancellationToken)
            + await CleanAsync("password_resets", ExpiredResets, now - s_otherClock, cancellationToken)
            + await CleanAsync("daily_boards", BoardsOfFinishedRuns, now, cancellationToken)
            + await CleanAsync("daily_runs", OldRuns, now - DailyRun.KeptFor, cancellationToken);
    }

    private static string Batch(string table, string key, string instant) =>
        $"delete from {table} where ({key}) in (select {key} from {table} where {instant} <= $1 limit $2 for update skip locked)";

    private async Task<int> CleanAsync(string table, string batchOf, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var deleted = 0;
        try
        {
            while (await database.WriteAsync(batchOf, cancellationToken, Value(until), Value(BatchSize)) is var batch && batch > 0)
            {
                deleted += batch;
                await Task.Delay(s_pauseBetweenBatches, clock, cancellationToken);
            }
        }
        catch (StoreUnavailableException exception)
        {
            // The other tables must not wait for this one.
            LogPutOff(table, exception.Message);
        }

        if (deleted > 0)
        {
            LogDeleted(deleted, table);
        }

        return deleted;
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Count} expired rows of {Table}")]
    private partial void LogDeleted(int count, string table);

    [LoggerMessage(LogLevel.Warning, "Expired rows of {Table} stay for now: {Reason}")]
    private partial void LogPutOff(string table, string reason);
}
