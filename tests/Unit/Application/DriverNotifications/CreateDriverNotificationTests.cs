using Backend.Application.Accounts;
using Backend.Application.DriverNotifications;
using Backend.Domain.Accounts;
using Backend.Domain.Administration;
using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.DriverNotifications;

public sealed class CreateDriverNotificationTests
{
    private static readonly Player s_player = new(Make.Account(1), "Demo");

    private readonly Areas _areas = new(("RateLimits:CreateDriverNotification", "3/300"));

    [Fact]
    public async Task A_record_among_the_first_five_is_watched_as_it_is_now()
    {
        var user = await _areas.AddUserAsync(player: s_player);
        Has(Make.Entry(2, null), Make.Entry(1, null, 5));

        var notification = (await Send(user.Id, " uid ", " O'Reilly -- <b> ")).Value;

        (notification.AccountId, notification.MapUid, notification.MapName, notification.Position, notification.PersonalBest, notification.Status, notification.LastCheckedAt).ShouldBe(
            (s_player.AccountId, Make.Uid("uid"), " O'Reilly -- <b> ", 5, RecordTime.FromMilliseconds(40_005), DriverNotificationStatus.Active, Make.Start));
        (await _areas.DriverNotifications.ListAsync(user.Id, CancellationToken.None)).ShouldBe([notification]);
    }

    [Fact]
    public async Task A_secret_time_can_be_watched_too()
    {
        var user = await _areas.AddUserAsync(player: s_player);
        Has(Make.Entry(1, null) with { Time = RecordTime.Secret });

        (await Send(user.Id)).Value.PersonalBest.IsSecret.ShouldBeTrue();
    }

    [Fact]
    public async Task Each_reason_against_it_has_its_error()
    {
        var user = await _areas.AddUserAsync(player: s_player);
        var unlinked = await _areas.AddUserAsync("unlinked");
        var (none, sixth, absent, trouble) = (await NextAsync(2), await NextAsync(3), await NextAsync(4), await NextAsync(5));

        (await Send(unlinked.Id)).Error.ShouldBe(DriverNotificationErrors.NoPlayer);
        (await Send(new UserId(99))).Error.ShouldBe(AccountErrors.NotFound);
        Has();
        (await Send(none)).Error.ShouldBe(DriverNotificationErrors.NoLeaderboard);
        _areas.Clock.Advance(TimeSpan.FromSeconds(11));
        Has(Make.Entry(2, null), Make.Entry(3, null, 6));
        (await Send(sixth)).Error.ShouldBe(DriverNotificationErrors.NotAmongTheFirst);
        (await Send(absent)).Error.ShouldBe(DriverNotificationErrors.NotAmongTheFirst);
        _areas.Clock.Advance(TimeSpan.FromSeconds(11));
        _areas.Boards.ReadAsync(default, default).ReturnsForAnyArgs(Make.Failed<Leaderboard>(Make.Trouble()));
        (await Send(trouble)).Error.ShouldBe(Make.Trouble());
        _areas.Clock.Advance(TimeSpan.FromSeconds(11));
        Has(Make.Entry(1, null));
        await Send(user.Id);
        (await Send(user.Id)).Error.ShouldBe(DriverNotificationErrors.Exists);
        await _areas.SiteSettings.SetAsync(SiteSetting.MaxDriverNotifications, 1, Make.Start, CancellationToken.None);
        (await Send(user.Id, "other")).Error!.Code.ShouldBe("driver_notification.too_many");
        (await Send(user.Id, "other")).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);

        async Task<UserId> NextAsync(int account) => (await _areas.AddUserAsync($"driver {account}", player: new Player(Make.Account(account), "Demo"))).Id;
    }

    [Theory]
    [InlineData(null, "name", "mapUid")]
    [InlineData("../..", "name", "mapUid")]
    [InlineData("uid", null, "mapName")]
    [InlineData("uid", " ", "mapName")]
    [InlineData("uid", "a\u0000", "mapName")]
    public void Both_fields_are_checked(string? uid, string? name, string field) =>
        new CreateDriverNotificationValidator().Validate(new CreateDriverNotificationCommand(Make.UserId, uid, name)).Errors.ShouldHaveSingleItem().PropertyName.ShouldBe(field);

    private void Has(params LeaderboardEntry[] entries) =>
        _areas.Boards.ReadAsync(default, default).ReturnsForAnyArgs(call => Make.Success(Make.Board(call.Arg<MapUid>(), _areas.Clock.GetUtcNow(), entries)));

    private Task<Result<DriverNotification>> Send(UserId user, string uid = "uid", string name = "A map") =>
        new CreateDriverNotificationHandler(_areas.DriverNotifications, _areas.Users, _areas.Reader, _areas.Limiter, _areas.Limits, _areas.Clock)
            .Handle(new CreateDriverNotificationCommand(user, uid, name), CancellationToken.None);
}
