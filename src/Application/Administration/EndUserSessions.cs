using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Administration;

/// <summary>Ends all sessions of a user, and answers how many there were.</summary>
public sealed record EndUserSessionsCommand(UserId UserId) : ICommand<int>;

internal sealed class EndUserSessionsHandler(IUserStore users, ISessionStore sessions) : ICommandHandler<EndUserSessionsCommand, int>
{
    public async Task<Result<int>> Handle(EndUserSessionsCommand command, CancellationToken cancellationToken) =>
        await users.FindAsync(command.UserId, cancellationToken) is null
            ? AdministrationErrors.UserNotFound
            : await sessions.RemoveAllAsync(command.UserId, cancellationToken);
}
