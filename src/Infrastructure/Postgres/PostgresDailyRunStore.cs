using System.Text.Json;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.History;
using Backend.Domain.Tracks;
using Backend.Infrastructure.Storage;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresDailyRunStore(PostgresDatabase database) : IDailyRunStore
{
    private const string Runs = """
        select r.run_date, r.triggered_by, r.started_at,
            case when c.ended = c.users then greatest(r.started_at, c.last_ended_at) end,
            c.users, c.ended, c.mappers, c.mapper_errors, c.drivers, c.driver_errors, c.ended - m.mails, m.pending, m.sent, m.failed, m.uncertain
        from daily_runs r
        cross join lateral (
            select count(*)::int as users, count(*) filter (where due_at is null)::int as ended, max(ended_at) as last_ended_at,
                count(*) filter (where mapper_state in ('done', 'failed'))::int as mappers, count(*) filter (where mapper_state = 'failed')::int as mapper_errors,
                count(*) filter (where driver_state in ('done', 'failed'))::int as drivers, count(*) filter (where driver_state = 'failed')::int as driver_errors
            from daily_checks where run_date = r.run_date) c
        cross join lateral (
            select count(*)::int as mails, count(*) filter (where state in ('pending', 'sending'))::int as pending, count(*) filter (where state = 'sent')::int as sent,
                count(*) filter (where state = 'failed')::int as failed, count(*) filter (where state = 'uncertain')::int as uncertain
            from daily_emails where run_date = r.run_date) m
        """;

    private const string Claimed = "c.run_date, c.user_id, c.mapper_state, c.driver_state, c.retries, c.fence";

    /// <summary>A user's runs come one after the other: two at a time would look at the same boards with the same eyes.</summary>
    private const string IsNext = "due_at <= clock_timestamp() and not exists (select 1 from daily_checks e where e.user_id = d.user_id and e.run_date < d.run_date and e.due_at is not null)";

    /// <summary>What a write must find as it was when the check was claimed; it is a sign of life, too.</summary>
    private const string Held = """
        held as (
            update daily_checks set due_at = clock_timestamp() + $4 where run_date = $1 and user_id = $2 and fence = $3 and due_at is not null
            returning run_date, user_id)
        """;

    public async Task<(DailyRun? Run, bool IsNew)> StartAsync(DateOnly date, string trigger, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        // One after the other: of two dates that begin at the same time the later one must win.
        var isNew = (await database.WriteAloneAsync(
            ("select pg_advisory_xact_lock($1, 0)", [Value(AdvisoryLock.DailyRuns)]),
            """
            with begun as (
                insert into daily_runs (run_date, triggered_by, started_at)
                select $1, $2, $3 where not exists (select 1 from daily_runs where run_date >= $1) and $1 <= ((clock_timestamp() + $4) at time zone 'UTC')::date
                returning run_date),
            followed as (
                select u.id,
                    u.mapper_mail and exists (select 1 from alerts a where a.user_id = u.id) as maps,
                    u.driver_mail and exists (select 1 from driver_notifications n where n.user_id = u.id) as records
                from users u, begun for key share of u),
            made as (
                insert into daily_checks (run_date, user_id, mapper_state, driver_state, due_at)
                select b.run_date, f.id, case when f.maps then 'due' else 'none' end, case when f.records then 'due' else 'none' end, clock_timestamp()
                from begun b cross join followed f where f.maps or f.records)
            select 1 from begun
            """,
            static row => row.GetInt32(0),
            cancellationToken,
            Value(date),
            Value(trigger),
            Value(startedAt.ToWholeMilliseconds()),
            Value(IDailyRunStore.Early))).Count > 0;
        var run = await FindAsync(date, cancellationToken) ?? (await ListAsync(1, cancellationToken)).SingleOrDefault(latest => latest.Date > date);
        return (run, isNew);
    }

    public async Task<DailyRun?> FindAsync(DateOnly date, CancellationToken cancellationToken) =>
        (await database.ReadAsync($"{Runs} where r.run_date = $1", ReadRun, cancellationToken, Value(date))).SingleOrDefault();

    public async Task<IReadOnlyList<DailyRun>> ListAsync(int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync($"{Runs} order by r.run_date desc limit $1", ReadRun, cancellationToken, Value(limit));

    public async Task<DailyCheck?> TryClaimAsync(CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            $"""
             update daily_checks as c set due_at = clock_timestamp() + $1, fence = c.fence + 1
             from (select run_date, user_id from daily_checks d where {IsNext} order by due_at, run_date, user_id limit 1 for update skip locked) next
             where c.run_date = next.run_date and c.user_id = next.user_id
             returning {Claimed}
             """,
            ReadCheck,
            cancellationToken,
            Value(IDailyRunStore.Lease))).SingleOrDefault();

    public async Task<DailyCheckClaim> TryClaimAsync(DailyCheckKey key, CancellationToken cancellationToken)
    {
        var claimed = await database.WriteAsync(
            $"""
             update daily_checks as c set due_at = clock_timestamp() + $3, fence = c.fence + 1
             from (select run_date, user_id from daily_checks d where run_date = $1 and user_id = $2 and {IsNext} for update skip locked) next
             where c.run_date = next.run_date and c.user_id = next.user_id
             returning {Claimed}
             """,
            ReadCheck,
            cancellationToken,
            Value(key.RunDate),
            Value(key.UserId.Value),
            Value(IDailyRunStore.Lease));
        if (claimed.Count == 1)
        {
            return new DailyCheckClaim(DailyCheckClaimStatus.Claimed, claimed[0]);
        }

        var isWaiting = await database.ReadAsync(
            "select 1 from daily_checks where run_date = $1 and user_id = $2 and due_at is not null", static row => row.GetInt32(0), cancellationToken, Value(key.RunDate), Value(key.UserId.Value));
        return new DailyCheckClaim(isWaiting.Count > 0 ? DailyCheckClaimStatus.NotDue : DailyCheckClaimStatus.Ended);
    }

    public async Task<IReadOnlyList<DailyCheckKey>> FindOverdueAsync(TimeSpan duration, int limit, CancellationToken cancellationToken) => await database.ReadAsync(
        $"select run_date, user_id from daily_checks d where due_at <= clock_timestamp() - $1 and {IsNext} order by due_at, run_date, user_id limit $2",
        static row => new DailyCheckKey(row.GetFieldValue<DateOnly>(0), new UserId(row.GetInt64(1))),
        cancellationToken,
        Value(duration),
        Value(limit));

    public async Task<bool> TryRenewAsync(DailyCheck check, CancellationToken cancellationToken) =>
        await database.WriteAsync($"with {Held} select 1 from held", static row => row.GetInt32(0), cancellationToken, ClaimOf(check)) is { Count: 1 };

    public async Task<bool> TryPutOffAsync(DailyCheck check, TimeSpan pause, bool isRetry, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            """
            update daily_checks set due_at = clock_timestamp() + $4, retries = retries + $5, fence = fence + 1
            where run_date = $1 and user_id = $2 and fence = $3 and due_at is not null
            """,
            cancellationToken,
            [.. ClaimOf(check, pause), Value(isRetry ? 1 : 0)]) > 0;

    public async Task<IReadOnlyDictionary<MapUid, CheckedWatch>> ReadWatchesAsync(AlertId alertId, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "select map_uid, newest, seen, best, players, runs_since_read, last_run from map_watches where alert_id = $1",
            static row => new CheckedWatch(
                new MapWatch(
                    WatchedMapDocument.UidOf(row.GetString(0)),
                    DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(1)),
                    SeenDocument.Read(row.GetString(2)))
                {
                    Best = [.. row.GetFieldValue<long[]>(3).Select(time => time == RecordTime.SecretOnTheWire ? (long?)null : time)],
                    Players = row.IsDBNull(4) ? null : row.GetInt32(4),
                    RunsSinceRead = row.GetInt32(5),
                },
                row.GetFieldValue<DateOnly>(6)),
            cancellationToken,
            Value(alertId.Value))).ToDictionary(of => of.Watch.MapUid);

    public async Task<bool> TrySaveMapsAsync(DailyCheck check, AlertId alertId, IReadOnlyCollection<CheckedMap> maps, CancellationToken cancellationToken)
    {
        var watches = maps.Select(map => map.Watch).ToList();
        var news = maps.Select(map => map.News).OfType<MapNews>().ToList();
        return await database.WriteAsync(
            $"""
             with followed as materialized (select id from alerts where id = $5 and user_id = $2 for key share),
             held as (
                 update daily_checks set due_at = clock_timestamp() + $4 where run_date = $1 and user_id = $2 and fence = $3 and due_at is not null and exists (select 1 from followed)
                 returning run_date, user_id),
             watches as (
                 insert into map_watches (alert_id, map_uid, newest, seen, best, players, runs_since_read, last_run)
                 select $5, w.uid, w.newest, w.seen, string_to_array(w.best, ',')::bigint[], w.players, w.runs, h.run_date
                 from held h cross join unnest($6::text[], $7::bigint[], $8::text[], $9::text[], $10::int[], $11::int[]) as w (uid, newest, seen, best, players, runs)
                 on conflict (alert_id, map_uid) do update set newest = excluded.newest, seen = excluded.seen, best = excluded.best, players = excluded.players,
                     runs_since_read = excluded.runs_since_read, last_run = excluded.last_run),
             news as (
                 insert into daily_news (run_date, user_id, part, map_uid, content)
                 select h.run_date, h.user_id, 'mapper', n.uid, n.content from held h cross join unnest($12::text[], $13::text[]) with ordinality as n (uid, content, place) order by n.place
                 on conflict (run_date, user_id, part, map_uid) do update set content = excluded.content)
             select 1 from held
             """,
            static row => row.GetInt32(0),
            cancellationToken,
            [
                .. ClaimOf(check),
                Value(alertId.Value),
                Value(watches.Select(w => w.MapUid.Value).ToArray()),
                Value(watches.Select(w => w.Newest.ToUnixTimeSeconds()).ToArray()),
                Value(watches.Select(w => SeenDocument.Write(w.SeenAtNewest)).ToArray()),
                Value(watches.Select(w => string.Join(',', w.Best.Select(time => time ?? RecordTime.SecretOnTheWire))).ToArray()),
                Value(watches.Select(w => w.Players).ToArray()),
                Value(watches.Select(w => w.RunsSinceRead).ToArray()),
                Value(news.Select(n => n.Map.Uid.Value).ToArray()),
                Value(news.Select(MapNewsDocument.Write).ToArray()),
            ]) is { Count: 1 };
    }

    public async Task<bool> TrySaveRecordsAsync(DailyCheck check, IReadOnlyCollection<DriverObservation> records, DateTimeOffset checkedAt, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            $"""
             with {Held},
             moved as (
                 update driver_notifications n
                 set current_position = o.position, personal_best = o.best, status = o.status, last_checked = $5, updated_at = $5, last_run = h.run_date
                 from held h cross join unnest($6::bigint[], $7::int[], $8::bigint[], $9::text[], $10::text[]) as o (id, position, best, status, content)
                 where n.id = o.id and n.user_id = h.user_id
                 returning h.run_date, h.user_id, n.map_uid, o.content),
             news as (
                 insert into daily_news (run_date, user_id, part, map_uid, content) select run_date, user_id, 'driver', map_uid, content from moved where content is not null
                 on conflict (run_date, user_id, part, map_uid) do update set content = excluded.content)
             select 1 from held
             """,
            static row => row.GetInt32(0),
            cancellationToken,
            [
                .. ClaimOf(check),
                Value(checkedAt.ToWholeMilliseconds()),
                Value(records.Select(r => r.Next.Id.Value).ToArray()),
                Value(records.Select(r => r.Next.Position).ToArray()),
                Value(records.Select(r => r.Next.PersonalBest.IsSecret ? (long?)null : r.Next.PersonalBest.Milliseconds).ToArray()),
                Value(records.Select(r => r.Next.Status.ToWord()).ToArray()),
                Value(records.Select(r => r.Change is { } change ? DriverChangeDocument.Write(change) : null).ToArray()),
            ]) is { Count: 1 };

    public async Task<IReadOnlyList<DriverNotification>> ListUncheckedAsync(DailyCheckKey key, CancellationToken cancellationToken) => await database.ReadAsync(
        $"""
         select {PostgresDriverNotificationStore.Columns} from driver_notifications where user_id = $1 and (last_run is null or last_run < $2)
         order by coalesce(last_run = $2 - 1, false) desc, md5(id::text || $2::text)
         """,
        static row => PostgresDriverNotificationStore.Read(row, 0),
        cancellationToken,
        Value(key.UserId.Value),
        Value(key.RunDate));

    public async Task<bool> TryEndPartAsync(DailyCheck check, DailyPart part, DailyPartState state, DailyPartSummary summary, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            $"""
             update daily_checks set {part.ToWord()}_state = $5, {part.ToWord()}_summary = $6, due_at = clock_timestamp() + $4, retries = 0
             where run_date = $1 and user_id = $2 and fence = $3 and due_at is not null
             """,
            cancellationToken,
            [.. ClaimOf(check), Value(state.ToWord()), Value(PartSummaryDocument.Write(summary))]) > 0;

    public async Task<DailyNews> ReadNewsAsync(DailyCheckKey key, CancellationToken cancellationToken)
    {
        var parameters = new[] { Value(key.RunDate) as NpgsqlParameter, Value(key.UserId.Value) };
        var summaries = await database.ReadAsync(
            "select mapper_summary, driver_summary from daily_checks where run_date = $1 and user_id = $2",
            static row => (Mapper: row.IsDBNull(0) ? null : PartSummaryDocument.Read(row.GetString(0)), Driver: row.IsDBNull(1) ? null : PartSummaryDocument.Read(row.GetString(1))),
            cancellationToken,
            parameters);
        var news = await database.ReadAsync(
            "select part, content from daily_news where run_date = $1 and user_id = $2 order by place",
            static row => (Part: row.GetString(0), Content: row.GetString(1)),
            cancellationToken,
            Value(key.RunDate),
            Value(key.UserId.Value));
        var byPart = news.ToLookup(n => n.Part, n => n.Content, StringComparer.Ordinal);
        var (mapper, driver) = summaries.SingleOrDefault();
        return new DailyNews(
            [.. byPart[DailyPart.Mapper.ToWord()].Select(MapNewsDocument.Read)], [.. byPart[DailyPart.Driver.ToWord()].Select(DriverChangeDocument.Read)], mapper, driver);
    }

    public async Task<bool> TryCompleteAsync(DailyCheck check, NewDailyEmail? email, IReadOnlyCollection<HistoryEntry> history, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            """
            with held as (
                update daily_checks set due_at = null, ended_at = $4, fence = fence + 1 where run_date = $1 and user_id = $2 and fence = $3 and due_at is not null
                returning run_date, user_id),
            mail as (
                insert into daily_emails (run_date, user_id, subject, body_text, body_html, mapper_maps, driver_changes, state, due_at, created_at, updated_at)
                select run_date, user_id, $5, $6, $7, $8, $9, 'pending', clock_timestamp(), $4, $4 from held where $5::text is not null
                on conflict (run_date, user_id) do nothing),
            past as (
                insert into notification_history (user_id, notification_type, processing_date, status, message, records_found, created_at)
                select h.user_id, p.kind, h.run_date, p.outcome, p.message, p.found, $4 from held h cross join unnest($10::text[], $11::text[], $12::text[], $13::int[]) as p (kind, outcome, message, found))
            select 1 from held
            """,
            static row => row.GetInt32(0),
            cancellationToken,
            [
                Value(check.Key.RunDate),
                Value(check.Key.UserId.Value),
                Value(check.Fence),
                Value(now.ToWholeMilliseconds()),
                Value(email?.Content.Subject),
                Value(email?.Content.Text),
                Value(email?.Content.Html),
                Value(email?.Maps),
                Value(email?.Changes),
                .. PastOf(history),
            ]) is { Count: 1 };

    public async Task<IReadOnlySet<MapUid>> FindSharedMapsAsync(UserId userId, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            """
            with own as (
                select m.mapid as uid from alerts a join alert_maps m on m.alert_id = a.id where a.user_id = $1
                union all
                select map_uid from driver_notifications where user_id = $1)
            select uid from own o group by uid
            having count(*) > 1
                or exists (select 1 from alert_maps m join alerts a on a.id = m.alert_id where m.mapid = uid and a.user_id <> $1)
                or exists (select 1 from driver_notifications n where n.map_uid = uid and n.user_id <> $1)
            """,
            static row => MapUid.TryCreate(row.GetString(0), out var uid) ? uid : (MapUid?)null,
            cancellationToken,
            Value(userId.Value))).OfType<MapUid>().ToHashSet();

    public async Task<SharedBoard> ClaimBoardAsync(DailyCheck check, MapUid mapUid, CancellationToken cancellationToken)
    {
        NpgsqlParameter[] mine = [Value(check.Key.RunDate), Value(check.Key.UserId.Value), Value(check.Fence), Value(mapUid.Value)];
        const string IfHeld = "run_date = $1 and user_id = $2 and fence = $3 and due_at > clock_timestamp()";
        if (await FindBoardAsync(check.Key.RunDate, mapUid, cancellationToken) is { Status: SharedBoardStatus.Kept } kept)
        {
            return kept;
        }

        // A statement of its own for the second case, so that it sees the claim of whoever was faster in the first.
        var isMine = await database.WriteAsync(
            $"""
             insert into daily_boards (run_date, map_uid, reader_id, reader_fence) select run_date, $4, user_id, fence from daily_checks where {IfHeld} for key share
             on conflict (run_date, map_uid) do nothing
             """,
            cancellationToken,
            mine) > 0 || await database.WriteAsync(
            $"""
             update daily_boards b set reader_id = $2, reader_fence = $3, failed_until = null
             where b.run_date = $1 and b.map_uid = $4 and b.entries is null and coalesce(b.failed_until <= clock_timestamp(), true)
                 and exists (select 1 from daily_checks where {IfHeld})
                 and ((b.reader_id = $2 and b.reader_fence = $3) or not exists (
                     select 1 from daily_checks c where c.run_date = b.run_date and c.user_id = b.reader_id and c.fence = b.reader_fence and c.due_at > clock_timestamp()))
             """,
            cancellationToken,
            mine) > 0;
        return isMine ? new SharedBoard(SharedBoardStatus.Mine) : await FindBoardAsync(check.Key.RunDate, mapUid, cancellationToken) ?? new SharedBoard(SharedBoardStatus.Awaited);
    }

    public Task FailBoardAsync(DailyCheck check, MapUid mapUid, TimeSpan pause, CancellationToken cancellationToken) => database.WriteAsync(
        """
        update daily_boards set reader_id = null, reader_fence = null, failed_until = clock_timestamp() + $5
        where run_date = $1 and map_uid = $4 and reader_id = $2 and reader_fence = $3 and entries is null
        """,
        cancellationToken,
        Value(check.Key.RunDate),
        Value(check.Key.UserId.Value),
        Value(check.Fence),
        Value(mapUid.Value),
        Value(pause));

    public Task SaveBoardAsync(DateOnly runDate, Leaderboard board, CancellationToken cancellationToken) => database.WriteAsync(
        """
        insert into daily_boards as b (run_date, map_uid, read_at, entries) select $1, $2, $3, $4 from daily_runs where run_date = $1 for key share
        on conflict (run_date, map_uid) do update set read_at = excluded.read_at, entries = excluded.entries where b.entries is null
        """,
        cancellationToken,
        Value(runDate),
        Value(board.MapUid.Value),
        Value(board.ReadAt),
        Value(JsonSerializer.Serialize(EntryDocument.From(board.Entries), StoredJson.Default.EntryDocumentArray)));

    /// <summary>Null when nobody has asked for it yet.</summary>
    private async Task<SharedBoard?> FindBoardAsync(DateOnly runDate, MapUid mapUid, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "select read_at, entries, coalesce(failed_until > clock_timestamp(), false) from daily_boards where run_date = $1 and map_uid = $2",
            row => row.IsDBNull(1)
                ? new SharedBoard(row.GetBoolean(2) ? SharedBoardStatus.Failed : SharedBoardStatus.Awaited)
                : new SharedBoard(
                    SharedBoardStatus.Kept,
                    new Leaderboard(mapUid, row.GetFieldValue<DateTimeOffset>(0), EntryDocument.Read(JsonSerializer.Deserialize(row.GetString(1), StoredJson.Default.EntryDocumentArray)!))),
            cancellationToken,
            Value(runDate),
            Value(mapUid.Value))).SingleOrDefault();

    /// <summary>What the statements that end a check or a mail know of the history.</summary>
    internal static NpgsqlParameter[] PastOf(IReadOnlyCollection<HistoryEntry> history) =>
    [
        Value(history.Select(e => e.Kind.ToWord()).ToArray()),
        Value(history.Select(e => e.Outcome.ToWord()).ToArray()),
        Value(history.Select(e => e.Message).ToArray()),
        Value(history.Select(e => e.RecordsFound).ToArray()),
    ];

    private static NpgsqlParameter[] ClaimOf(DailyCheck check) => ClaimOf(check, IDailyRunStore.Lease);

    private static NpgsqlParameter[] ClaimOf(DailyCheck check, TimeSpan until) =>
        [Value(check.Key.RunDate), Value(check.Key.UserId.Value), Value(check.Fence), Value(until)];

    private static DailyRun ReadRun(NpgsqlDataReader row) => new(
        row.GetFieldValue<DateOnly>(0),
        row.GetString(1),
        row.GetFieldValue<DateTimeOffset>(2),
        row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3),
        new DailyRunCounts(
            row.GetInt32(4),
            row.GetInt32(5),
            row.GetInt32(6),
            row.GetInt32(7),
            row.GetInt32(8),
            row.GetInt32(9),
            row.GetInt32(10),
            row.GetInt32(11),
            row.GetInt32(12),
            row.GetInt32(13),
            row.GetInt32(14)));

    private static DailyCheck ReadCheck(NpgsqlDataReader row) => new(
        new DailyCheckKey(row.GetFieldValue<DateOnly>(0), new UserId(row.GetInt64(1))), StateOf(row.GetString(2)), StateOf(row.GetString(3)), row.GetInt32(4), row.GetInt64(5));

    private static DailyPartState StateOf(string word) => (DailyPartState)DailyRunWords.States.TakeWhile(w => w != word).Count();
}
