using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;

namespace Backend.Application.History;

public sealed record GetSiteStatisticsQuery() : IQuery<SiteStatistics>;

/// <param name="AlertsSent">Mapper alerts that were mailed, ever.</param>
/// <param name="MapsWatched">Driver notifications.</param>
public sealed record SiteStatistics(int Users, long AlertsSent, long MapsWatched);

internal sealed class GetSiteStatisticsHandler(IUserStore users, INotificationHistory history, IDriverNotificationStore driverNotifications) : IQueryHandler<GetSiteStatisticsQuery, SiteStatistics>
{
    public async Task<Result<SiteStatistics>> Handle(GetSiteStatisticsQuery query, CancellationToken cancellationToken) => new SiteStatistics(
        await users.CountAsync(cancellationToken),
        await history.CountSentAlertsAsync(cancellationToken),
        await driverNotifications.CountAsync(cancellationToken));
}
