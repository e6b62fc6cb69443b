using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Application.DailyRuns;

public sealed class CheckDriverNotificationsTests
{
    private readonly DailyChecks _checks = new();

    [Fact]
    public async Task A_change_is_told_once_and_moves_the_notification()
    {
        var user = await BeginAsync(Make.Uid(0), Make.Uid(1));
        _checks.Shows(Make.Uid(0), Row(2, 1, 39_000), Row(1, 2, 40_000));
        _checks.Shows(Make.Uid(1), Row(1, 1, 40_000));
        var check = await _checks.ClaimAsync();

        (await _checks.CheckDriverAsync(check)).ShouldBe(DailyPartOutcome.Ended);

        (await NewsAsync(check.Key)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(c => c.Kind.ShouldBe(DriverChangeKind.Worse), c => (c.From, c.To).ShouldBe((1, 2)));
        var stored = await _checks.Areas.DriverNotifications.ListAsync(user.Id, CancellationToken.None);
        stored.Select(n => n.Position).ShouldBe([2, 1], ignoreOrder: true);
        stored.ShouldAllBe(n => n.LastCheckedAt == _checks.Areas.Clock.GetUtcNow());
        await _checks.CompleteAsync(check);
        var next = await _checks.ClaimAsync(day: 1);
        await _checks.CheckDriverAsync(next);
        (await NewsAsync(next.Key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_board_that_cannot_be_read_is_tried_again_without_the_others_and_named_in_the_end()
    {
        await BeginAsync(Make.Uid(0), Make.Uid(1));
        _checks.Fails(Make.Uid(0));
        _checks.Shows(Make.Uid(1), Row(2, 1, 39_000), Row(1, 2, 40_000));
        var check = await _checks.ClaimAsync();
        DailyPartOutcome outcome;
        while ((outcome = await _checks.CheckDriverAsync(check)).Status == DailyPartStatus.PutOff)
        {
            _checks.Areas.Clock.Advance(outcome.Again!.Value);
            check = (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        }

        outcome.ShouldBe(DailyPartOutcome.Ended);
        _checks.Read.Count(uid => uid == Make.Uid(1)).ShouldBe(1);
        _checks.Read.Count(uid => uid == Make.Uid(0)).ShouldBe(4);
        var news = await _checks.Areas.Runs.ReadNewsAsync(check.Key, CancellationToken.None);
        news.Changes.Count.ShouldBe(1);
        news.Driver!.Unread.ShouldBe([new WatchedMap(Make.Uid(0), "Map uid_0000", TmxId: null)]);
        (await _checks.Areas.Runs.FindAsync(check.Key.RunDate, CancellationToken.None))!.Counts.DriverErrors.ShouldBe(1);
    }

    [Fact]
    public async Task Many_boards_that_are_broken_for_ever_keep_nobody_from_the_others_for_long()
    {
        await BeginAsync([.. Enumerable.Range(0, 13).Select(Make.Uid)]);
        Enumerable.Range(0, 12).ToList().ForEach(n => _checks.Fails(Make.Uid(n)));
        _checks.Shows(Make.Uid(12), Row(2, 1, 39_000), Row(1, 2, 40_000));
        var told = 0;
        for (var day = 0; day < 10; day++)
        {
            var check = await _checks.ClaimAsync(day);
            while (await _checks.CheckDriverAsync(check) is { Status: DailyPartStatus.PutOff, Again: { } again })
            {
                _checks.Areas.Clock.Advance(again);
                check = (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
            }

            told += (await NewsAsync(check.Key)).Count;
            await _checks.CompleteAsync(check);
        }

        told.ShouldBe(1);
    }

    [Fact]
    public async Task The_board_that_his_own_alert_needed_is_not_read_again()
    {
        var user = await BeginAsync(Make.Uid(0));
        await _checks.Areas.AddAlertAsync(user.Id);
        _checks.Listed = Make.Success<IReadOnlyList<MapListing>>(Make.Maps(1));
        _checks.Shows(Make.Uid(0), Row(2, 1, 39_000), Row(1, 2, 40_000));
        var check = await _checks.ClaimAsync();

        await _checks.CheckMapperAsync(check);
        await _checks.CheckDriverAsync(check);

        _checks.Read.ShouldBe([Make.Uid(0)]);
        (await NewsAsync(check.Key)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_board_that_another_check_is_reading_is_waited_for_after_all_others()
    {
        await BeginAsync(Make.Uid(0), Make.Uid(1));
        await FollowAsync(await _checks.Areas.AddUserAsync("Somebody else"), Make.Uid(0));
        _checks.Shows(Make.Uid(0), Row(2, 1, 39_000), Row(1, 2, 40_000));
        _checks.Shows(Make.Uid(1), Row(1, 1, 40_000));
        var check = await _checks.ClaimAsync();
        var other = (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (await _checks.Areas.Runs.ClaimBoardAsync(other, Make.Uid(0), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Mine);

        var outcome = await _checks.CheckDriverAsync(check);

        (outcome.Status, _checks.Read.Count).ShouldBe((DailyPartStatus.PutOff, 1));
        await _checks.CheckDriverAsync(other);
        _checks.Areas.Clock.Advance(outcome.Again!.Value);
        var again = (await _checks.Areas.Runs.TryClaimAsync(check.Key, CancellationToken.None)).Check.ShouldNotBeNull();
        again.Retries.ShouldBe(0, "nothing has failed");
        (await _checks.CheckDriverAsync(again)).ShouldBe(DailyPartOutcome.Ended);
        _checks.Read.ShouldBe([Make.Uid(1), Make.Uid(0)], "each once");
        (await NewsAsync(check.Key)).Count.ShouldBe(1);
    }

    private async Task<User> BeginAsync(params MapUid[] uids)
    {
        var user = await _checks.Areas.AddUserAsync();
        await FollowAsync(user, uids);
        return user;
    }

    private async Task FollowAsync(User user, params MapUid[] uids)
    {
        foreach (var uid in uids)
        {
            await _checks.Areas.DriverNotifications.AddAsync(
                new NewDriverNotification(user.Id, Make.Account(1), uid, $"Map {uid}", 1, RecordTime.FromMilliseconds(40_000), Make.Start), 20, CancellationToken.None);
        }
    }

    private static LeaderboardEntry Row(int account, int position, long time) => new(Make.Account(account), "zone", "World", position, RecordTime.FromMilliseconds(time), Make.Start);

    private async Task<IReadOnlyList<DriverChange>> NewsAsync(DailyCheckKey key) => (await _checks.Areas.Runs.ReadNewsAsync(key, CancellationToken.None)).Changes;
}
