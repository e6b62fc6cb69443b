using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;

namespace Backend.Application.DriverNotifications;

/// <summary>Every failure of the area.</summary>
public static class DriverNotificationErrors
{
    public static Error NotFound { get; } = new(ErrorKind.NotFound, "driver_notification.not_found", "You have no such notification.");

    public static Error Exists { get; } = new(ErrorKind.Conflict, "driver_notification.exists", "You have a notification for this map already.");

    public static Error NoPlayer { get; } = new(ErrorKind.Validation, "driver_notification.no_player", "Please say first which Trackmania account is yours.");

    public static Error NoLeaderboard { get; } = new(ErrorKind.Validation, "driver_notification.no_leaderboard", "Nobody has driven this map yet, or there is no such map.");

    public static Error NotAmongTheFirst { get; } = new(
        ErrorKind.Validation, "driver_notification.not_among_the_first", $"You are not among the first {DriverNotification.WorstPosition} of this map, so there is nothing to be beaten yet.");

    public static Error TooMany(int limit) => new(ErrorKind.Conflict, "driver_notification.too_many", $"You have {limit} notifications already; a user can have no more.");
}
