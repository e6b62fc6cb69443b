using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;

namespace Backend.Application.DailyRuns;

/// <summary>Finds out what became of one driver's records. It may be stopped at any point; the next go takes up what is left.</summary>
public sealed record CheckDriverNotificationsCommand(DailyCheck Check) : ICommand<DailyPartOutcome>;

internal sealed class CheckDriverNotificationsHandler(IDailyRunStore runs, DailyBoardReader boards, TimeProvider clock)
    : ICommandHandler<CheckDriverNotificationsCommand, DailyPartOutcome>
{
    public async Task<Result<DailyPartOutcome>> Handle(CheckDriverNotificationsCommand command, CancellationToken cancellationToken)
    {
        var check = command.Check;
        var shared = await runs.FindSharedMapsAsync(check.Key.UserId, cancellationToken);
        var round = await boards.ReadAsync(
            check,
            await runs.ListUncheckedAsync(check.Key, cancellationToken),
            notification => notification.MapUid,
            notification => shared.Contains(notification.MapUid),
            static (notification, board, _) => DriverObservation.Of(notification, board),
            seen => runs.TrySaveRecordsAsync(check, seen, clock.GetUtcNow(), cancellationToken),
            cancellationToken);
        if (round is null)
        {
            return DailyPartOutcome.Lost;
        }

        return await boards.PutOffAsync(check, round, cancellationToken) ?? DailyPartOutcome.EndedIf(await runs.TryEndPartAsync(
            check,
            DailyPart.Driver,
            round.Unread.Count == 0 ? DailyPartState.Done : DailyPartState.Failed,
            new DailyPartSummary([.. round.Unread.Select(n => new WatchedMap(n.MapUid, n.MapName, TmxId: null))]),
            cancellationToken));
    }
}
