using Backend.Application.Alerts;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Administration;
using Backend.Domain.Alerts;
using Backend.Domain.Tracks;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Alerts;

public sealed class CountAlertMapsTests
{
    private readonly Areas _areas = new();
    private readonly IMapDirectory _directory = Substitute.For<IMapDirectory>();
    private readonly RecordingLogger<CountAlertMapsHandler> _logger = new();

    [Fact]
    public async Task Every_due_alert_is_counted_by_its_users_name()
    {
        var (one, other) = (await AddAlertAsync("one"), await AddAlertAsync("other"));
        Lists("one", Make.Maps(3));
        Lists("other", [.. Make.Maps(2), Make.Map(9, withUid: false)]);

        (await Send()).ShouldBe(new AlertMapsCounted(2, 0));

        (await _areas.Alerts.FindAsync(one.UserId, CancellationToken.None)).ShouldBe(
            one with { MapCount = 3, WatchedMaps = 3, CountState = MapCountState.Counted, CountedAt = Make.Start });
        (await _areas.Alerts.FindAsync(other.UserId, CancellationToken.None))!.ShouldSatisfyAllConditions(a => a.MapCount.ShouldBe(3), a => a.WatchedMaps.ShouldBe(2));
        (await Send()).ShouldBe(new AlertMapsCounted(0, 0));
    }

    [Theory]
    [InlineData(AlertMode.Accurate, 100, AlertMode.Accurate)]
    [InlineData(AlertMode.Accurate, 101, AlertMode.Inaccurate)]
    [InlineData(AlertMode.Inaccurate, 5, AlertMode.Inaccurate)]
    public async Task More_than_a_hundred_maps_make_an_alert_inaccurate(AlertMode wanted, int maps, AlertMode expected)
    {
        var alert = await AddAlertAsync("one", wanted);
        Lists("one", Make.Maps(maps));

        await Send();

        (await _areas.Alerts.FindAsync(alert.UserId, CancellationToken.None))!.ShouldSatisfyAllConditions(a => a.Mode.ShouldBe(expected), a => a.MapCount.ShouldBe(maps));
    }

    [Fact]
    public async Task A_mode_changes_only_when_a_count_crosses_the_limit()
    {
        var alert = await AddAlertAsync("one");
        Lists("one", Make.Maps(150));
        await Send();

        // An administrator wants it exact all the same.
        await _areas.Alerts.SetModeAsync(alert.UserId, AlertMode.Accurate, CancellationToken.None);
        await Send();
        (await _areas.Alerts.FindAsync(alert.UserId, CancellationToken.None))!.Mode.ShouldBe(AlertMode.Accurate);

        await _areas.Alerts.SetModeAsync(alert.UserId, AlertMode.Inaccurate, CancellationToken.None);
        Lists("one", Make.Maps(100));
        await Send();
        (await _areas.Alerts.FindAsync(alert.UserId, CancellationToken.None))!.Mode.ShouldBe(AlertMode.Accurate);
    }

    [Fact]
    public async Task No_more_maps_are_watched_than_the_site_allows()
    {
        var alert = await AddAlertAsync("one");
        await _areas.SiteSettings.SetAsync(SiteSetting.MaxMapsPerUser, 2, Make.Start, CancellationToken.None);
        Lists("one", Make.Maps(3));

        await Send();

        (await _areas.Alerts.ReadMapsAsync(alert.Id, CancellationToken.None)).ShouldBe(WatchedMap.Of(Make.Maps(2)));
        (await _areas.Alerts.FindAsync(alert.UserId, CancellationToken.None))!.MapCount.ShouldBe(3);
    }

    [Fact]
    public async Task A_failed_count_is_repeated_with_growing_pauses_and_given_up_at_last()
    {
        var alert = await AddAlertAsync("one");
        _directory.ListMapsAsync("", default).ReturnsForAnyArgs(Make.Failed<IReadOnlyList<MapListing>>(Make.Trouble()));

        for (var attempt = 1; attempt <= CountAlertMapsHandler.MaxAttempts; attempt++)
        {
            (await Send()).ShouldBe(new AlertMapsCounted(0, 1));
            (await Send()).ShouldBe(new AlertMapsCounted(0, 0));
            var state = (await _areas.Alerts.FindAsync(alert.UserId, CancellationToken.None))!.CountState;
            state.ShouldBe(attempt < CountAlertMapsHandler.MaxAttempts ? MapCountState.Counting : MapCountState.Failed);
            _areas.Clock.Advance(TimeSpan.FromSeconds(30 * Math.Pow(2, attempt - 1)));
        }

        (await Send()).ShouldBe(new AlertMapsCounted(0, 0));
    }

