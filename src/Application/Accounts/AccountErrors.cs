using Backend.Domain.Common;

namespace Backend.Application.Accounts;

/// <summary>Every failure of the area.</summary>
public static class AccountErrors
{
    public static Error UserNameTaken { get; } = new(ErrorKind.Conflict, "account.user_name_taken", "This user name is already taken.");

    public static Error EmailTaken { get; } = new(ErrorKind.Conflict, "account.email_taken", "This e-mail address is already in use.");

    public static Error RegistrationClosed { get; } = new(ErrorKind.Forbidden, "account.registration_closed", "The maximum number of users is reached; registration is closed for now.");

    public static Error NotFound { get; } = new(ErrorKind.NotFound, "account.not_found", "This user does not exist any more.");

    public static Error TooManyTmxUsers { get; } = new(ErrorKind.Validation, "account.too_many_tmx_users", "Too many users of Trackmania Exchange have such a name. Please give more of it.");
}
