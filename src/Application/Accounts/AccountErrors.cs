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

    public static Error WrongPassword { get; } = new(ErrorKind.Forbidden, "account.wrong_password", "The password is wrong.");

    public static Error PlayerUnknown { get; } = new(ErrorKind.NotFound, "account.player_unknown", "Nobody has this name in Trackmania. Names change; please give the current one.");

    public static Error PlayerTaken { get; } = new(ErrorKind.Conflict, "account.player_taken", "Another user has already said that this Trackmania account is his.");

    public static Error TmxUserUnknown { get; } = new(ErrorKind.NotFound, "account.tmx_user_unknown", "Trackmania Exchange has no such user.");

    public static Error TmxUserTaken { get; } = new(ErrorKind.Conflict, "account.tmx_user_taken", "Another user has already said that he is this user of Trackmania Exchange.");

    public static Error TmxNameDiffers { get; } = new(
        ErrorKind.Conflict, "account.tmx_name_differs", "This user of Trackmania Exchange has a name that is not yours: only a name that yours was made from can become yours.");
}