    [Fact]
    public async Task A_name_that_finds_nothing_any_more_takes_no_maps_away_until_its_user_is_known()
    {
        var alert = await AddAlertAsync("stripped");
        Lists("stripped", Make.Maps(150));
        await Send();
        await _areas.Alerts.SetModeAsync(alert.UserId, AlertMode.Inaccurate, CancellationToken.None);
        Lists("stripped", []);

        (await Send()).ShouldBe(new AlertMapsCounted(0, 1));

        (await _areas.Alerts.FindAsync(alert.UserId, CancellationToken.None))!.ShouldSatisfyAllConditions(
            a => (a.MapCount, a.WatchedMaps, a.Mode, a.CountState).ShouldBe((150, 150, AlertMode.Inaccurate, MapCountState.Failed)));

        await _areas.Users.LinkTmxUserAsync(alert.UserId, new TmxUserId(7), Make.Name("stripped."), CancellationToken.None);
        Lists("stripped.", []);
        (await Send()).ShouldBe(new AlertMapsCounted(1, 0));
        (await _areas.Alerts.FindAsync(alert.UserId, CancellationToken.None))!.MapCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_bug_in_one_count_does_not_stop_the_others_and_is_given_up_like_any_failure()
    {
        var (broken, good) = (await AddAlertAsync("broken"), await AddAlertAsync("good"));
        _directory.ListMapsAsync("broken", Arg.Any<CancellationToken>()).Returns<Task<Backend.Domain.Common.Result<IReadOnlyList<MapListing>>>>(_ => throw new NotSupportedException("bug"));
        Lists("good", Make.Maps(1));

        (await Send()).ShouldBe(new AlertMapsCounted(1, 1));

        (await _areas.Alerts.FindAsync(good.UserId, CancellationToken.None))!.CountState.ShouldBe(MapCountState.Counted);
        for (var i = 1; i < CountAlertMapsHandler.MaxAttempts; i++)
        {
            _areas.Clock.Advance(TimeSpan.FromHours(2));
            (await Send()).ShouldBe(new AlertMapsCounted(0, 1));
        }

        (await _areas.Alerts.FindAsync(broken.UserId, CancellationToken.None))!.CountState.ShouldBe(MapCountState.Failed);
    }

    [Fact]
    public async Task A_listing_that_takes_longer_than_the_claim_holds_is_broken_off()
    {
        await AddAlertAsync("slow");
        _directory.ListMapsAsync("slow", Arg.Any<CancellationToken>()).Returns(async call =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _areas.Clock, call.Arg<CancellationToken>());
            return Make.Success<IReadOnlyList<MapListing>>([]);
        });

        var sending = Send();
        _areas.Clock.Advance(IAlertStore.CountLease - TimeSpan.FromSeconds(30));

        (await sending).ShouldBe(new AlertMapsCounted(0, 1));
    }

    [Fact]
    public async Task A_count_that_is_cut_short_is_due_again_at_once()
    {
        await AddAlertAsync("one");
        using var stop = new CancellationTokenSource();
        _directory.ListMapsAsync("", default).ReturnsForAnyArgs<Task<Backend.Domain.Common.Result<IReadOnlyList<MapListing>>>>(_ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });

        await Should.ThrowAsync<OperationCanceledException>(() => Handler().Handle(new CountAlertMapsCommand(), stop.Token));

        (await _areas.Alerts.TryClaimCountAsync(CancellationToken.None)).ShouldNotBeNull();
    }

    private async Task<MapperAlert> AddAlertAsync(string name, AlertMode mode = AlertMode.Accurate) => await _areas.AddAlertAsync((await _areas.AddUserAsync(name)).Id, mode);

    private void Lists(string mapper, List<MapListing> maps) =>
        _directory.ListMapsAsync(mapper, Arg.Any<CancellationToken>()).Returns(Make.Success<IReadOnlyList<MapListing>>(maps));

    private async Task<AlertMapsCounted> Send() => (await Handler().Handle(new CountAlertMapsCommand(), CancellationToken.None)).Value;

    private CountAlertMapsHandler Handler() => new(_areas.Alerts, _areas.Users, _directory, _areas.Limits, _areas.Clock, _logger);
}
