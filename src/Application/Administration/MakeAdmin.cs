using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Administration;

/// <summary>The operator makes somebody an administrator, who must be registered.</summary>
/// <param name="Login">User name or e-mail address.</param>
public sealed record MakeAdminCommand(string? Login) : ICommand<User>;

internal sealed class MakeAdminValidator : AbstractValidator<MakeAdminCommand>
{
    public MakeAdminValidator() => RuleFor(c => c.Login).NotEmpty().WithMessage("Please give a user name or an e-mail address.");
}

internal sealed class MakeAdminHandler(IUserStore users) : ICommandHandler<MakeAdminCommand, User>
{
    public async Task<Result<User>> Handle(MakeAdminCommand command, CancellationToken cancellationToken) =>
        await users.FindByLoginAsync(command.Login!, cancellationToken) is { } user && await users.SetRoleAsync(user.Id, Role.Admin, cancellationToken)
            ? user with { Role = Role.Admin }
            : AdministrationErrors.UserNotFound;
}
