using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Domain;

public sealed class DriverObservationTests
{
    private static readonly MapUid s_uid = Make.Uid("a");

    [Theory]
    [InlineData(3, 40_000, 3, 40_000, null, true)]
    [InlineData(3, 40_000, 2, 39_900, DriverChangeKind.Better, true)]
    [InlineData(3, 40_000, 2, 40_000, DriverChangeKind.Better, true)]
    [InlineData(3, 40_000, 3, 39_999, DriverChangeKind.Better, true)]
    [InlineData(3, 40_000, 3, 40_500, null, true)]
    [InlineData(3, 40_000, 5, 40_000, DriverChangeKind.Worse, true)]
    [InlineData(3, 40_000, 4, 39_000, DriverChangeKind.Worse, true)]
    [InlineData(3, 40_000, 6, 40_000, DriverChangeKind.Worse, false)]
    [InlineData(3, 40_000, null, 0, DriverChangeKind.KnockedOut, false)]
    public void An_active_notification_tells_of_each_change(int before, long bestBefore, int? now, long bestNow, DriverChangeKind? expected, bool isActive) =>
        Check(Notification(before, bestBefore, DriverNotificationStatus.Active), now, bestNow, expected, isActive);

    [Theory]
    [InlineData(6, 40_000, 9, 40_000, null, false)]
    [InlineData(9, 40_000, 6, 39_000, null, false)]
    [InlineData(9, 40_000, null, 0, null, false)]
    [InlineData(101, 40_000, 40, 39_000, null, false)]
    [InlineData(6, 40_000, 5, 40_000, DriverChangeKind.Back, true)]
    [InlineData(101, 40_000, 1, 39_000, DriverChangeKind.Back, true)]
    public void An_inactive_notification_is_silent_until_the_record_is_back(int before, long bestBefore, int? now, long bestNow, DriverChangeKind? expected, bool isActive) =>
        Check(Notification(before, bestBefore, DriverNotificationStatus.Inactive), now, bestNow, expected, isActive);

    [Fact]
    public void A_secret_time_is_no_time_but_its_position_counts()
    {
        var notification = Notification(3, 40_000, DriverNotificationStatus.Active);

        DriverObservation.Of(notification, Board((1, 3, -1))).ShouldBe(new DriverObservation(notification, Change: null));
        var beaten = DriverObservation.Of(notification, Board((1, 4, -1)));
        beaten.Change!.Kind.ShouldBe(DriverChangeKind.Worse);
        beaten.Next.PersonalBest.ShouldBe(notification.PersonalBest);
        DriverObservation.Of(notification with { PersonalBest = RecordTime.Secret }, Board((1, 3, 39_000))).Change.ShouldBeNull();
    }

    [Fact]
    public void Each_change_is_told_once()
    {
        var board = Board((2, 1, 39_000), (1, 2, 39_500));

        var (next, change) = DriverObservation.Of(Notification(1, 40_000, DriverNotificationStatus.Active), board);

        change.ShouldBe(new DriverChange(DriverChangeKind.Worse, s_uid, "A", 1, 2, RecordTime.FromMilliseconds(40_000), RecordTime.FromMilliseconds(39_500), Make.Start));
        DriverObservation.Of(next, board).Change.ShouldBeNull();
    }

    [Fact]
    public void An_empty_board_and_an_unknown_driver_say_nothing()
    {
        var notification = Notification(3, 40_000, DriverNotificationStatus.Active);

        DriverObservation.Of(notification, Board()).ShouldBe(new DriverObservation(notification, Change: null));
        DriverObservation.Of(notification with { AccountId = null }, Board((1, 9, 50_000))).Change.ShouldBeNull();
    }

    [Theory]
    [InlineData(0, DriverChangeKind.Worse)]
    [InlineData(1, null)]
    public void A_board_from_before_the_last_look_says_nothing(int secondsBefore, DriverChangeKind? expected)
    {
        var moment = Make.Start.AddSeconds(secondsBefore);
        var notification = Notification(1, 40_000, DriverNotificationStatus.Active);

        foreach (var seen in (DriverNotification[])[notification with { LastCheckedAt = moment }, notification with { CreatedAt = moment }])
        {
            var (next, change) = DriverObservation.Of(seen, Board((2, 1, 39_000), (1, 2, 40_000)));
            (change?.Kind).ShouldBe(expected);
            next.Position.ShouldBe(expected is null ? 1 : 2);
        }
    }

    private static void Check(DriverNotification notification, int? now, long bestNow, DriverChangeKind? expected, bool isActive)
    {
        var (next, change) = DriverObservation.Of(notification, now is { } position ? Board((2, 100, 90_000), (1, position, bestNow)) : Board((2, 100, 90_000)));

        (change?.Kind).ShouldBe(expected);
        next.Position.ShouldBe(now ?? DriverNotification.OffTheBoard);
        next.PersonalBest.ShouldBe(now is null ? notification.PersonalBest : RecordTime.FromMilliseconds(bestNow));
        next.Status.ShouldBe(isActive ? DriverNotificationStatus.Active : DriverNotificationStatus.Inactive);
    }

    private static DriverNotification Notification(int position, long best, DriverNotificationStatus status) => new(
        new DriverNotificationId(1), Make.UserId, Make.Account(1), s_uid, "A", position, RecordTime.FromMilliseconds(best), status, Make.Start, LastCheckedAt: null);

    private static Leaderboard Board(params (int Account, int Position, long Time)[] rows) =>
        new(s_uid, Make.Start, [.. rows.Select(r => new LeaderboardEntry(Make.Account(r.Account), "z", "World", r.Position, RecordTime.FromUpstream(r.Time), Make.Start))]);
}
