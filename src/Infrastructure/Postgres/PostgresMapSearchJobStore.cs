using System.Runtime.CompilerServices;
using System.Text.Json;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Backend.Infrastructure.Storage;
using Npgsql;
using NpgsqlTypes;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

/// <summary>
/// A transition is decided by <see cref="MapSearchJob"/> on the snapshot that was read, and written on the condition that
/// the row still has that snapshot's version; else it is decided again. Leases are set and compared by the database's clock.
/// </summary>
internal sealed class PostgresMapSearchJobStore(PostgresDatabase database, MapSearchOptions options, TimeProvider clock) : IMapSearchJobStore
{
    /// <summary>Rows read at once: some hundred kilobytes at most.</summary>
    private const int RowsAtOnce = 20;

    private const string Find = $"select {MapSearchColumns.All} from map_searches where user_id = $1 and id = $2 and not ({MapSearchColumns.IsFinished} and updated_at <= $3)";

    private const string FindWithLease =
        $"select {MapSearchColumns.All}, coalesce(state = 'processing' and lease_until > clock_timestamp(), false) from map_searches where user_id = $1 and id = $2 and not ({MapSearchColumns.IsFinished} and updated_at <= $3)";

    /// <summary>A finished search leaves the queue in the same step.</summary>
    private const string Write = $"update map_searches set {MapSearchColumns.Changes}, due_at = case when $6 in ('completed', 'failed', 'cancelled') then null else due_at end";

    /// <summary>Parameter $19 is the version that the decision was made on.</summary>
    private const string IfUnchanged = "where user_id = $1 and id = $2 and version = $19";

    private readonly HeldSearches _searches = new();

