using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Microsoft.Extensions.Logging;

namespace Backend.Application.DailyRuns;

/// <summary>Finds out what became of one driver's records. It may be stopped at any point; the next go takes up what is left.</summary>
public sealed record CheckDriverNotificationsCommand(DailyCheck Check) : ICommand<DailyPartOutcome>;

internal sealed partial class CheckDriverNotificationsHandler(
    IDailyRunStore runs, DailyBoardReader boards, DailyRunOptions options, TimeProvider clock, ILogger<CheckDriverNotificationsHandler> logger)
    : ICommandHandler<CheckDriverNotificationsCommand, DailyPartOutcome>
{
    /// <summary>Records whose findings are saved in one step: so many boards at most are read again after a crash.</summary>
    private const int SavedTogether = 10;

    public async Task<Result<DailyPartOutcome>> Handle(CheckDriverNotificationsCommand command, CancellationToken cancellationToken)
    {
        var check = command.Check;
        var notifications = await runs.ListUncheckedAsync(check.Key, cancellationToken);
        var shared = await runs.FindSharedMapsAsync(check.Key.UserId, cancellationToken);
        var unread = new List<DriverNotification>();
        var seen = new List<DriverObservation>();
        var failures = 0;
        foreach (var notification in notifications)
        {
            if (failures >= options.MaxFailuresInARow(check.Retries))
            {
                unread.Add(notification);
                continue;
            }

            var board = await boards.ReadAsync(check.Key.RunDate, notification.MapUid, shared.Contains(notification.MapUid), cancellationToken);
            if (!board.IsSuccess)
            {
                unread.Add(notification);
                failures++;
                continue;
            }

            failures = 0;
            seen.Add(DriverObservation.Of(notification, board.Value));
            if (seen.Count == SavedTogether)
            {
                if (!await runs.TrySaveRecordsAsync(check, seen, clock.GetUtcNow(), cancellationToken))
                {
                    return DailyPartOutcome.Lost;
                }

                seen.Clear();
            }
        }

        if (seen.Count > 0 && !await runs.TrySaveRecordsAsync(check, seen, clock.GetUtcNow(), cancellationToken))
        {
            return DailyPartOutcome.Lost;
        }

        if (unread.Count > 0)
        {
            LogUnread(check.Key, unread.Count, check.Retries);
            if (check.Retries < options.MaxRetries)
            {
                return await runs.PutOffAsync(check, options.PauseAfter(check.Retries), isRetry: true, cancellationToken);
            }
        }

        return DailyPartOutcome.EndedIf(await runs.TryEndPartAsync(
            check,
            DailyPart.Driver,
            unread.Count == 0 ? DailyPartState.Done : DailyPartState.Failed,
            new DailyPartSummary([.. unread.Select(n => new WatchedMap(n.MapUid, n.MapName, TmxId: null))]),
            cancellationToken));
    }

    [LoggerMessage(LogLevel.Warning, "Check {Check}: {Count} boards of a driver's records could not be read, after {Retries} repetitions")]
    private partial void LogUnread(DailyCheckKey check, int count, int retries);
}
