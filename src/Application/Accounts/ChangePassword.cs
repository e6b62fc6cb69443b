using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using FluentValidation;

namespace Backend.Application.Accounts;

/// <summary>Ends every session of the user but the one that asks, and voids links for a new password.</summary>
public sealed record ChangePasswordCommand(UserId UserId, SessionId SessionId, Secret? CurrentPassword, Secret? NewPassword) : ICommand<Nothing>;

internal sealed class ChangePasswordValidator : AbstractValidator<ChangePasswordCommand>
{
    public ChangePasswordValidator(ICommonPasswords commonPasswords)
    {
        RuleFor(c => c.CurrentPassword).Must(p => p is { IsEmpty: false })
            .OverridePropertyName("currentPassword").WithMessage("Please give your current password.");
        RuleFor(c => c.NewPassword).MustBeGoodPassword(commonPasswords).OverridePropertyName("newPassword");
    }
}

internal sealed class ChangePasswordHandler(IUserStore users, ISessionStore sessions, IPasswordResetStore resets, IPasswordHasher passwords, PasswordConfirmation confirmation)
    : ICommandHandler<ChangePasswordCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(ChangePasswordCommand command, CancellationToken cancellationToken)
    {
        var confirmed = await confirmation.ConfirmAsync(command.UserId, command.CurrentPassword!, cancellationToken);
        if (!confirmed.IsSuccess)
        {
            return confirmed.Error;
        }

        var hash = await passwords.HashAsync(command.NewPassword!, cancellationToken);
        if (!hash.IsSuccess)
        {
            return hash.Error;
        }

        // Before as well: should the store of sessions be away, nothing has happened yet and the change can be tried again. Nor
        // shall a link for a new password work in between.
        await resets.ForgetAsync(command.UserId, cancellationToken);
        await EndOthersAsync(command, cancellationToken);
        if (!await users.TryReplacePasswordHashAsync(command.UserId, confirmed.Value.PasswordHash, hash.Value, cancellationToken)
            && !await TryReplaceRenewedAsync(command, hash.Value, cancellationToken))
        {
            return AccountErrors.WrongPassword;
        }

        await resets.ForgetAsync(command.UserId, CancellationToken.None);
        await EndOthersAsync(command, CancellationToken.None);
        return default(Nothing);
    }

    private async Task EndOthersAsync(ChangePasswordCommand command, CancellationToken cancellationToken)
    {
        foreach (var session in await sessions.ListAsync(command.UserId, cancellationToken))
        {
            if (session.Id != command.SessionId)
            {
                await sessions.RemoveAsync(command.UserId, session.Id, cancellationToken);
            }
        }
    }

    /// <summary>A sign-in may have renewed the hash of the same password meanwhile.</summary>
    private async Task<bool> TryReplaceRenewedAsync(ChangePasswordCommand command, Secret hash, CancellationToken cancellationToken)
    {
        if (await users.FindAsync(command.UserId, cancellationToken) is not { } user)
        {
            return false;
        }

        var verdict = await passwords.VerifyAsync(command.CurrentPassword!, user.PasswordHash, cancellationToken);
        return verdict is { IsSuccess: true, Value.IsMatch: true } && await users.TryReplacePasswordHashAsync(user.Id, user.PasswordHash, hash, cancellationToken);
    }
}
