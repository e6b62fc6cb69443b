using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using FluentValidation;

namespace Backend.Application.Accounts;

/// <summary>Ends every session of the user but the one that asks.</summary>
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

internal sealed class ChangePasswordHandler(IUserStore users, ISessionStore sessions, IPasswordHasher passwords, PasswordConfirmation confirmation)
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

        // Somebody else has changed it in the meantime.
        if (!await users.TryReplacePasswordHashAsync(command.UserId, confirmed.Value.PasswordHash, hash.Value, cancellationToken))
        {
            return AccountErrors.WrongPassword;
        }

        // The password is changed, so nothing that follows may be left out because the caller went away.
        foreach (var session in await sessions.ListAsync(command.UserId, CancellationToken.None))
        {
            if (session.Id != command.SessionId)
            {
                await sessions.RemoveAsync(command.UserId, session.Id, CancellationToken.None);
            }
        }

        return default(Nothing);
    }
}
