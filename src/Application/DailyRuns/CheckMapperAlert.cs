using System.Text;
using Backend.Application.Administration;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Administration;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;
using Backend.Domain.Tracks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backend.Application.DailyRuns;

/// <summary>Finds what is new on the maps of one mapper. It may be stopped at any point; the next go takes up what is left.</summary>
public sealed record CheckMapperAlertCommand(DailyCheck Check) : ICommand<DailyPartOutcome>;

internal sealed partial class CheckMapperAlertHandler(
    IUserStore users,
    IAlertStore alerts,
    IDailyRunStore runs,
    [FromKeyedServices(UpstreamPriority.Nightly)] IMapDirectory directory,
    DailyBoardReader boards,
    ChangeProbe probe,
    SiteLimits limits,
    DailyRunOptions options,
    TimeProvider clock,
    ILogger<CheckMapperAlertHandler> logger) : ICommandHandler<CheckMapperAlertCommand, DailyPartOutcome>
{
    /// <summary>Maps without a change that are saved in one step.</summary>
    private const int SavedTogether = 100;

    public async Task<Result<DailyPartOutcome>> Handle(CheckMapperAlertCommand command, CancellationToken cancellationToken)
    {
        var check = command.Check;
        if (await users.FindAsync(check.Key.UserId, cancellationToken) is not { } user || await alerts.FindAsync(user.Id, cancellationToken) is not { } found)
        {
            return DailyPartOutcome.EndedIf(await runs.TryEndPartAsync(check, DailyPart.Mapper, DailyPartState.Done, new DailyPartSummary([]), cancellationToken));
        }

        var (counted, isListed) = await CountMapsAsync(user, found, cancellationToken);
        if (counted is not { } alert || (!isListed && check.Retries < options.MaxRetries))
        {
            return await runs.PutOffAsync(check, counted is null ? TimeSpan.Zero : options.PauseAfter(check.Retries), isRetry: counted is not null, cancellationToken);
        }

        var maps = await alerts.ReadMapsAsync(alert.Id, cancellationToken);
        var watches = await runs.ReadWatchesAsync(alert.Id, cancellationToken);

        // Boards that could not be read come last, with the new ones, and each time in another order: so that many that are broken for ever
        // do not keep the same ones from their turn.
        var date = check.Key.RunDate;
        var left = maps.Select(map => (Map: map, LastRun: watches.GetValueOrDefault(map.Uid)?.LastRun)).Where(of => of.LastRun is null || of.LastRun < date)
            .OrderBy(of => of.LastRun == date.AddDays(-1) ? 0 : 1 + HashOf(of.Map.Uid, date.DayNumber)).Select(of => of.Map).ToList();
        var round = alert.Mode == AlertMode.Accurate
            ? await ReadAsync(check, alert, left, watches, players: null, cancellationToken)
            : await ProbeAndReadAsync(check, alert, left, watches, cancellationToken);
        if (round is null)
        {
            return DailyPartOutcome.Lost;
        }

        return await boards.PutOffAsync(check, round, cancellationToken) ?? DailyPartOutcome.EndedIf(await runs.TryEndPartAsync(
            check,
            DailyPart.Mapper,
            round.Unread.Count == 0 && isListed ? DailyPartState.Done : DailyPartState.Failed,
            new DailyPartSummary(round.Unread, alert.Filter, alert.Mode == AlertMode.Inaccurate, IsBroken: !isListed),
            cancellationToken));
    }

    /// <summary>The alert with its maps as they are listed now, or, when they cannot be listed, as it was; null when it was changed meanwhile.</summary>
    private async Task<(MapperAlert? Alert, bool IsListed)> CountMapsAsync(User user, MapperAlert alert, CancellationToken cancellationToken)
    {
        var listed = await directory.ListMapsAsync(user.Name.Value, cancellationToken);

        // Nothing where there was something is what a stripped name gets, too; what was listed with the exact one is still true.
        if (!listed.IsSuccess || (listed.Value.Count == 0 && alert.MapCount > 0 && user.TmxUserId is null))
        {
            LogUnlisted(alert.Id.Value, listed.Error?.Code ?? "nothing found");
            return (alert, listed.IsSuccess);
        }

        var mode = MapperAlert.ModeAfterCount(alert.Mode, alert.MapCount, listed.Value.Count);
        var maxWatched = await limits.ReadAsync(SiteSetting.MaxMapsPerUser, cancellationToken);
        return (await alerts.SaveCountAsync(alert.Id, alert.Mode, listed.Value.Count, mode, WatchedMap.Of(listed.Value), maxWatched, clock.GetUtcNow(), cancellationToken), true);
    }

    private async Task<BoardRound<WatchedMap>?> ProbeAndReadAsync(
        DailyCheck check, MapperAlert alert, List<WatchedMap> maps, IReadOnlyDictionary<MapUid, CheckedWatch> watches, CancellationToken cancellationToken)
    {
        var questions = new Dictionary<MapUid, IReadOnlyList<PositionQuestion>>();
        foreach (var map in maps)
        {
            if (watches.TryGetValue(map.Uid, out var known) && known.Watch.RunsSinceRead < options.FullReadEvery - 1 && known.Watch.QuestionsFor(alert.Filter) is { } asked)
            {
                questions.Add(map.Uid, asked);
            }
        }

        var (unchanged, answers) = await probe.AskAsync([.. maps.Select(map => map.Uid)], questions, cancellationToken);

        // A question moves nothing but the number of runs since the board was read.
        foreach (var batch in unchanged.Select(uid => watches[uid].Watch).Select(watch => new CheckedMap(watch with { RunsSinceRead = watch.RunsSinceRead + 1 }, News: null)).Chunk(SavedTogether))
        {
            if (!await runs.TrySaveMapsAsync(check, alert.Id, batch, cancellationToken))
            {
                return null;
            }
        }

        return await ReadAsync(check, alert, [.. maps.Where(map => !unchanged.Contains(map.Uid))], watches, answers, cancellationToken);
    }

    /// <param name="players">On each map, as the questions were answered a moment ago; null when none were asked.</param>
    private async Task<BoardRound<WatchedMap>?> ReadAsync(
        DailyCheck check,
        MapperAlert alert,
        List<WatchedMap> maps,
        IReadOnlyDictionary<MapUid, CheckedWatch> watches,
        IReadOnlyDictionary<MapUid, int>? players,
        CancellationToken cancellationToken)
    {
        var shared = await runs.FindSharedMapsAsync(check.Key.UserId, cancellationToken);
        var maxListed = await limits.ReadAsync(SiteSetting.MaxNewRecordsPerMap, cancellationToken);
        return await boards.ReadAsync(
            check,
            maps,
            map => map.Uid,
            map => !watches.ContainsKey(map.Uid) || shared.Contains(map.Uid), // Of a new map nobody knows yet who else follows it.
            Look,
            found => runs.TrySaveMapsAsync(check, alert.Id, found, cancellationToken),
            cancellationToken);

        CheckedMap Look(WatchedMap map, Leaderboard board, bool isFresh)
        {
            var known = watches.GetValueOrDefault(map.Uid)?.Watch;
            var (next, due) = (known ?? MapWatch.Unseen(map.Uid, alert.NewsSince)).Evaluate(board, alert.Filter, PlayersOf(board, isFresh ? players : null));
            return new CheckedMap(IsFirstBaseline(known, players) ? next with { RunsSinceRead = StaggerOf(map.Uid) } : next, MapNews.Of(map, due, maxListed));
        }
    }

    /// <summary>
    /// A board that is not full tells itself. Of a full one the answer tells that is older than it: whoever came in between makes the next answer
    /// another one. A board that somebody else's check read before says nothing about the answer, and is read again next time.
    /// </summary>
    private static int? PlayersOf(Leaderboard board, IReadOnlyDictionary<MapUid, int>? players) =>
        board.Entries.Count < Leaderboard.Size ? board.Entries.Count
        : players is not null && players.TryGetValue(board.MapUid, out var answered) ? answered
        : null;

    /// <summary>From then on the board can be asked about.</summary>
    private static bool IsFirstBaseline(MapWatch? known, IReadOnlyDictionary<MapUid, int>? players) => players is not null && known?.Players is null;

    /// <summary>So that the full reads of maps that came together do not all come together again.</summary>
    private int StaggerOf(MapUid mapUid) => (int)(HashOf(mapUid, 0) % options.FullReadEvery);

    /// <summary>The same in every process.</summary>
    private static long HashOf(MapUid mapUid, int salt) => Encoding.ASCII.GetBytes(mapUid.Value).Aggregate(17u + (uint)salt, static (hash, b) => (hash ^ b) * 16_777_619);

    [LoggerMessage(LogLevel.Warning, "The maps of alert {AlertId} cannot be listed ({Code})")]
    private partial void LogUnlisted(long alertId, string code);
}
