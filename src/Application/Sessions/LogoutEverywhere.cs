using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Sessions;

public sealed record LogoutEverywhereCommand(UserId UserId) : ICommand<int>;

internal sealed class LogoutEverywhereHandler(ISessionStore sessions) : ICommandHandler<LogoutEverywhereCommand, int>
{
    public async Task<Result<int>> Handle(LogoutEverywhereCommand command, CancellationToken cancellationToken) =>
        await sessions.RemoveAllAsync(command.UserId, cancellationToken);
}
