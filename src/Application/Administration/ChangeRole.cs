using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Administration;

/// <param name="By">The administrator, who cannot change his own role: the last one could not take it back.</param>
/// <param name="Role">Word for a <see cref="Domain.Accounts.Role"/>.</param>
public sealed record ChangeRoleCommand(UserId By, UserId UserId, string? Role) : ICommand<Role>;

internal sealed class ChangeRoleValidator : AbstractValidator<ChangeRoleCommand>
{
    public ChangeRoleValidator() =>
        RuleFor(c => c.Role).Must(r => RoleNames.TryRead(r, out _))
            .OverridePropertyName("role").WithMessage($"The role must be one of {string.Join(", ", RoleNames.All)}.");
}

internal sealed class ChangeRoleHandler(IUserStore users) : ICommandHandler<ChangeRoleCommand, Role>
{
    public async Task<Result<Role>> Handle(ChangeRoleCommand command, CancellationToken cancellationToken)
    {
        if (!RoleNames.TryRead(command.Role, out var role))
        {
            throw new InvalidOperationException("The validator lets no such request through.");
        }

        return command.UserId == command.By ? AdministrationErrors.NotYourself
            : await users.SetRoleAsync(command.UserId, role, cancellationToken) ? role : AdministrationErrors.UserNotFound;
    }
}
