using Backend.Domain.Common;

namespace Backend.Application.Alerts;

/// <summary>Every failure of the area.</summary>
public static class AlertErrors
{
    public static Error NotFound { get; } = new(ErrorKind.NotFound, "alert.not_found", "You have no such alert.");

    public static Error Exists { get; } = new(ErrorKind.Conflict, "alert.exists", "You have an alert already; a user can have one.");

    /// <summary>The user whose alert was to be changed has none.</summary>
    public static Error UserHasNone { get; } = new(ErrorKind.Validation, "alert.user_has_none", "This user has no alert.");
}
