using Backend.Domain.Tracks;

namespace Backend.Domain.DriverNotifications;

/// <summary>How a notification goes on after a look at the board, and what its driver is told.</summary>
/// <param name="Change">Null when there is nothing to tell.</param>
public sealed record DriverObservation(DriverNotification Next, DriverChange? Change)
{
    /// <summary>
    /// Compares the board with what was seen last. Position and personal best move together, so each change is told once.
    /// <list type="bullet">
    /// <item>Active: told when the position or, at the same position, the time changed. Beyond the first five, or gone from the board, it is inactive from then on.</item>
    /// <item>Inactive: silent, until the record is among the first five again.</item>
    /// <item>A secret time is no time: only the position counts then.</item>
    /// <item>An empty board says nothing, for an unknown map has one, too. Nor does one that was read before the last look.</item>
    /// </list>
    /// </summary>
    public static DriverObservation Of(DriverNotification notification, Leaderboard board)
    {
        if (notification.AccountId is not { } account || board.Entries.Count == 0 || board.ReadAt < (notification.LastCheckedAt ?? notification.CreatedAt))
        {
            return new DriverObservation(notification, Change: null);
        }

        var entry = board.Entries.Where(e => e.AccountId == account).MinBy(e => e.Position);
        var position = entry?.Position ?? DriverNotification.OffTheBoard;
        var best = entry is { Time.IsSecret: false } ? entry.Time : notification.PersonalBest;
        var isActive = position <= DriverNotification.WorstPosition;
        var next = notification with
        {
            Position = position,
            PersonalBest = best,
            Status = isActive ? DriverNotificationStatus.Active : DriverNotificationStatus.Inactive,
        };
        return new DriverObservation(next, KindOf(notification, next) is { } kind
            ? new DriverChange(kind, notification.MapUid, notification.MapName, notification.Position, position, notification.PersonalBest, best, board.ReadAt)
            : null);
    }

    private static DriverChangeKind? KindOf(DriverNotification before, DriverNotification after) => (before.Status, after.Status) switch
    {
        (DriverNotificationStatus.Inactive, DriverNotificationStatus.Active) => DriverChangeKind.Back,
        (DriverNotificationStatus.Inactive, _) => null,
        _ when after.Position == DriverNotification.OffTheBoard => DriverChangeKind.KnockedOut,
        _ when after.Position > before.Position => DriverChangeKind.Worse,
        _ when after.Position < before.Position => DriverChangeKind.Better,
        _ when !after.PersonalBest.IsSecret && !before.PersonalBest.IsSecret && after.PersonalBest.Milliseconds < before.PersonalBest.Milliseconds => DriverChangeKind.Better,
        _ => null,
    };
}

/// <summary>What a driver is told of one record of his.</summary>
/// <param name="From">Position before; <see cref="DriverNotification.OffTheBoard"/> when there was none.</param>
/// <param name="To">Position now; <see cref="DriverNotification.OffTheBoard"/> when there is none.</param>
/// <param name="SeenAt">When the board was read.</param>
public sealed record DriverChange(
    DriverChangeKind Kind, MapUid MapUid, string MapName, int From, int To, RecordTime TimeBefore, RecordTime Time, DateTimeOffset SeenAt);

public enum DriverChangeKind
{
    /// <summary>A better position, or a better time at the same one.</summary>
    Better,

    /// <summary>Somebody was faster.</summary>
    Worse,

    /// <summary>The record is not among the first 100 any more.</summary>
    KnockedOut,

    /// <summary>Among the first five again.</summary>
    Back,
}
