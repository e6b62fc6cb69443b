using Backend.Application.Accounts;
using Backend.Application.Alerts;
using Backend.Domain.Accounts;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Alerts;

public sealed class ListAlertsTests
{
    [Fact]
    public async Task The_users_alert_comes_back_with_his_name()
    {
        var areas = new Areas();
        var handler = new ListAlertsHandler(areas.Alerts, areas.Users);
        var user = await areas.AddUserAsync();

        (await handler.Handle(new ListAlertsQuery(user.Id), CancellationToken.None)).Value.Alerts.ShouldBeEmpty();
        var alert = await areas.AddAlertAsync(user.Id);

        var list = (await handler.Handle(new ListAlertsQuery(user.Id), CancellationToken.None)).Value;
        list.UserName.ShouldBe(user.Name);
        list.Alerts.ShouldBe([alert]);
        (await handler.Handle(new ListAlertsQuery(new UserId(99)), CancellationToken.None)).Error.ShouldBe(AccountErrors.NotFound);
    }
}
