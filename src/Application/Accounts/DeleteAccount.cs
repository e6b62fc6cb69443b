using Backend.Application.Common.Messaging;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Accounts;

/// <summary>The user and everything of him is removed; it cannot be undone.</summary>
public sealed record DeleteAccountCommand(UserId UserId, Secret? Password) : ICommand<Nothing>;

internal sealed class DeleteAccountValidator : AbstractValidator<DeleteAccountCommand>
{
    public DeleteAccountValidator() =>
        RuleFor(c => c.Password).Must(p => p is { IsEmpty: false })
            .OverridePropertyName("password").WithMessage("Please give your password.");
}

internal sealed class DeleteAccountHandler(PasswordConfirmation confirmation, AccountRemoval removal) : ICommandHandler<DeleteAccountCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(DeleteAccountCommand command, CancellationToken cancellationToken)
    {
        var confirmed = await confirmation.ConfirmAsync(command.UserId, command.Password!, cancellationToken);
        if (!confirmed.IsSuccess)
        {
            return confirmed.Error;
        }

        return await removal.RemoveAsync(command.UserId, cancellationToken) ? default(Nothing) : AccountErrors.NotFound;
    }
}
