using Backend.Application.Accounts;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.PasswordResets;

/// <summary>Gives the user whose token it is a new password, once, and ends every session of his.</summary>
public sealed record ConfirmPasswordResetCommand(Secret? Token, Secret? NewPassword, string ClientAddress) : ICommand<Nothing>;

internal sealed class ConfirmPasswordResetValidator : AbstractValidator<ConfirmPasswordResetCommand>
{
    public ConfirmPasswordResetValidator(ICommonPasswords commonPasswords)
    {
        RuleFor(c => c.Token).Must(t => t is { IsEmpty: false }).OverridePropertyName("token").WithMessage("Please give the token of the link in the mail.");
        RuleFor(c => c.NewPassword).MustBeGoodPassword(commonPasswords).OverridePropertyName("newPassword");
    }
}

internal sealed class ConfirmPasswordResetHandler(IPasswordResetStore resets, ISessionStore sessions, IPasswordHasher passwords, IRateLimiter limiter)
    : ICommandHandler<ConfirmPasswordResetCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(ConfirmPasswordResetCommand command, CancellationToken cancellationToken)
    {
        if ((await limiter.TryTakeAsync(RateLimit.ConfirmPasswordReset, ClientNetwork.KeyOf(command.ClientAddress), cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        // Hashing is expensive, and not to be had for junk.
        var token = ResetTokenHash.Of(command.Token!);
        if (await resets.FindAsync(token, cancellationToken) is not { } userId)
        {
            return PasswordResetErrors.Unknown;
        }

        var hash = await passwords.HashAsync(command.NewPassword!, cancellationToken);
        if (!hash.IsSuccess)
        {
            return hash.Error;
        }

        // Asked before, since the two stores share no transaction: should that of sessions be away, the token is not used up and can be tried
        // again. Nothing is ended yet: when a change of the password wins meanwhile, its user stays signed in. What remains is a store that
        // goes away between this step and the last: then the password is new, sessions live on, and the caller is told 503.
        await sessions.ListAsync(userId, cancellationToken);
        if (await resets.TryUseAsync(token, hash.Value, cancellationToken) is null)
        {
            return PasswordResetErrors.Unknown;
        }

        await sessions.RemoveAllAsync(userId, CancellationToken.None);
        return default(Nothing);
    }
}
