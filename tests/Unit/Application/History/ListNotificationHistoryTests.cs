using Backend.Application.History;
using Backend.Domain.History;
using Backend.Unit.Support;

namespace Backend.Unit.Application.History;

public sealed class ListNotificationHistoryTests
{
    private static readonly DateOnly s_today = DateOnly.FromDateTime(Make.Start.UtcDateTime);

    [Fact]
    public async Task The_last_five_days_come_back_newest_first_with_the_latest_of_each_kind()
    {
        var areas = new Areas();
        var user = await areas.AddUserAsync();
        await AddAsync(0, NotificationKind.MapperAlert, "first");
        await AddAsync(0, NotificationKind.MapperAlert, "latest");
        await AddAsync(-5, NotificationKind.DriverNotification, "old");
        await AddAsync(-6, NotificationKind.MapperAlert, "too old");

        var days = (await new ListNotificationHistoryHandler(areas.History, areas.Clock).Handle(new ListNotificationHistoryQuery(user.Id), CancellationToken.None)).Value;

        days.Select(d => (d.Date, d.MapperAlert?.Message, d.DriverNotification?.Message)).ShouldBe([(s_today, "latest", null), (s_today.AddDays(-5), null, "old")]);

        async Task AddAsync(int day, NotificationKind kind, string message) =>
            await areas.History.AddAsync(new HistoryEntry(user.Id, kind, s_today.AddDays(day), NotificationOutcome.Sent, message, 1, Make.Start), CancellationToken.None);
    }
}
