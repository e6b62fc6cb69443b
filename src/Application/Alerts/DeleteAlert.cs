using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;

namespace Backend.Application.Alerts;

public sealed record DeleteAlertCommand(UserId UserId, AlertId AlertId) : ICommand<Nothing>;

internal sealed class DeleteAlertHandler(IAlertStore alerts) : ICommandHandler<DeleteAlertCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(DeleteAlertCommand command, CancellationToken cancellationToken) =>
        await alerts.RemoveAsync(command.UserId, command.AlertId, cancellationToken) ? default(Nothing) : AlertErrors.NotFound;
}
