using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Accounts;

/// <summary>Asks a signed-in user for his password once more, before something that a stolen access token must not be able to do.</summary>
internal sealed class PasswordConfirmation(IUserStore users, IPasswordHasher passwords, IRateLimiter limiter)
{
    /// <summary>The user, if the password is his.</summary>
    public async Task<Result<User>> ConfirmAsync(UserId userId, Secret password, CancellationToken cancellationToken)
    {
        if ((await limiter.TryTakeAsync(RateLimit.ConfirmPassword, userId.ToString(), cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        if (await users.FindAsync(userId, cancellationToken) is not { } user)
        {
            return AccountErrors.NotFound;
        }

        var verdict = await passwords.VerifyAsync(password, user.PasswordHash, cancellationToken);
        return !verdict.IsSuccess ? verdict.Error : verdict.Value.IsMatch ? user : AccountErrors.WrongPassword;
    }
}
