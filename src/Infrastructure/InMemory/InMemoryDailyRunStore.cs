using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DailyEmails;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.History;
using Backend.Domain.Tracks;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryDailyRunStore(InMemoryRelations relations, TimeProvider clock) : IDailyRunStore
{
    public Task<(DailyRun? Run, bool IsNew)> StartAsync(DateOnly date, string trigger, DateTimeOffset startedAt, CancellationToken cancellationToken) => relations.StepAsync<(DailyRun?, bool)>(
        tables =>
        {
            var latest = tables.DailyRuns.Keys.DefaultIfEmpty(DateOnly.MinValue).Max();
            if (latest >= date)
            {
                return (Read(tables, tables.DailyRuns.ContainsKey(date) ? date : latest), false);
            }

            if (date > DateOnly.FromDateTime((clock.GetUtcNow() + IDailyRunStore.Early).UtcDateTime))
            {
                return (null, false);
            }

            Forget(tables, startedAt);
            foreach (var finished in tables.DailyRuns.Where(run => !tables.DailyChecks.Any(c => c.Key.RunDate == run.Key && c.Value.Due is not null)))
            {
                finished.Value.ForgetBoards();
            }

            tables.DailyRuns.Add(date, new InMemoryRelations.RunRow(trigger, startedAt.ToWholeMilliseconds()));
            foreach (var user in tables.Users.Values)
            {
                var (maps, records) = (user.Mail.MapperMail && tables.Alerts.ContainsKey(user.Id), user.Mail.DriverMail && tables.DriverNotifications.Exists(n => n.UserId == user.Id));
                if (maps || records)
                {
                    tables.DailyChecks.Add(new DailyCheckKey(date, user.Id), new InMemoryRelations.CheckRow(StateOf(maps), StateOf(records), clock.GetUtcNow()));
                }
            }

            return (Read(tables, date), true);
        },
        cancellationToken);

    public Task<DailyRun?> FindAsync(DateOnly date, CancellationToken cancellationToken) =>
        relations.StepAsync(tables => tables.DailyRuns.ContainsKey(date) ? Read(tables, date) : null, cancellationToken);

    public Task<IReadOnlyList<DailyRun>> ListAsync(int limit, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyList<DailyRun>)[.. tables.DailyRuns.Keys.OrderDescending().Take(limit).Select(date => Read(tables, date))], cancellationToken);

    public Task<DailyCheck?> TryClaimAsync(CancellationToken cancellationToken) => relations.StepAsync(
        tables => DueBefore(tables, clock.GetUtcNow()).Select(c => Claim(c.Key, c.Value)).FirstOrDefault(),
        cancellationToken);

    public Task<DailyCheckClaim> TryClaimAsync(DailyCheckKey key, CancellationToken cancellationToken) => relations.StepAsync(
        tables => tables.DailyChecks.GetValueOrDefault(key) is not { Due: not null } row ? new DailyCheckClaim(DailyCheckClaimStatus.Ended)
            : DueBefore(tables, clock.GetUtcNow()).Any(c => c.Key == key) ? new DailyCheckClaim(DailyCheckClaimStatus.Claimed, Claim(key, row))
            : new DailyCheckClaim(DailyCheckClaimStatus.NotDue),
        cancellationToken);

    public Task<IReadOnlyList<DailyCheckKey>> FindOverdueAsync(TimeSpan duration, int limit, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyList<DailyCheckKey>)[.. DueBefore(tables, clock.GetUtcNow() - duration).Select(c => c.Key).Take(limit)],
        cancellationToken);

    public Task<bool> TryRenewAsync(DailyCheck check, CancellationToken cancellationToken) => HeldAsync(check, static (_, _) => true, cancellationToken);

    public Task<bool> TryPutOffAsync(DailyCheck check, TimeSpan pause, bool isRetry, CancellationToken cancellationToken) => HeldAsync(
        check,
        (_, row) =>
        {
            row.Due = clock.GetUtcNow() + pause;
            row.Retries += isRetry ? 1 : 0;
            row.Fence++;
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyDictionary<MapUid, CheckedWatch>> ReadWatchesAsync(AlertId alertId, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyDictionary<MapUid, CheckedWatch>)(tables.Watches.GetValueOrDefault(alertId)?.ToDictionary() ?? []), cancellationToken);

    public Task<bool> TrySaveMapsAsync(DailyCheck check, AlertId alertId, IReadOnlyCollection<CheckedMap> maps, CancellationToken cancellationToken) => HeldAsync(
        check,
        (tables, row) =>
        {
            if (tables.Alerts.GetValueOrDefault(check.Key.UserId)?.Alert.Id != alertId)
            {
                return false;
            }

            var watches = tables.Watches.TryGetValue(alertId, out var known) ? known : tables.Watches[alertId] = [];
            foreach (var (watch, news) in maps)
            {
                watches[watch.MapUid] = new CheckedWatch(watch, check.Key.RunDate);
                if (news is not null)
                {
                    row.Maps.RemoveAll(n => n.Map.Uid == news.Map.Uid);
                    row.Maps.Add(news);
                }
            }

            return true;
        },
        cancellationToken);

    public Task<bool> TrySaveRecordsAsync(DailyCheck check, IReadOnlyCollection<DriverObservation> records, DateTimeOffset checkedAt, CancellationToken cancellationToken) => HeldAsync(
        check,
        (tables, row) =>
        {
            foreach (var (next, change) in records)
            {
                var index = tables.DriverNotifications.FindIndex(n => n.Id == next.Id && n.UserId == check.Key.UserId);
                if (index < 0)
                {
                    continue;
                }

                tables.DriverNotifications[index] = tables.DriverNotifications[index] with
                {
                    Position = next.Position,
                    PersonalBest = next.PersonalBest,
                    Status = next.Status,
                    LastCheckedAt = checkedAt.ToWholeMilliseconds(),
                };
                tables.LastRunOfNotification[next.Id] = check.Key.RunDate;
                if (change is not null)
                {
                    row.Changes.RemoveAll(c => c.MapUid == change.MapUid);
                    row.Changes.Add(change);
                }
            }

            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<DriverNotification>> ListUncheckedAsync(DailyCheckKey key, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyList<DriverNotification>)
        [
            .. tables.DriverNotifications
                .Where(n => n.UserId == key.UserId && (!tables.LastRunOfNotification.TryGetValue(n.Id, out var last) || last < key.RunDate))
                .OrderBy(n => tables.LastRunOfNotification.GetValueOrDefault(n.Id) == key.RunDate.AddDays(-1) ? 0L : 1 + (uint)HashCode.Combine(n.Id, key.RunDate)),
        ],
        cancellationToken);

    public Task<bool> TryEndPartAsync(DailyCheck check, DailyPart part, DailyPartState state, DailyPartSummary summary, CancellationToken cancellationToken) => HeldAsync(
        check,
        (_, row) =>
        {
            (row.Mapper, row.MapperSummary) = part == DailyPart.Mapper ? (state, summary) : (row.Mapper, row.MapperSummary);
            (row.Driver, row.DriverSummary) = part == DailyPart.Driver ? (state, summary) : (row.Driver, row.DriverSummary);
            row.Retries = 0;
            return true;
        },
        cancellationToken);

    public Task<DailyNews> ReadNewsAsync(DailyCheckKey key, CancellationToken cancellationToken) => relations.StepAsync(
        tables => tables.DailyChecks.GetValueOrDefault(key) is { } row
            ? new DailyNews([.. row.Maps], [.. row.Changes], row.MapperSummary, row.DriverSummary)
            : new DailyNews([], [], Mapper: null, Driver: null),
        cancellationToken);

    public Task<bool> TryCompleteAsync(DailyCheck check, NewDailyEmail? email, IReadOnlyCollection<HistoryEntry> history, DateTimeOffset now, CancellationToken cancellationToken) => HeldAsync(
        check,
        (tables, row) =>
        {
            var moment = now.ToWholeMilliseconds();
            row.Due = null;
            row.EndedAt = moment;
            row.Fence++;
            if (email is not null)
            {
                tables.DailyEmails.TryAdd(check.Key, new InMemoryRelations.EmailRow(email, moment, clock.GetUtcNow()));
            }

            tables.History.AddRange(history.Select(entry => entry with { CreatedAt = moment }));
            if (!tables.DailyChecks.Any(c => c.Key.RunDate == check.Key.RunDate && c.Value.Due is not null))
            {
                tables.DailyRuns[check.Key.RunDate].ForgetBoards();
            }

            return true;
        },
        cancellationToken);

    public Task<IReadOnlySet<MapUid>> FindSharedMapsAsync(UserId userId, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var followers = tables.Alerts.SelectMany(alert => alert.Value.Maps.Select(map => (map.Uid, UserId: alert.Key)))
                .Concat(tables.DriverNotifications.Select(n => (Uid: n.MapUid, n.UserId)));
            return (IReadOnlySet<MapUid>)followers.GroupBy(f => f.Uid).Where(map => map.Count() > 1 && map.Any(f => f.UserId == userId)).Select(map => map.Key).ToHashSet();
        },
        cancellationToken);

    public Task<SharedBoard> ClaimBoardAsync(DailyCheck check, MapUid mapUid, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.DailyRuns.GetValueOrDefault(check.Key.RunDate) is not { } run)
            {
                return new SharedBoard(SharedBoardStatus.Awaited);
            }

            if (run.Boards.TryGetValue(mapUid, out var board))
            {
                return new SharedBoard(SharedBoardStatus.Kept, board);
            }

            if (run.Failures.TryGetValue(mapUid, out var until) && until > clock.GetUtcNow())
            {
                return new SharedBoard(SharedBoardStatus.Failed);
            }

            var mine = (check.Key, check.Fence);
            if (!IsHeld(tables, mine) || (run.Readers.TryGetValue(mapUid, out var reader) && reader != mine && IsHeld(tables, reader)))
            {
                return new SharedBoard(SharedBoardStatus.Awaited);
            }

            run.Readers[mapUid] = mine;
            return new SharedBoard(SharedBoardStatus.Mine);
        },
        cancellationToken);

    public Task FailBoardAsync(DailyCheck check, MapUid mapUid, TimeSpan pause, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.DailyRuns.GetValueOrDefault(check.Key.RunDate) is { } run && run.Readers.GetValueOrDefault(mapUid) == (check.Key, check.Fence) && run.Readers.Remove(mapUid))
            {
                run.Failures[mapUid] = clock.GetUtcNow() + pause;
            }

            return true;
        },
        cancellationToken);

    public Task SaveBoardAsync(DateOnly runDate, Leaderboard board, CancellationToken cancellationToken) =>
        relations.StepAsync(tables => tables.DailyRuns.GetValueOrDefault(runDate)?.Boards.TryAdd(board.MapUid, board), cancellationToken);

    private bool IsHeld(InMemoryRelations.Tables tables, (DailyCheckKey Key, long Fence) claim) =>
        tables.DailyChecks.GetValueOrDefault(claim.Key) is { Due: { } due } row && row.Fence == claim.Fence && due > clock.GetUtcNow();

    /// <summary>A user's runs come one after the other: two at a time would look at the same boards with the same eyes.</summary>
    private static IEnumerable<KeyValuePair<DailyCheckKey, InMemoryRelations.CheckRow>> DueBefore(InMemoryRelations.Tables tables, DateTimeOffset moment) =>
        tables.DailyChecks.Where(c => c.Value.Due is not null).GroupBy(c => c.Key.UserId).Select(user => user.MinBy(c => c.Key.RunDate)).Where(c => c.Value.Due <= moment)
            .OrderBy(c => c.Value.Due).ThenBy(c => c.Key.RunDate).ThenBy(c => c.Key.UserId.Value);

    private DailyCheck Claim(DailyCheckKey key, InMemoryRelations.CheckRow row)
    {
        row.Due = clock.GetUtcNow() + IDailyRunStore.Lease;
        return new DailyCheck(key, row.Mapper, row.Driver, row.Retries, ++row.Fence);
    }

    private Task<bool> HeldAsync(DailyCheck check, Func<InMemoryRelations.Tables, InMemoryRelations.CheckRow, bool> step, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.DailyChecks.GetValueOrDefault(check.Key) is not { Due: not null } row || row.Fence != check.Fence)
            {
                return false;
            }

            row.Due = clock.GetUtcNow() + IDailyRunStore.Lease;
            return step(tables, row);
        },
        cancellationToken);

    /// <summary>The latest run stays: from it the schedule knows that there was one at all.</summary>
    private static void Forget(InMemoryRelations.Tables tables, DateTimeOffset now)
    {
        foreach (var date in tables.DailyRuns.Where(run => run.Value.StartedAt <= now - DailyRun.KeptFor).Select(run => run.Key).Order().SkipLast(tables.DailyRuns.Values.Any(run => run.StartedAt > now - DailyRun.KeptFor) ? 0 : 1).ToList())
        {
            tables.DailyRuns.Remove(date);
            foreach (var key in tables.DailyChecks.Keys.Where(key => key.RunDate == date).ToList())
            {
                tables.DailyChecks.Remove(key);
                tables.DailyEmails.Remove(key);
            }
        }
    }

    private static DailyPartState StateOf(bool isFollowed) => isFollowed ? DailyPartState.Due : DailyPartState.None;

    private static DailyRun Read(InMemoryRelations.Tables tables, DateOnly date)
    {
        var run = tables.DailyRuns[date];
        var checks = tables.DailyChecks.Where(c => c.Key.RunDate == date).Select(c => c.Value).ToList();
        var emails = tables.DailyEmails.Where(e => e.Key.RunDate == date).Select(e => e.Value.State).ToList();
        var ended = checks.Count(c => c.Due is null);
        return new DailyRun(
            date,
            run.Trigger,
            run.StartedAt,
            ended == checks.Count ? checks.Select(c => c.EndedAt!.Value).Append(run.StartedAt).Max() : null,
            new DailyRunCounts(
                checks.Count,
                ended,
                checks.Count(c => c.Mapper is DailyPartState.Done or DailyPartState.Failed),
                checks.Count(c => c.Mapper == DailyPartState.Failed),
                checks.Count(c => c.Driver is DailyPartState.Done or DailyPartState.Failed),
                checks.Count(c => c.Driver == DailyPartState.Failed),
                ended - emails.Count,
                emails.Count(state => state is DailyEmailState.Pending or DailyEmailState.Sending),
                emails.Count(state => state == DailyEmailState.Sent),
                emails.Count(state => state == DailyEmailState.Failed),
                emails.Count(state => state == DailyEmailState.Uncertain)));
    }
}
