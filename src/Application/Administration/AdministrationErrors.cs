using Backend.Domain.Common;

namespace Backend.Application.Administration;

/// <summary>Every failure of the area.</summary>
public static class AdministrationErrors
{
    public static Error UserNotFound { get; } = new(ErrorKind.NotFound, "administration.user_not_found", "There is no such user.");

    public static Error NotYourself { get; } = new(
        ErrorKind.Conflict, "administration.not_yourself", "You cannot take your own rights or remove your own account here; another administrator can.");
}