    public async Task<bool> TryAddAsync(MapSearchJob job, int maxUnfinished, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteTogetherAsync(
                cancellationToken,
                AdvisoryLock.OfUser(AdvisoryLock.MapSearches, job.UserId),
                ($"""
                  insert into map_searches ({MapSearchColumns.All}, due_at) select {MapSearchColumns.Values}, clock_timestamp()
                  where (select count(*) from map_searches where user_id = $1 and state in ('pending', 'processing')) < $19
                  """,
                 MapSearchColumns.Write(job, Value(maxUnfinished)))) > 0;
        }
        catch (PostgresException exception) when (PostgresFailures.IsUniqueViolation(exception))
        {
            throw new InvalidOperationException($"Map search {job.Id} exists already.", exception);
        }
    }

    public async Task<MapSearchJob?> FindAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Find, MapSearchColumns.Read, cancellationToken, Value(key.UserId.Value), Value(key.Id.Value), Value(ExpiredUntil()))).SingleOrDefault();

    public async Task<IReadOnlyList<MapSearchJob>> ListAsync(UserId userId, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            $"""
             select {MapSearchColumns.All} from map_searches where user_id = $1 and not ({MapSearchColumns.IsFinished} and updated_at <= $2)
             order by created_at desc, id desc limit $3
             """,
            MapSearchColumns.Read,
            cancellationToken,
            Value(userId.Value),
            Value(ExpiredUntil()),
            Value(limit));

    public Task<MapSearchJob?> TryClaimAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        _searches.DecideAsync(
            async () => await FindWithLeaseAsync(key, cancellationToken) is ({ IsFinished: false } job, IsHeld: false) ? job : null,
            job => job.Claim(clock.GetUtcNow()),
            WriteBy(
                $"{Write}, lease_until = clock_timestamp() + $20 {IfUnchanged} and (state = 'pending' or lease_until <= clock_timestamp()) returning 1",
                () => [Value(options.Lease)],
                cancellationToken));

    /// <summary>A renewal that a crash of the server undoes is at worst a lease that lapses early, so nobody waits for the disk.</summary>
    public async Task<bool> TryRenewAsync(MapSearchKey key, long fence, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            """
            with relaxed as (select set_config('synchronous_commit', 'off', true))
            update map_searches set lease_until = clock_timestamp() + $4 from relaxed
            where user_id = $1 and id = $2 and fence = $3 and state = 'processing'
            """,
            cancellationToken,
            Value(key.UserId.Value),
            Value(key.Id.Value),
            Value(fence),
            Value(options.Lease)) > 0;

    public Task<MapSearchJob?> TryStartReadingAsync(MapSearchKey key, long fence, int mapsTotal, CancellationToken cancellationToken) =>
        DecideAsync(key, fence, job => job.StartReading(mapsTotal, clock.GetUtcNow()), $"{Write} {IfUnchanged} returning 1", static () => [], cancellationToken);

    public Task<MapSearchJob?> TryAppendAsync(MapSearchKey key, long fence, MapSearchRow row, CancellationToken cancellationToken) =>
        DecideAsync(
            key,
            fence,
            job => row.Index == job.MapsDone - 1 ? job : job.Append(row, clock.GetUtcNow()),
            $"""
             with written as ({Write} {IfUnchanged} returning user_id, id)
             insert into map_search_rows (user_id, search_id, index, content) select user_id, id, $20, $21 from written returning 1
             """,
            () => [Value(row.Index), Json(JsonSerializer.Serialize(RowDocument.From(row), StoredJson.Default.RowDocument))],
            cancellationToken);

    public Task<MapSearchJob?> TryAddNamesAsync(MapSearchKey key, long fence, IReadOnlyDictionary<AccountId, string> names, CancellationToken cancellationToken) =>
        DecideAsync(
            key,
            fence,
            job => job.AddNames(clock.GetUtcNow()),
            $"""
             with written as ({Write} {IfUnchanged} returning user_id, id),
             named as (
                 insert into map_search_names (user_id, search_id, account_id, name)
                 select w.user_id, w.id, n.account_id, n.name from written w cross join unnest($20, $21) as n (account_id, name)
                 on conflict (user_id, search_id, account_id) do update set name = excluded.name)
             select 1 from written
             """,
            () => [Value(names.Keys.Select(k => k.Value).ToArray()), Value(names.Values.Select(Storable).ToArray())],
            cancellationToken);

    public Task<MapSearchJob?> TryCompleteAsync(MapSearchKey key, long fence, CancellationToken cancellationToken) =>
        DecideAsync(key, fence, job => job.Complete(clock.GetUtcNow()), $"{Write} {IfUnchanged} returning 1", static () => [], cancellationToken);

    public Task<MapSearchJob?> TryFailAsync(MapSearchKey key, long fence, string failure, CancellationToken cancellationToken) =>
        DecideAsync(key, fence, job => job.Fail(failure, clock.GetUtcNow()), $"{Write} {IfUnchanged} returning 1", static () => [], cancellationToken);

    public Task<MapSearchJob?> TryReleaseAsync(MapSearchKey key, long fence, string? failure, CancellationToken cancellationToken) =>
        DecideAsync(key, fence, job => job.Release(failure, clock.GetUtcNow()), $"{Write}, lease_until = null {IfUnchanged} returning 1", static () => [], cancellationToken);

    public Task<MapSearchJob?> CancelAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        _searches.DecideAsync(
            () => FindAsync(key, cancellationToken), job => job.Cancel(clock.GetUtcNow()), WriteBy($"{Write} {IfUnchanged} returning 1", static () => [], cancellationToken));

    public Task<int> RemoveAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync("delete from map_searches where user_id = $1", cancellationToken, Value(userId.Value));

    public async IAsyncEnumerable<NamedMapSearchRow> ReadRowsAsync(MapSearchKey key, int after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await FindAsync(key, cancellationToken) is not { } job)
        {
            yield break;
        }

        for (long last = after; last < job.MapsDone - 1;)
        {
            var rows = await ReadRowsAsync(key, last, job.MapsDone, cancellationToken);
            if (rows.Count == 0)
            {
                yield break;
            }

            var names = await ReadNamesAsync(key, rows, cancellationToken);
            foreach (var row in rows)
            {
                yield return new NamedMapSearchRow(row, names);
            }

            last = rows[^1].Index;
        }
    }

    private Task<List<MapSearchRow>> ReadRowsAsync(MapSearchKey key, long after, int counted, CancellationToken cancellationToken) =>
        database.ReadAsync(
            "select index, content from map_search_rows where user_id = $1 and search_id = $2 and index > $3 and index < $4 order by index limit $5",
            static row => JsonSerializer.Deserialize(row.GetString(1), StoredJson.Default.RowDocument)!.Read(row.GetInt32(0)),
            cancellationToken,
            Value(key.UserId.Value),
            Value(key.Id.Value),
            Value((int)Math.Max(after, -1)),
            Value(counted),
            Value(RowsAtOnce));

    private async Task<IReadOnlyDictionary<AccountId, string>> ReadNamesAsync(MapSearchKey key, List<MapSearchRow> rows, CancellationToken cancellationToken)
    {
        var accounts = rows.SelectMany(r => r.Entries).Select(e => e.AccountId.Value).Distinct().ToArray();
        if (accounts.Length == 0)
        {
            return new Dictionary<AccountId, string>();
        }

        var names = await database.ReadAsync(
            "select account_id, name from map_search_names where user_id = $1 and search_id = $2 and account_id = any ($3)",
            static row => (Account: new AccountId(row.GetGuid(0)), Name: row.GetString(1)),
            cancellationToken,
            Value(key.UserId.Value),
            Value(key.Id.Value),
            Value(accounts));
        return names.ToDictionary(n => n.Account, n => n.Name);
    }

    private Task<MapSearchJob?> DecideAsync(
        MapSearchKey key, long fence, Func<MapSearchJob, MapSearchJob> decide, string sql, Func<NpgsqlParameter[]> more, CancellationToken cancellationToken) =>
        _searches.DecideAsync(key, fence, () => FindAsync(key, cancellationToken), decide, WriteBy(sql, more, cancellationToken));

    /// <summary>A statement that writes the new snapshot, or nothing when the row is no longer what the decision was made on.</summary>
    private Func<MapSearchJob, MapSearchJob, Task<bool>> WriteBy(string sql, Func<NpgsqlParameter[]> more, CancellationToken cancellationToken) =>
        async (from, to) => (await database.WriteAsync(
            sql, static row => row.GetInt32(0), cancellationToken, MapSearchColumns.Write(to, [Value(from.Version), .. more()]))).Count > 0;

    private async Task<(MapSearchJob? Job, bool IsHeld)> FindWithLeaseAsync(MapSearchKey key, CancellationToken cancellationToken) => (await database.ReadAsync(
        FindWithLease,
        static row => (MapSearchColumns.Read(row), row.GetBoolean(MapSearchColumns.Count)),
        cancellationToken,
        Value(key.UserId.Value),
        Value(key.Id.Value),
        Value(ExpiredUntil()))).SingleOrDefault();

    private DateTimeOffset ExpiredUntil() => clock.GetUtcNow() - options.Retention;

    /// <summary>A name may hold what no column of text can, and must not stop the search for that.</summary>
    private static string Storable(string name) => name.Replace('\0', '\uFFFD');

    private static NpgsqlParameter<string> Json(string document) => new() { TypedValue = document, NpgsqlDbType = NpgsqlDbType.Json };
}
