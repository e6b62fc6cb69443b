using Backend.Application.DriverNotifications;
using Backend.Domain.Accounts;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Application.DriverNotifications;

public sealed class DeleteDriverNotificationTests
{
    [Fact]
    public async Task Only_the_owner_deletes_one()
    {
        var areas = new Areas();
        var user = await areas.AddUserAsync();
        var id = (await areas.DriverNotifications.AddAsync(
            new NewDriverNotification(user.Id, Make.Account(1), Make.Uid("a"), "A", 1, RecordTime.FromMilliseconds(1), Make.Start), 10, CancellationToken.None)).Notification!.Id;
        var handler = new DeleteDriverNotificationHandler(areas.DriverNotifications);

        (await handler.Handle(new DeleteDriverNotificationCommand(new UserId(99), id), CancellationToken.None)).Error.ShouldBe(DriverNotificationErrors.NotFound);
        (await handler.Handle(new DeleteDriverNotificationCommand(user.Id, id), CancellationToken.None)).IsSuccess.ShouldBeTrue();
        (await handler.Handle(new DeleteDriverNotificationCommand(user.Id, id), CancellationToken.None)).Error.ShouldBe(DriverNotificationErrors.NotFound);
    }
}
