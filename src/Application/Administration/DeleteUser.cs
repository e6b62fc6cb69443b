using Backend.Application.Accounts;
using Backend.Application.Common.Messaging;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Administration;

/// <summary>An administrator removes a user with everything of him; it cannot be undone.</summary>
/// <param name="By">The administrator, who has his own way to remove his own account.</param>
public sealed record DeleteUserCommand(UserId By, UserId UserId) : ICommand<Nothing>;

internal sealed class DeleteUserHandler(AccountRemoval removal) : ICommandHandler<DeleteUserCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(DeleteUserCommand command, CancellationToken cancellationToken) =>
        command.UserId == command.By ? AdministrationErrors.NotYourself
        : await removal.RemoveAsync(command.UserId, cancellationToken) ? default(Nothing) : AdministrationErrors.UserNotFound;
}
