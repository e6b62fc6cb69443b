using Backend.Domain.Common;

namespace Backend.Application.PasswordResets;

/// <summary>Every failure of the area.</summary>
public static class PasswordResetErrors
{
    /// <summary>One for tokens that never were, are void, used or expired: whoever guesses learns nothing.</summary>
    public static Error Unknown { get; } = new(ErrorKind.NotFound, "password_reset.unknown", "This link is not good, or not any more. Please ask for a new one.");
}
