using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.History;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="INotificationHistory"/> does.</summary>
public abstract class NotificationHistoryContract
{
    private static readonly DateOnly s_day = new(2026, 11, 20);

    protected abstract Task<(INotificationHistory History, IUserStore Users)> CreateAsync();

    [Fact]
    public async Task Entries_come_back_as_added_newest_day_first()
    {
        var (history, users) = await CreateAsync();
        var user = await users.AddAsync();
        var entries = new[]
        {
            Entry(user, NotificationKind.MapperAlert, NotificationOutcome.Sent, s_day) with { Message = "O'Reilly -- <b>;select 🏁", RecordsFound = 7 },
            Entry(user, NotificationKind.DriverNotification, NotificationOutcome.NoNewTimes, s_day.AddDays(1)) with { Message = null },
            Entry(user, NotificationKind.MapperAlert, NotificationOutcome.TechnicalError, s_day.AddDays(1)),
            Entry(user, NotificationKind.MapperAlert, NotificationOutcome.Sent, s_day.AddDays(-1)),
        };
        foreach (var entry in entries)
        {
            (await history.AddAsync(entry, CancellationToken.None)).ShouldBeTrue();
        }

        (await history.ListAsync(user.Id, s_day, CancellationToken.None)).ShouldBe([entries[1], entries[2], entries[0]]);
        (await history.ListAsync(user.Id, DateOnly.MinValue, CancellationToken.None)).Count.ShouldBe(4);
        (await history.CountSentAlertsAsync(CancellationToken.None)).ShouldBe(2);
    }

    [Fact]
    public async Task Each_user_sees_his_own_and_all_are_listed_with_names()
    {
        var (history, users) = await CreateAsync();
        var (user, other) = (await users.AddAsync(), await users.AddAsync());
        await history.AddAsync(Entry(user, NotificationKind.MapperAlert, NotificationOutcome.Sent, s_day), CancellationToken.None);
        await history.AddAsync(Entry(other, NotificationKind.DriverNotification, NotificationOutcome.Sent, s_day), CancellationToken.None);

        (await history.ListAsync(user.Id, s_day, CancellationToken.None)).ShouldHaveSingleItem().UserId.ShouldBe(user.Id);
        (await history.ListAllAsync(s_day, CancellationToken.None)).Select(e => (e.UserName, e.Entry.UserId)).ShouldBe([(user.Name, user.Id), (other.Name, other.Id)]);
        (await history.ListAllAsync(s_day.AddDays(1), CancellationToken.None)).ShouldBeEmpty();
        (await history.CountSentAlertsAsync(CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public async Task Entries_go_with_their_user_and_none_is_added_for_an_unknown_one()
    {
        var (history, users) = await CreateAsync();
        var user = await users.AddAsync();
        var entry = Entry(user, NotificationKind.MapperAlert, NotificationOutcome.Sent, s_day);
        await history.AddAsync(entry, CancellationToken.None);

        await users.RemoveAsync(user.Id, CancellationToken.None);

        (await history.AddAsync(entry, CancellationToken.None)).ShouldBeFalse();
        (await history.ListAllAsync(DateOnly.MinValue, CancellationToken.None)).ShouldBeEmpty();
    }

    private static HistoryEntry Entry(User user, NotificationKind kind, NotificationOutcome outcome, DateOnly date) =>
        new(user.Id, kind, date, outcome, "A sentence.", 0, TestUsers.CreatedAt);
}
