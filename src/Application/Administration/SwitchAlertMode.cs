using Backend.Application.Alerts;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Administration;

/// <param name="Mode">Word for an <see cref="AlertMode"/>.</param>
public sealed record SwitchAlertModeCommand(UserId? UserId, string? Mode) : ICommand<SwitchedAlert>;

/// <param name="Before">The alert as it was.</param>
/// <param name="Mode">What it is now.</param>
public sealed record SwitchedAlert(User User, MapperAlert Before, AlertMode Mode);

internal sealed class SwitchAlertModeValidator : AbstractValidator<SwitchAlertModeCommand>
{
    public SwitchAlertModeValidator()
    {
        RuleFor(c => c.UserId).NotNull().OverridePropertyName("user_id").WithMessage("Please give the user's id.");
        RuleFor(c => c.Mode).Must(m => AlertWords.TryReadMode(m, out _))
            .OverridePropertyName("alert_type").WithMessage($"The alert type must be one of {string.Join(", ", AlertWords.Modes)}.");
    }
}

internal sealed class SwitchAlertModeHandler(IUserStore users, IAlertStore alerts) : ICommandHandler<SwitchAlertModeCommand, SwitchedAlert>
{
    public async Task<Result<SwitchedAlert>> Handle(SwitchAlertModeCommand command, CancellationToken cancellationToken)
    {
        if (!AlertWords.TryReadMode(command.Mode, out var mode))
        {
            throw new InvalidOperationException("The validator lets no such request through.");
        }

        if (await users.FindAsync(command.UserId!.Value, cancellationToken) is not { } user)
        {
            return AdministrationErrors.UserNotFound;
        }

        return await alerts.SetModeAsync(user.Id, mode, cancellationToken) is { } before ? new SwitchedAlert(user, before, mode) : AlertErrors.UserHasNone;
    }
}
