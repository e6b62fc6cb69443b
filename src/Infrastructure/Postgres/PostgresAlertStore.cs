using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresAlertStore(PostgresDatabase database) : IAlertStore
{
    private const string Columns =
        "a.id, a.user_id, a.alert_type, a.record_filter, a.map_count, (select count(*)::int from alert_maps m where m.alert_id = a.id), a.count_state, a.created_at, a.counted_at, a.news_since";

    /// <summary>Number of columns in <see cref="Columns"/>.</summary>
    private const int ColumnCount = 10;

    /// <summary>What a count must find as it was when it was claimed.</summary>
    private const string IfStillMine = "where id = $1 and count_fence = $2";

    public async Task<AddAlertOutcome> AddAsync(NewAlert alert, CancellationToken cancellationToken)
    {
        try
        {
            var added = await database.WriteAsync(
                $"""
                 insert into alerts as a (user_id, alert_type, record_filter, map_count, created_at, updated_at, count_state, count_due_at, news_since)
                 values ($1, $2, $3, 0, $4, $4, 'counting', clock_timestamp(), $5)
                 on conflict (user_id) do nothing
                 returning {Columns}
                 """,
                Read,
                cancellationToken,
                Value(alert.UserId.Value),
                Value(alert.Mode.ToWord()),
                Value(alert.Filter.ToWord()),
                Value(alert.CreatedAt.ToWholeMilliseconds()),
                Value(alert.CreatedAt.ToWholeMilliseconds() - MapWatch.FirstLook));
            return added.Count == 1 ? new AddAlertOutcome(AddAlertStatus.Added, added[0]) : new AddAlertOutcome(AddAlertStatus.Exists);
        }
        catch (PostgresException exception) when (PostgresFailures.IsForeignKeyViolation(exception))
        {
            return new AddAlertOutcome(AddAlertStatus.NoSuchUser);
        }
    }

    public async Task<MapperAlert?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        (await FindAllAsync([userId], cancellationToken)).GetValueOrDefault(userId);

    public async Task<IReadOnlyDictionary<UserId, MapperAlert>> FindAllAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        (await database.ReadAsync($"select {Columns} from alerts a where a.user_id = any($1)", Read, cancellationToken, Value(userIds.Select(id => id.Value).ToArray()))).ToDictionary(a => a.UserId);

    public async Task<bool> SetFilterAsync(UserId userId, AlertId alertId, RecordFilter filter, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            "update alerts set record_filter = $3 where user_id = $1 and id = $2", cancellationToken, Value(userId.Value), Value(alertId.Value), Value(filter.ToWord())) > 0;

    public async Task<MapperAlert?> SetModeAsync(UserId userId, AlertMode mode, CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            $"""
             with before as (select * from alerts where user_id = $1 for update),
             changed as (
                 update alerts set alert_type = $2, count_state = 'counting', count_due_at = clock_timestamp(), count_attempt = 0, count_fence = count_fence + 1
                 where user_id = $1)
             select {Columns} from before a
             """,
            Read,
            cancellationToken,
            Value(userId.Value),
            Value(mode.ToWord()))).SingleOrDefault();

    public async Task<bool> RemoveAsync(UserId userId, AlertId alertId, CancellationToken cancellationToken) =>
        await database.WriteAsync("delete from alerts where user_id = $1 and id = $2", cancellationToken, Value(userId.Value), Value(alertId.Value)) > 0;

    public async Task<IReadOnlyList<WatchedMap>> ReadMapsAsync(AlertId alertId, CancellationToken cancellationToken) =>
    [
        .. (await database.ReadAsync(
            "select mapid, map_name, tmx_id from alert_maps where alert_id = $1 order by place, mapid",
            static row => MapUid.TryCreate(row.GetString(0), out var uid)
                ? new WatchedMap(uid, row.IsDBNull(1) ? uid.Value : row.GetString(1), row.IsDBNull(2) ? null : row.GetInt64(2))
                : null,
            cancellationToken,
            Value(alertId.Value))).OfType<WatchedMap>(),
    ];

    public async Task<long> CountWatchedMapsAsync(CancellationToken cancellationToken) =>
        (await database.ReadAsync("select count(*) from alert_maps", static row => row.GetInt64(0), cancellationToken)).Single();

    public async Task<MapCountTicket?> TryClaimCountAsync(CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            $"""
             update alerts as a
             set count_due_at = clock_timestamp() + $1, count_attempt = a.count_attempt + 1, count_fence = a.count_fence + 1
             where a.id = (select id from alerts where count_due_at <= clock_timestamp() order by count_due_at limit 1 for update skip locked)
             returning {Columns}, a.count_attempt, a.count_fence
             """,
            static row => new MapCountTicket(Read(row), row.GetInt32(ColumnCount), row.GetInt64(ColumnCount + 1)),
            cancellationToken,
            Value(IAlertStore.CountLease))).SingleOrDefault();

    public async Task<bool> TrySaveCountAsync(
        MapCountTicket ticket, int mapCount, AlertMode mode, IReadOnlyList<WatchedMap> maps, int maxWatched, DateTimeOffset countedAt, CancellationToken cancellationToken) =>
        await SaveCountAsync(IfStillMine, ticket.Alert.Id, Value(ticket.Fence), mapCount, mode, maps, maxWatched, countedAt, cancellationToken);

    public async Task<MapperAlert?> SaveCountAsync(
        AlertId alertId, AlertMode expected, int mapCount, AlertMode mode, IReadOnlyList<WatchedMap> maps, int maxWatched, DateTimeOffset countedAt, CancellationToken cancellationToken) =>
        await SaveCountAsync("where id = $1 and alert_type = $2", alertId, Value(expected.ToWord()), mapCount, mode, maps, maxWatched, countedAt, cancellationToken)
            ? (await database.ReadAsync($"select {Columns} from alerts a where a.id = $1", Read, cancellationToken, Value(alertId.Value))).SingleOrDefault()
            : null;

    private async Task<bool> SaveCountAsync(
        string condition,
        AlertId alertId,
        NpgsqlParameter expected,
        int mapCount,
        AlertMode mode,
        IReadOnlyList<WatchedMap> maps,
        int maxWatched,
        DateTimeOffset countedAt,
        CancellationToken cancellationToken) =>
        await database.WriteAsync(
            $"""
             with counted as (
                 update alerts set map_count = $3, alert_type = $4, counted_at = $5, count_state = 'counted', count_due_at = null, count_fence = count_fence + 1
                 {condition}
                 returning id),
             watched as (
                 select distinct on (uid) uid, name, tmx_id, place from unnest($6::text[], $8::text[], $9::bigint[]) with ordinality as listed (uid, name, tmx_id, place) order by uid, place),
             newest as (
                 select * from watched order by place limit $7),
             dropped as (
                 delete from alert_maps m using counted c where m.alert_id = c.id and m.mapid not in (select uid from newest)),
             kept as (
                 insert into alert_maps (alert_id, mapid, place, map_name, tmx_id) select c.id, n.uid, n.place - 1, n.name, n.tmx_id from counted c cross join newest n
                 on conflict (alert_id, mapid) do update set place = excluded.place, map_name = excluded.map_name, tmx_id = excluded.tmx_id)
             select 1 from counted
             """,
            static row => row.GetInt32(0),
            cancellationToken,
            Value(alertId.Value),
            expected,
            Value(mapCount),
            Value(mode.ToWord()),
            Value(countedAt.ToWholeMilliseconds()),
            Value(maps.Select(map => map.Uid.Value).ToArray()),
            Value(maxWatched),
            Value(maps.Select(map => map.Name.Replace("\0", "", StringComparison.Ordinal)).ToArray()),
            Value(maps.Select(map => map.TmxId).ToArray())) is { Count: 1 };

    public async Task<bool> TryPutOffCountAsync(MapCountTicket ticket, TimeSpan? pause, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            $"""
             update alerts set count_due_at = clock_timestamp() + $3, count_state = case when $3 is null then 'failed' else count_state end, count_fence = count_fence + 1
             {IfStillMine}
             """,
            cancellationToken,
            Value(ticket.Alert.Id.Value),
            Value(ticket.Fence),
            Value(pause)) > 0;

    private static MapperAlert Read(NpgsqlDataReader row) =>
        AlertWords.TryReadMode(row.GetString(2), out var mode) && AlertWords.TryReadFilter(row.GetString(3), out var filter) && AlertWords.TryReadCountState(row.GetString(6), out var state)
            ? new MapperAlert(new AlertId(row.GetInt64(0)), new UserId(row.GetInt64(1)), mode, filter, row.GetInt32(4), row.GetInt32(5), state, row.GetFieldValue<DateTimeOffset>(7))
            {
                CountedAt = row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
                NewsSince = row.IsDBNull(9) ? row.GetFieldValue<DateTimeOffset>(7) - MapWatch.FirstLook : row.GetFieldValue<DateTimeOffset>(9),
            }
            : throw new InvalidOperationException($"The stored alert {row.GetInt64(0)} holds a word that is unknown.");
}
