using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.Storage;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

/// <summary>How a <see cref="MapSearchJob"/> lies in its row.</summary>
internal static class MapSearchColumns
{
    public const string All =
        "user_id, id, mapper, period, created_at, state, phase, version, fence, attempt, updated_at, maps_total, maps_done, maps_failed, records_found, failure, reading_since, maps_done_at_claim";

    /// <summary>Number of columns in <see cref="All"/>.</summary>
    public const int Count = 18;

    /// <summary>Values of an insert of <see cref="All"/>, parameters $1 to $18.</summary>
    public const string Values = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18";

    /// <summary>What a transition changes, from the same parameters.</summary>
    public const string Changes =
        "state = $6, phase = $7, version = $8, fence = $9, attempt = $10, updated_at = $11, maps_total = $12, maps_done = $13, maps_failed = $14, records_found = $15, failure = $16, reading_since = $17, maps_done_at_claim = $18";

    /// <summary>The condition that picks out finished searches; an index has the same.</summary>
    public const string IsFinished = "state in ('completed', 'failed', 'cancelled')";

    public static MapSearchJob Read(NpgsqlDataReader row)
    {
        var identity = new MapSearchJob(
            new UserId(row.GetInt64(0)),
            new MapSearchId(row.GetGuid(1)),
            row.GetString(2),
            MapSearchWords.Period(row.GetString(3)),
            row.GetFieldValue<DateTimeOffset>(4));
        return MapSearchJob.Restore(
            identity,
            new MapSearchProgress(
                MapSearchWords.State(row.GetString(5)),
                MapSearchWords.Phase(row.GetString(6)),
                row.GetInt64(7),
                row.GetInt64(8),
                row.GetInt32(9),
                row.GetFieldValue<DateTimeOffset>(10),
                row.IsDBNull(11) ? null : row.GetInt32(11),
                row.GetInt32(12),
                row.GetInt32(13),
                row.GetInt64(14),
                row.IsDBNull(15) ? null : row.GetString(15),
                row.IsDBNull(16) ? null : row.GetFieldValue<DateTimeOffset>(16),
                row.GetInt32(17)));
    }

    /// <summary>Parameters $1 to $18.</summary>
    public static NpgsqlParameter[] Write(MapSearchJob job, params NpgsqlParameter[] more) =>
    [
        Value(job.UserId.Value), Value(job.Id.Value), Value(job.Mapper), Value(job.Period.Name), Value(job.CreatedAt),
        Value(MapSearchWords.Of(job.State)), Value(MapSearchWords.Of(job.Phase)), Value(job.Version), Value(job.Fence), Value(job.Attempt), Value(job.UpdatedAt),
        Value(job.MapsTotal), Value(job.MapsDone), Value(job.MapsFailed), Value(job.RecordsFound), Value(job.Failure), Value(job.ReadingSince), Value(job.MapsDoneAtClaim),
        .. more,
    ];
}
