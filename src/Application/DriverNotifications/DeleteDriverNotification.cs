using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;

namespace Backend.Application.DriverNotifications;

public sealed record DeleteDriverNotificationCommand(UserId UserId, DriverNotificationId Id) : ICommand<Nothing>;

internal sealed class DeleteDriverNotificationHandler(IDriverNotificationStore notifications) : ICommandHandler<DeleteDriverNotificationCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(DeleteDriverNotificationCommand command, CancellationToken cancellationToken) =>
        await notifications.RemoveAsync(command.UserId, command.Id, cancellationToken) ? default(Nothing) : DriverNotificationErrors.NotFound;
}
