using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
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

    private readonly ConcurrentDictionary<MapSearchKey, MapSearchJob> _held = new();

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

    public async Task<MapSearchJob?> TryClaimAsync(MapSearchKey key, CancellationToken cancellationToken)
    {
        var claimed = await DecideAsync(
            key,
            job => job.Claim(clock.GetUtcNow()),
            $"{Write}, lease_until = clock_timestamp() + $20 {IfUnchanged} and (state = 'pending' or lease_until <= clock_timestamp()) returning 1",
            () => [Value(options.Lease)],
            cancellationToken,
            isPossible: (job, isHeld) => !job.IsFinished && !isHeld);
        return claimed is null ? null : Hold(claimed);
    }

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
            () => [Value(row.Index), Json(JsonSerializer.Serialize(RowDocument.From(row), PostgresJson.Default.RowDocument))],
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

    public Task<MapSearchJob?> TryReleaseAsync(MapSearchKey key, long fence, string? failure, CancellationToken cancellationToken) =>
        DecideAsync(key, fence, job => job.Release(failure, clock.GetUtcNow()), $"{Write}, lease_until = null {IfUnchanged} returning 1", static () => [], cancellationToken);

    public Task<MapSearchJob?> CancelAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        DecideAsync(key, job => job.Cancel(clock.GetUtcNow()), $"{Write} {IfUnchanged} returning 1", static () => [], cancellationToken);

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
            static row => JsonSerializer.Deserialize(row.GetString(1), PostgresJson.Default.RowDocument)!.Read(row.GetInt32(0)),
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

    /// <summary>
    /// A worker's write: refused with null unless the worker still holds the job. It is tried on the snapshot of this
    /// process's last write, which is the current one as long as nobody else writes, and so saves reading it again.
    /// </summary>
    private async Task<MapSearchJob?> DecideAsync(
        MapSearchKey key, long fence, Func<MapSearchJob, MapSearchJob> decide, string sql, Func<NpgsqlParameter[]> more, CancellationToken cancellationToken)
    {
        if (_held.TryGetValue(key, out var held)
            && held.Fence == fence
            && TryDecide(decide, held) is { } next
            && await TryWriteAsync(held, next, sql, more, cancellationToken) is { } written)
        {
            return Hold(written);
        }

        var decided = await DecideAsync(key, decide, sql, more, cancellationToken, isPossible: (job, _) => job.Fence == fence && job.State == MapSearchState.Processing);
        if (decided is null)
        {
            _held.TryRemove(key, out _);
            return null;
        }

        return Hold(decided);
    }

    private async Task<MapSearchJob?> DecideAsync(
        MapSearchKey key,
        Func<MapSearchJob, MapSearchJob> decide,
        string sql,
        Func<NpgsqlParameter[]> more,
        CancellationToken cancellationToken,
        Func<MapSearchJob, bool, bool>? isPossible = null)
    {
        while (true)
        {
            var found = await database.ReadAsync(
                FindWithLease,
                static row => (Job: MapSearchColumns.Read(row), IsHeld: row.GetBoolean(MapSearchColumns.Count)),
                cancellationToken,
                Value(key.UserId.Value),
                Value(key.Id.Value),
                Value(ExpiredUntil()));
            if (found.Count == 0 || isPossible?.Invoke(found[0].Job, found[0].IsHeld) == false)
            {
                return null;
            }

            if (await TryWriteAsync(found[0].Job, decide(found[0].Job), sql, more, cancellationToken) is { } written)
            {
                return written;
            }
        }
    }

    /// <summary>Null when the row is no longer what the decision was made on.</summary>
    private async Task<MapSearchJob?> TryWriteAsync(MapSearchJob from, MapSearchJob to, string sql, Func<NpgsqlParameter[]> more, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(to, from))
        {
            return from;
        }

        var written = await database.WriteAsync(sql, static row => row.GetInt32(0), cancellationToken, MapSearchColumns.Write(to, [Value(from.Version), .. more()]));
        return written.Count > 0 ? to : null;
    }

    /// <summary>What the snapshot does not allow may be allowed by the row, which has the last word.</summary>
    private static MapSearchJob? TryDecide(Func<MapSearchJob, MapSearchJob> decide, MapSearchJob held)
    {
        try
        {
            return decide(held);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The newest snapshot counts: rows and names of one search are written side by side.</summary>
    private MapSearchJob Hold(MapSearchJob job)
    {
        if (job.State == MapSearchState.Processing)
        {
            _held.AddOrUpdate(job.Key, static (_, fresh) => fresh, static (_, held, fresh) => held.Version > fresh.Version ? held : fresh, job);
        }
        else
        {
            _held.TryRemove(job.Key, out _);
        }

        return job;
    }

    private DateTimeOffset ExpiredUntil() => clock.GetUtcNow() - options.Retention;

    /// <summary>A name may hold what no column of text can, and must not stop the search for that.</summary>
    private static string Storable(string name) => name.Replace('\0', '\uFFFD');

    private static NpgsqlParameter<string> Json(string document) => new() { TypedValue = document, NpgsqlDbType = NpgsqlDbType.Json };
}
