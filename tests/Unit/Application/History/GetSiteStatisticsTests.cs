using Backend.Application.History;
using Backend.Domain.History;
using Backend.Unit.Support;

namespace Backend.Unit.Application.History;

public sealed class GetSiteStatisticsTests
{
    [Fact]
    public async Task Users_sent_alerts_and_watched_maps_are_counted()
    {
        var areas = new Areas();
        var user = await areas.AddUserAsync();
        await areas.AddUserAsync("other");
        await areas.History.AddAsync(new HistoryEntry(user.Id, NotificationKind.MapperAlert, new DateOnly(2020, 1, 1), NotificationOutcome.Sent, null, 1, Make.Start), CancellationToken.None);
        await areas.History.AddAsync(new HistoryEntry(user.Id, NotificationKind.DriverNotification, new DateOnly(2020, 1, 1), NotificationOutcome.Sent, null, 1, Make.Start), CancellationToken.None);

        (await new GetSiteStatisticsHandler(areas.Users, areas.History, areas.DriverNotifications).Handle(new GetSiteStatisticsQuery(), CancellationToken.None)).Value
            .ShouldBe(new SiteStatistics(2, 1, 0));
    }
}
