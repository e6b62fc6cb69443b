using Backend.Application.DriverNotifications;
using Backend.Domain.Accounts;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Application.DriverNotifications;

public sealed class ListDriverNotificationsTests
{
    [Fact]
    public async Task A_user_sees_his_own()
    {
        var areas = new Areas();
        var user = await areas.AddUserAsync();
        var added = await areas.DriverNotifications.AddAsync(
            new NewDriverNotification(user.Id, Make.Account(1), Make.Uid("a"), "A", 1, RecordTime.FromMilliseconds(1), Make.Start), 10, CancellationToken.None);
        var handler = new ListDriverNotificationsHandler(areas.DriverNotifications);

        (await handler.Handle(new ListDriverNotificationsQuery(user.Id), CancellationToken.None)).Value.ShouldBe([added.Notification!]);
        (await handler.Handle(new ListDriverNotificationsQuery(new UserId(99)), CancellationToken.None)).Value.ShouldBeEmpty();
    }
}
