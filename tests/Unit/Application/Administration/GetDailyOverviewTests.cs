using Backend.Application.Administration;
using Backend.Domain.Accounts;
using Backend.Domain.History;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class GetDailyOverviewTests
{
    private static readonly DateOnly s_today = DateOnly.FromDateTime(Make.Start.UtcDateTime);

    private readonly Areas _areas = new();

    [Fact]
    public async Task Each_day_is_summed_up_and_of_each_user_the_latest_counts()
    {
        var (b, a) = (await _areas.AddUserAsync("b"), await _areas.AddUserAsync("A"));
        await AddAsync(b, 0, NotificationKind.MapperAlert, NotificationOutcome.TechnicalError);
        await AddAsync(b, 0, NotificationKind.MapperAlert, NotificationOutcome.Sent);
        await AddAsync(a, 0, NotificationKind.DriverNotification, NotificationOutcome.NoNewTimes);
        await AddAsync(a, -4, NotificationKind.DriverNotification, NotificationOutcome.Sent);
        await AddAsync(a, -5, NotificationKind.DriverNotification, NotificationOutcome.Sent);

        var overview = (await new GetDailyOverviewHandler(_areas.History, _areas.Alerts, _areas.Clock).Handle(new GetDailyOverviewQuery(), CancellationToken.None)).Value;

        overview.Today.ShouldBe(s_today);
        overview.MapsChecked.ShouldBe(0);
        overview.Days.Select(d => d.Date).ShouldBe([s_today, s_today.AddDays(-4)]);
        var today = overview.Days[0];
        (today.Sent, today.Errors, today.CountOf(NotificationKind.MapperAlert), today.CountOf(NotificationKind.DriverNotification)).ShouldBe((1, 1, 2, 1));
        today.ByUser.Select(u => (u.UserName.Value, u.MapperAlert?.Outcome, u.DriverNotification?.Outcome)).ShouldBe(
            [("A", null, NotificationOutcome.NoNewTimes), ("b", NotificationOutcome.Sent, null)]);
    }

    private async Task AddAsync(User user, int day, NotificationKind kind, NotificationOutcome outcome) =>
        await _areas.History.AddAsync(new HistoryEntry(user.Id, kind, s_today.AddDays(day), outcome, null, 1, Make.Start), CancellationToken.None);
}
