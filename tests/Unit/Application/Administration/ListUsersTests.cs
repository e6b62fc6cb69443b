using Backend.Application.Administration;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class ListUsersTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task Users_come_with_their_alert_and_the_number_of_their_notifications()
    {
        var plain = await _areas.AddUserAsync("plain");
        var busy = await _areas.AddUserAsync("busy");
        var alert = await _areas.AddAlertAsync(busy.Id);
        await _areas.DriverNotifications.AddAsync(new NewDriverNotification(busy.Id, Make.Account(1), Make.Uid("a"), "A", 1, RecordTime.FromMilliseconds(1), Make.Start), 10, CancellationToken.None);

        var overview = await Send();

        overview.Total.ShouldBe(2);
        overview.Users.ShouldBe([new UserWithAlerts(busy, alert, 1), new UserWithAlerts(plain, null, 0)]);
    }

    [Fact]
    public async Task Without_a_page_everybody_is_listed_and_with_one_a_part()
    {
        for (var i = 0; i < 150; i++)
        {
            await _areas.AddUserAsync($"user {i}");
        }

        (await Send()).Users.Count.ShouldBe(150);
        (await Send(page: 2)).Users.Count.ShouldBe(50);
        (await Send(page: 3, pageSize: 60)).ShouldSatisfyAllConditions(o => o.Users.Count.ShouldBe(30), o => o.Total.ShouldBe(150));
        (await Send(page: 1_000_000, pageSize: 1000)).Users.ShouldBeEmpty();
        (await Send(search: " R 149 ")).ShouldSatisfyAllConditions(o => o.Users.ShouldHaveSingleItem(), o => o.Total.ShouldBe(1));
        (await Send(search: "  ")).Total.ShouldBe(150);
    }

    [Theory]
    [InlineData(null, 0, null, "page")]
    [InlineData(null, 1_000_001, null, "page")]
    [InlineData(null, null, 0, "pageSize")]
    [InlineData(null, null, 1001, "pageSize")]
    [InlineData("a\u0000", null, null, "search")]
    public void What_makes_no_sense_is_refused(string? search, int? page, int? pageSize, string field) =>
        new ListUsersValidator().Validate(new ListUsersQuery(search, page, pageSize)).Errors.ShouldHaveSingleItem().PropertyName.ShouldBe(field);

    private async Task<UserOverview> Send(string? search = null, int? page = null, int? pageSize = null) =>
        (await new ListUsersHandler(_areas.Users, _areas.Alerts, _areas.DriverNotifications).Handle(new ListUsersQuery(search, page, pageSize), CancellationToken.None)).Value;
}
