using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;

namespace Backend.Application.Sessions;

public sealed record RevokeSessionCommand(UserId UserId, SessionId SessionId) : ICommand<Nothing>;

internal sealed class RevokeSessionHandler(ISessionStore sessions) : ICommandHandler<RevokeSessionCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(RevokeSessionCommand command, CancellationToken cancellationToken) =>
        await sessions.RemoveAsync(command.UserId, command.SessionId, cancellationToken) ? default(Nothing) : SessionErrors.NotFound;
}
