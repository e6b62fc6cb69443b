using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Accounts;

public sealed record UnlinkPlayerCommand(UserId UserId) : ICommand<Nothing>;

internal sealed class UnlinkPlayerHandler(IUserStore users) : ICommandHandler<UnlinkPlayerCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(UnlinkPlayerCommand command, CancellationToken cancellationToken) =>
        await users.UnlinkPlayerAsync(command.UserId, cancellationToken) ? default(Nothing) : AccountErrors.NotFound;
}
