using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;

namespace Backend.Application.DriverNotifications;

public sealed record ListDriverNotificationsQuery(UserId UserId) : IQuery<IReadOnlyList<DriverNotification>>;

internal sealed class ListDriverNotificationsHandler(IDriverNotificationStore notifications) : IQueryHandler<ListDriverNotificationsQuery, IReadOnlyList<DriverNotification>>
{
    public async Task<Result<IReadOnlyList<DriverNotification>>> Handle(ListDriverNotificationsQuery query, CancellationToken cancellationToken) =>
        Result<IReadOnlyList<DriverNotification>>.Success(await notifications.ListAsync(query.UserId, cancellationToken));
}
