using Backend.Application.Ports;
using Backend.Domain.DailyRuns;
using Backend.Domain.Tracks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backend.Application.DailyRuns;

/// <summary>Reads the boards that one go at a check wants: one that others of the run need, too, is read once, and they get the same.</summary>
internal sealed partial class DailyBoardReader(
    IDailyRunStore runs, [FromKeyedServices(UpstreamPriority.Nightly)] ILeaderboardSource source, DailyRunOptions options, ILogger<DailyBoardReader> logger)
{
    /// <summary>Findings that are saved in one step: so many boards at most are read again after a crash.</summary>
    private const int SavedTogether = 10;

    /// <param name="isShared">Somebody else may need the board in this run.</param>
    /// <param name="look">What is found on the board; it may have been read just now, or by another check of the run.</param>
    /// <param name="saveAsync">Says whether the check is still this worker's.</param>
    /// <returns>Null when the check is lost.</returns>
    public async Task<BoardRound<T>?> ReadAsync<T, TFound>(
        DailyCheck check,
        IEnumerable<T> wanted,
        Func<T, MapUid> mapOf,
        Func<T, bool> isShared,
        Func<T, Leaderboard, bool, TFound> look,
        Func<IReadOnlyCollection<TFound>, Task<bool>> saveAsync,
        CancellationToken cancellationToken)
    {
        var round = new BoardRound<T>([], []);
        var found = new List<TFound>();
        var failures = 0;
        foreach (var item in wanted)
        {
            if (failures >= options.MaxFailuresInARow(check.Retries))
            {
                round.Unread.Add(item);
                continue;
            }

            var (status, board) = await ReadAsync(check, mapOf(item), isShared(item), cancellationToken);
            if (board is null)
            {
                (status == SharedBoardStatus.Awaited ? round.Awaited : round.Unread).Add(item);
                failures += status == SharedBoardStatus.Awaited ? 0 : 1;
                continue;
            }

            // What was read earlier says nothing about upstream now.
            var isFresh = status == SharedBoardStatus.Mine;
            failures = isFresh ? 0 : failures;
            found.Add(look(item, board, isFresh));
            if (found.Count == SavedTogether)
            {
                if (!await saveAsync(found))
                {
                    return null;
                }

                found.Clear();
            }
        }

        return found.Count == 0 || await saveAsync(found) ? round : null;
    }

    /// <summary>Puts the check off when another go may read what this one could not.</summary>
    /// <returns>Null when that is not to be expected: then the part has ended.</returns>
    public async Task<DailyPartOutcome?> PutOffAsync<T>(DailyCheck check, BoardRound<T> round, CancellationToken cancellationToken)
    {
        if (round.Unread.Count > 0)
        {
            LogUnread(check.Key, round.Unread.Count, check.Retries);
            if (check.Retries < options.MaxRetries)
            {
                return await runs.PutOffAsync(check, options.PauseAfter(check.Retries), isRetry: true, cancellationToken);
            }
        }

        return round.Awaited.Count > 0 ? await runs.PutOffAsync(check, options.RetryPause / 2, isRetry: false, cancellationToken) : null;
    }

    private async Task<SharedBoard> ReadAsync(DailyCheck check, MapUid mapUid, bool isShared, CancellationToken cancellationToken)
    {
        var claim = isShared ? await runs.ClaimBoardAsync(check, mapUid, cancellationToken) : new SharedBoard(SharedBoardStatus.Mine);
        if (claim.Status != SharedBoardStatus.Mine)
        {
            return claim;
        }

        var board = await source.ReadAsync(mapUid, cancellationToken);
        if (isShared)
        {
            await (board.IsSuccess
                ? runs.SaveBoardAsync(check.Key.RunDate, board.Value, cancellationToken)
                : runs.FailBoardAsync(check, mapUid, options.RetryPause, cancellationToken));
        }

        return board.IsSuccess ? claim with { Board = board.Value } : new SharedBoard(SharedBoardStatus.Failed);
    }

    [LoggerMessage(LogLevel.Warning, "Check {Check}: {Count} boards could not be read, after {Retries} repetitions")]
    private partial void LogUnread(DailyCheckKey check, int count, int retries);
}

/// <summary>What one go at a check could not read.</summary>
/// <param name="Unread">Upstream did not give the board, to this check or to another a moment ago.</param>
/// <param name="Awaited">Another check is reading it.</param>
internal sealed record BoardRound<T>(List<T> Unread, List<T> Awaited);
