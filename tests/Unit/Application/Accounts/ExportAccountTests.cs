using Backend.Application.Accounts;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Feedback;
using Backend.Domain.History;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Accounts;

public sealed class ExportAccountTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task Everything_of_the_user_and_nothing_of_others_is_in_it()
    {
        var (user, other) = (await _areas.AddUserAsync(player: new Player(Make.Account(1), "Demo")), await _areas.AddUserAsync("other"));
        foreach (var id in new[] { user.Id, other.Id })
        {
            await _areas.AddAlertAsync(id);
            await _areas.Sessions.AddAsync(Make.Session() with { UserId = id }, CancellationToken.None);
            await _areas.Jobs.TryAddAsync(Make.Job() with { UserId = id }, 5, CancellationToken.None);
            await _areas.Feedback.AddAsync(new NewFeedback(id, "message", "bug", Make.Start), CancellationToken.None);
            await _areas.History.AddAsync(new HistoryEntry(id, NotificationKind.MapperAlert, new DateOnly(2020, 1, 1), NotificationOutcome.Sent, null, 1, Make.Start), CancellationToken.None);
            await _areas.DriverNotifications.AddAsync(new NewDriverNotification(id, Make.Account(1), Make.Uid("a"), "A", 1, RecordTime.FromMilliseconds(1), Make.Start), 10, CancellationToken.None);
        }

        var ticket = (await _areas.Alerts.TryClaimCountAsync(CancellationToken.None))!;
        await _areas.Alerts.TrySaveCountAsync(ticket, 1, ticket.Alert.Mode, [new WatchedMap(Make.Uid("watched"), "Watched", 7)], 10, Make.Start, CancellationToken.None);

        var export = (await Send(user.Id)).Value;

        export.User.ShouldBe(user);
        export.ExportedAt.ShouldBe(Make.Start);
        export.Sessions.ShouldHaveSingleItem().UserId.ShouldBe(user.Id);
        export.Alert!.UserId.ShouldBe(user.Id);
        export.WatchedMaps.Select(map => map.Uid).ShouldBe([Make.Uid("watched")]);
        export.DriverNotifications.ShouldHaveSingleItem().UserId.ShouldBe(user.Id);
        export.History.ShouldHaveSingleItem().UserId.ShouldBe(user.Id);
        export.Feedback.ShouldHaveSingleItem().UserId.ShouldBe(user.Id);
        export.Searches.ShouldHaveSingleItem().UserId.ShouldBe(user.Id);
    }

    [Fact]
    public async Task A_user_without_anything_and_an_unknown_one_have_their_answers()
    {
        var user = await _areas.AddUserAsync();

        (await Send(user.Id)).Value.ShouldSatisfyAllConditions(e => e.Alert.ShouldBeNull(), e => e.WatchedMaps.ShouldBeEmpty());
        (await Send(new UserId(99))).Error.ShouldBe(AccountErrors.NotFound);
    }

    private Task<Backend.Domain.Common.Result<AccountExport>> Send(UserId user) =>
        new ExportAccountHandler(_areas.Users, _areas.Sessions, _areas.Alerts, _areas.DriverNotifications, _areas.History, _areas.Feedback, _areas.Jobs, _areas.Clock)
            .Handle(new ExportAccountQuery(user), CancellationToken.None);
}
