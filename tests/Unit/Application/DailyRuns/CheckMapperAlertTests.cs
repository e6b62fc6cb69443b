using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Application.DailyRuns;

public sealed class CheckMapperAlertTests
{
    private readonly DailyChecks _checks = new();
    private User _user = null!;
    private MapperAlert _alert = null!;

    [Fact]
    public async Task What_is_new_on_each_map_is_kept_with_what_was_seen()
    {
        await BeginAsync(maps: 3);
        _checks.Shows(Make.Uid(0), Row(1, 1));
        _checks.Shows(Make.Uid(1), Row(2, -100_000));
        _checks.Shows(Make.Uid(2));
        var check = await _checks.ClaimAsync();

        (await _checks.CheckMapperAsync(check)).ShouldBe(DailyPartOutcome.Ended);

        var news = await NewsAsync(check);
        news.Maps.ShouldHaveSingleItem().ShouldSatisfyAllConditions(n => n.Map.ShouldBe(new WatchedMap(Make.Uid(0), "Map 0", 1000)), n => n.Records.Single().AccountId.ShouldBe(Make.Account(1)));
        news.Mapper.ShouldNotBeNull().Unread.ShouldBeEmpty();
        (await _checks.Areas.Runs.ReadWatchesAsync(_alert.Id, CancellationToken.None)).Count.ShouldBe(3);
        (await _checks.Areas.Alerts.FindAsync(_user.Id, CancellationToken.None))!.ShouldSatisfyAllConditions(a => a.MapCount.ShouldBe(3), a => a.CountedAt.ShouldBe(_checks.Areas.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_go_that_was_cut_off_reads_no_board_again()
    {
        await BeginAsync(maps: 25);
        for (var i = 0; i < 25; i++)
        {
            _checks.Shows(Make.Uid(i), Row(i, 1));
        }

        _checks.Answers = 20;
        var check = await _checks.ClaimAsync();

        var outcome = await _checks.CheckMapperAsync(check);

        outcome.ShouldBe(new DailyPartOutcome(DailyPartStatus.PutOff, TimeSpan.FromMinutes(1)));
        _checks.Read.Count.ShouldBe(23, "after three failures in a row the others are not tried");
        var read = _checks.Read.Take(20).ToList();
        _checks.Read.Clear();
        _checks.Answers = int.MaxValue;
        _checks.Areas.Clock.Advance(TimeSpan.FromMinutes(1));
        var again = (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (await _checks.CheckMapperAsync(again)).ShouldBe(DailyPartOutcome.Ended);
        _checks.Read.Concat(read).ShouldBe(Enumerable.Range(0, 25).Select(i => Make.Uid(i)), ignoreOrder: true);
        (await NewsAsync(check)).Maps.Count.ShouldBe(25);
    }

    [Fact]
    public async Task A_board_that_cannot_be_read_for_long_is_named_and_caught_up_by_the_next_run()
    {
        await BeginAsync(maps: 2);
        _checks.Shows(Make.Uid(0), Row(1, 1));
        _checks.Fails(Make.Uid(1));
        var pauses = new List<TimeSpan>();
        var check = await EndAsync(await _checks.ClaimAsync(), pauses);
        pauses.ShouldBe([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4)]);
        (await NewsAsync(check)).Mapper!.Unread.ShouldBe([new WatchedMap(Make.Uid(1), "Map 1", 1001)]);
        (await _checks.Areas.Runs.FindAsync(check.Key.RunDate, CancellationToken.None))!.Counts.MapperErrors.ShouldBe(1);
        await _checks.CompleteAsync(check);

        _checks.Areas.Clock.Advance(TimeSpan.FromDays(1));
        _checks.Shows(Make.Uid(1), Row(2, 5));
        var next = await _checks.ClaimAsync(day: 1);
        await _checks.CheckMapperAsync(next);
        (await NewsAsync(next)).Maps.Select(n => n.Map.Uid).ShouldBe([Make.Uid(1)]);
    }

    [Fact]
    public async Task Boards_that_are_broken_for_ever_keep_nobody_from_the_others()
    {
        await BeginAsync(maps: 12);
        for (var i = 0; i < 12; i++)
        {
            _checks.Shows(Make.Uid(i), Row(i, 1));
        }

        for (var i = 0; i < 4; i++)
        {
            _checks.Fails(Make.Uid(i));
        }

        var check = await EndAsync(await _checks.ClaimAsync());
        (await NewsAsync(check)).Maps.Count.ShouldBe(8);
        await _checks.CompleteAsync(check);
        _checks.Read.Clear();
        _checks.Shows(Make.Uid(11), Row(99, 50));

        // From the second run on they come last.
        var next = await _checks.ClaimAsync(day: 1);
        (await _checks.CheckMapperAsync(next)).Status.ShouldBe(DailyPartStatus.PutOff);
        _checks.Read.Count.ShouldBe(8 + 3);
        (await NewsAsync(next)).Maps.Select(n => n.Map.Uid).ShouldBe([Make.Uid(11)]);
    }

    [Fact]
    public async Task A_map_that_comes_after_all_others_have_broken_has_its_turn_as_well()
    {
        await BeginAsync(maps: 12);
        Enumerable.Range(0, 12).ToList().ForEach(n => _checks.Shows(Make.Uid(n), Row(n, 1)));
        await _checks.CompleteAsync(await EndAsync(await _checks.ClaimAsync()));
        Enumerable.Range(0, 12).ToList().ForEach(n => _checks.Fails(Make.Uid(n)));
        _checks.Listed = Make.Success<IReadOnlyList<MapListing>>(Make.Maps(13));
        _checks.Shows(Make.Uid(12), Row(12, 1));

        var told = new List<MapUid>();
        for (var day = 1; day < 10; day++)
        {
            var check = await EndAsync(await _checks.ClaimAsync(day));
            told.AddRange((await NewsAsync(check)).Maps.Select(n => n.Map.Uid));
            await _checks.CompleteAsync(check);
        }

        told.ShouldBe([Make.Uid(12)]);
    }

    [Fact]
    public async Task So_do_many_of_them_for_some_runs_at_most()
    {
        await BeginAsync(maps: 16);
        for (var i = 0; i < 16; i++)
        {
            if (i < 12)
            {
                _checks.Fails(Make.Uid(i));
            }
            else
            {
                _checks.Shows(Make.Uid(i), Row(i, 1));
            }
        }

        var told = new List<MapUid>();
        for (var day = 0; day < 10; day++)
        {
            var check = await EndAsync(await _checks.ClaimAsync(day));
            told.AddRange((await NewsAsync(check)).Maps.Select(n => n.Map.Uid));
            await _checks.CompleteAsync(check);
        }

        told.ShouldBe([Make.Uid(12), Make.Uid(13), Make.Uid(14), Make.Uid(15)], ignoreOrder: true);
    }

    [Fact]
    public async Task Without_a_list_of_maps_those_that_are_known_are_looked_at_in_the_end()
    {
        await BeginAsync(maps: 1);
        _checks.Shows(Make.Uid(0), Row(1, 1));
        await _checks.Areas.Alerts.SaveCountAsync(_alert.Id, _alert.Mode, 1, _alert.Mode, WatchedMap.Of(Make.Maps(1)), 10, Make.Start, CancellationToken.None);
        _checks.Listed = Make.Failed<IReadOnlyList<MapListing>>(Make.Trouble());
        var check = await _checks.ClaimAsync();

        (await _checks.CheckMapperAsync(check)).Status.ShouldBe(DailyPartStatus.PutOff);
        _checks.Areas.Clock.Advance(TimeSpan.FromMinutes(1));
        var last = (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None))! with { Retries = 3 };
        (await _checks.CheckMapperAsync(last)).ShouldBe(DailyPartOutcome.Ended);

        (await NewsAsync(check)).Maps.Count.ShouldBe(1);
        (await _checks.Areas.Runs.FindAsync(check.Key.RunDate, CancellationToken.None))!.Counts.MapperErrors.ShouldBe(1);
    }

    [Fact]
    public async Task More_than_a_hundred_maps_are_asked_about_and_only_changed_boards_are_read()
    {
        await BeginAsync(maps: 120, filter: RecordFilter.WorldRecord);
        ShowAll(120);
        var first = await _checks.ClaimAsync();
        await _checks.CheckMapperAsync(first);
        await SkipStaggerAsync(first);
        await _checks.CompleteAsync(first);
        (await _checks.Areas.Alerts.FindAsync(_user.Id, CancellationToken.None))!.Mode.ShouldBe(AlertMode.Inaccurate);
        _checks.Read.Count.ShouldBe(120);
        Reset();

        _checks.Shows(Make.Uid(7), [Row(99, 500, time: 39_000), .. Five()]);
        _checks.Shows(Make.Uid(8), [.. Five(), Row(98, 500, time: 90_000, position: 6)]);
        _checks.AnswersNothingOf(Make.Uid(9));
        var second = await _checks.ClaimAsync(day: 1);
        (await _checks.CheckMapperAsync(second)).ShouldBe(DailyPartOutcome.Ended);

        _checks.Read.ShouldBe([Make.Uid(7), Make.Uid(8), Make.Uid(9)], ignoreOrder: true);
        _checks.Asked.Count.ShouldBe(6, "two questions for each fifty maps");
        _checks.Asked.ShouldAllBe(times => times.Count <= 50);
        var news = await NewsAsync(second);
        news.Maps.Select(n => (n.Map.Uid, n.Records.Single().AccountId)).ShouldBe([(Make.Uid(7), Make.Account(99))]);
        news.Mapper!.IsProbing.ShouldBeTrue();
    }

    [Fact]
    public async Task Every_board_is_read_in_full_every_so_many_runs()
    {
        await BeginAsync(maps: 101);
        ShowAll(101);
        var reads = new Dictionary<MapUid, List<int>>();
        for (var day = 0; day < 20; day++)
        {
            var check = await _checks.ClaimAsync(day);
            await _checks.CheckMapperAsync(check);
            await _checks.CompleteAsync(check);
            _checks.Read.ForEach(uid => (reads.TryGetValue(uid, out var days) ? days : reads[uid] = []).Add(day));
            Reset();
        }

        reads.Count.ShouldBe(101);
        reads.Values.ShouldAllBe(days => days.Zip(days.Skip(1), (a, b) => b - a).All(gap => gap <= 7));
        reads.Values.SelectMany(days => days.Skip(1)).CountBy(day => day).Max(day => day.Value).ShouldBeLessThan(60, "not all on one day");
    }

    [Fact]
    public async Task A_question_moves_nothing_that_was_seen()
    {
        await BeginAsync(maps: 101);
        ShowAll(101);
        var first = await _checks.ClaimAsync();
        await _checks.CheckMapperAsync(first);
        await SkipStaggerAsync(first);
        await _checks.CompleteAsync(first);
        var before = await _checks.Areas.Runs.ReadWatchesAsync(_alert.Id, CancellationToken.None);

        await _checks.CheckMapperAsync(await _checks.ClaimAsync(day: 1));

        var after = await _checks.Areas.Runs.ReadWatchesAsync(_alert.Id, CancellationToken.None);
        foreach (var (uid, (watch, _)) in after)
        {
            watch.ShouldBe(before[uid].Watch with { RunsSinceRead = 1 });
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(-1)]
    public async Task Boards_that_no_question_can_tell_of_are_always_read(int rows)
    {
        await BeginAsync(maps: 101);
        ShowAll(101);
        _checks.Shows(Make.Uid(3), rows < 0 ? [new LeaderboardEntry(Make.Account(1), "z", "World", 1, RecordTime.Secret, Make.Start), .. Five().Skip(1)] : [.. Five().Take(rows)]);
        var first = await _checks.ClaimAsync();
        await _checks.CheckMapperAsync(first);
        await SkipStaggerAsync(first);
        await _checks.CompleteAsync(first);
        Reset();

        await _checks.CheckMapperAsync(await _checks.ClaimAsync(day: 1));

        _checks.Read.ShouldBe([Make.Uid(3)]);
    }

    [Fact]
    public async Task An_alert_goes_back_to_reading_every_board_and_maps_that_are_gone_are_dropped()
    {
        await BeginAsync(maps: 101);
        ShowAll(101);
        var first = await _checks.ClaimAsync();
        await _checks.CheckMapperAsync(first);
        await _checks.CompleteAsync(first);
        _checks.Listed = Make.Success<IReadOnlyList<MapListing>>(Make.Maps(100));
        Reset();

        await _checks.CheckMapperAsync(await _checks.ClaimAsync(day: 1));

        (await _checks.Areas.Alerts.FindAsync(_user.Id, CancellationToken.None))!.ShouldSatisfyAllConditions(a => a.Mode.ShouldBe(AlertMode.Accurate), a => a.WatchedMaps.ShouldBe(100));
        _checks.Read.Count.ShouldBe(100);
        _checks.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_check_that_is_somebody_elses_by_now_is_left_alone()
    {
        await BeginAsync(maps: 1);
        _checks.Shows(Make.Uid(0), Row(1, 1));
        var dead = await _checks.ClaimAsync();
        _checks.Areas.Clock.Advance(IDailyRunStore.Lease);
        (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        (await _checks.CheckMapperAsync(dead)).ShouldBe(DailyPartOutcome.Lost);

        (await NewsAsync(dead)).Maps.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_an_alert_any_more_there_is_nothing_to_do()
    {
        await BeginAsync(maps: 1);
        var check = await _checks.ClaimAsync();
        await _checks.Areas.Alerts.RemoveAsync(_user.Id, _alert.Id, CancellationToken.None);

        (await _checks.CheckMapperAsync(check)).ShouldBe(DailyPartOutcome.Ended);

        _checks.Read.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_map_that_two_mappers_made_is_read_once_a_run()
    {
        await BeginAsync(maps: 1);
        var other = await _checks.Areas.AddUserAsync("Co Author");
        await _checks.Areas.AddAlertAsync(other.Id);
        _checks.Shows(Make.Uid(0), Row(1, 1));

        var first = await _checks.ClaimAsync();
        await _checks.CheckMapperAsync(first);
        var second = await _checks.ClaimAsync();
        await _checks.CheckMapperAsync(second);

        _checks.Read.ShouldBe([Make.Uid(0)]);
        (await NewsAsync(first)).Maps.Count.ShouldBe(1);
        (await NewsAsync(second)).Maps.Count.ShouldBe(1);
    }

    private static LeaderboardEntry Row(int account, int second, long? time = null, int position = 1) =>
        new(Make.Account(account), "zone", "World", position, RecordTime.FromMilliseconds(time ?? 40_000), Make.Start.AddSeconds(second));

    private static IEnumerable<LeaderboardEntry> Five() => Enumerable.Range(1, 5).Select(n => Row(n, -100_000, 40_000 + n, n));

    private async Task BeginAsync(int maps, RecordFilter filter = RecordFilter.Top5)
    {
        _user = await _checks.Areas.AddUserAsync();
        _alert = await _checks.Areas.AddAlertAsync(_user.Id);
        await _checks.Areas.Alerts.SetFilterAsync(_user.Id, _alert.Id, filter, CancellationToken.None);
        await _checks.Areas.SiteSettings.SetAsync(Backend.Domain.Administration.SiteSetting.MaxMapsPerUser, 1000, Make.Start, CancellationToken.None);
        _checks.Listed = Make.Success<IReadOnlyList<MapListing>>(Make.Maps(maps));
    }

    private void ShowAll(int maps)
    {
        for (var i = 0; i < maps; i++)
        {
            _checks.Shows(Make.Uid(i), [.. Five()]);
        }
    }

    private void Reset()
    {
        _checks.Read.Clear();
        _checks.Asked.Clear();
    }

    /// <summary>As after a second full read: no map is due for one soon.</summary>
    private async Task SkipStaggerAsync(DailyCheck check)
    {
        var watches = await _checks.Areas.Runs.ReadWatchesAsync(_alert.Id, CancellationToken.None);
        (await _checks.Areas.Runs.TrySaveMapsAsync(check, _alert.Id, [.. watches.Values.Select(w => new CheckedMap(w.Watch with { RunsSinceRead = 0 }, News: null))], CancellationToken.None)).ShouldBeTrue();
    }

    /// <summary>As often as it is put off.</summary>
    private async Task<DailyCheck> EndAsync(DailyCheck check, List<TimeSpan>? pauses = null)
    {
        DailyPartOutcome outcome;
        while ((outcome = await _checks.CheckMapperAsync(check)).Status == DailyPartStatus.PutOff)
        {
            pauses?.Add(outcome.Again!.Value);
            _checks.Areas.Clock.Advance(outcome.Again!.Value);
            check = (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        }

        outcome.ShouldBe(DailyPartOutcome.Ended);
        return check;
    }

    private Task<DailyNews> NewsAsync(DailyCheck check) => _checks.Areas.Runs.ReadNewsAsync(check.Key, CancellationToken.None);
}
