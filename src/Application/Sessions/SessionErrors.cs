using Backend.Domain.Common;

namespace Backend.Application.Sessions;

/// <summary>Every failure of the area.</summary>
public static class SessionErrors
{
    public static Error InvalidCredentials { get; } = new(ErrorKind.Unauthenticated, "session.invalid_credentials", "The user name or the password is wrong.");

    public static Error InvalidAccessToken { get; } = new(ErrorKind.Unauthenticated, "session.access_token_invalid", "The access token is missing, malformed or expired.");

    public static Error Ended { get; } = new(ErrorKind.Unauthenticated, "session.ended", "This session has ended. Please sign in again.");

    public static Error InvalidRefreshToken { get; } = new(ErrorKind.Unauthenticated, "session.refresh_token_invalid", "The refresh token is not valid. Please sign in again.");

    public static Error RefreshTokenReused { get; } = new(ErrorKind.Unauthenticated, "session.refresh_token_reused", "This refresh token was used before. The session was ended for safety; please sign in again.");

    public static Error NotFound { get; } = new(ErrorKind.NotFound, "session.not_found", "You have no such session.");
}
