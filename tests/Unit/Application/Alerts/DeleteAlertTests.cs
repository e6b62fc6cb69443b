using Backend.Application.Alerts;
using Backend.Domain.Accounts;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Alerts;

public sealed class DeleteAlertTests
{
    [Fact]
    public async Task Only_the_owner_deletes_an_alert()
    {
        var areas = new Areas();
        var handler = new DeleteAlertHandler(areas.Alerts);
        var alert = await areas.AddAlertAsync((await areas.AddUserAsync()).Id);

        (await handler.Handle(new DeleteAlertCommand(new UserId(99), alert.Id), CancellationToken.None)).Error.ShouldBe(AlertErrors.NotFound);
        (await handler.Handle(new DeleteAlertCommand(alert.UserId, alert.Id), CancellationToken.None)).IsSuccess.ShouldBeTrue();
        (await handler.Handle(new DeleteAlertCommand(alert.UserId, alert.Id), CancellationToken.None)).Error.ShouldBe(AlertErrors.NotFound);
    }
}
