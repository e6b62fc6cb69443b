using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Tracks;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IAlertStore"/> does.</summary>
public abstract class AlertStoreContract
{
    private static readonly UserId s_unknown = new(long.MaxValue);

    protected FakeTimeProvider Time { get; } = new(TestUsers.CreatedAt);

    protected abstract Task<(IAlertStore Alerts, IUserStore Users)> CreateAsync();

    /// <summary>Lets time pass on the clock that measures claims.</summary>
    protected abstract Task PassAsync(TimeSpan duration);

    [Fact]
    public async Task An_alert_comes_back_as_added_with_an_id_and_its_maps_uncounted()
    {
        var (alerts, users) = await CreateAsync();
        var user = await users.AddAsync();

        var outcome = await alerts.AddAsync(new NewAlert(user.Id, AlertMode.Inaccurate, RecordFilter.WorldRecord, TestUsers.CreatedAt), CancellationToken.None);

        outcome.Status.ShouldBe(AddAlertStatus.Added);
        outcome.Alert.ShouldBe(new MapperAlert(outcome.Alert!.Id, user.Id, AlertMode.Inaccurate, RecordFilter.WorldRecord, 0, 0, MapCountState.Counting, TestUsers.CreatedAt));
        outcome.Alert.Id.Value.ShouldBeGreaterThan(0);
        (await alerts.FindAsync(user.Id, CancellationToken.None)).ShouldBe(outcome.Alert);
        (await alerts.FindAllAsync([s_unknown, user.Id, user.Id], CancellationToken.None)).ShouldBe(new Dictionary<UserId, MapperAlert> { [user.Id] = outcome.Alert });
        (await alerts.ReadMapsAsync(outcome.Alert.Id, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_unknown_is_absent_everywhere()
    {
        var (alerts, users) = await CreateAsync();
        var user = await users.AddAsync();

        (await alerts.FindAsync(user.Id, CancellationToken.None)).ShouldBeNull();
        (await alerts.FindAllAsync([], CancellationToken.None)).ShouldBeEmpty();
        (await alerts.AddAsync(NewAlert(s_unknown), CancellationToken.None)).ShouldBe(new AddAlertOutcome(AddAlertStatus.NoSuchUser));
        (await alerts.SetFilterAsync(user.Id, new AlertId(1), RecordFilter.All, CancellationToken.None)).ShouldBeFalse();
        (await alerts.SetModeAsync(user.Id, AlertMode.Inaccurate, CancellationToken.None)).ShouldBeNull();
        (await alerts.RemoveAsync(user.Id, new AlertId(1), CancellationToken.None)).ShouldBeFalse();
        (await alerts.ReadMapsAsync(new AlertId(1), CancellationToken.None)).ShouldBeEmpty();
        (await alerts.CountWatchedMapsAsync(CancellationToken.None)).ShouldBe(0);
        (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_alerts_added_for_one_user_at_once_one_is_there()
    {
        var (alerts, users) = await CreateAsync();
        var user = await users.AddAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => alerts.AddAsync(NewAlert(user.Id), CancellationToken.None))));

        outcomes.Count(o => o.Status == AddAlertStatus.Added).ShouldBe(1);
        outcomes.Count(o => o.Status == AddAlertStatus.Exists).ShouldBe(49);
        (await alerts.FindAsync(user.Id, CancellationToken.None)).ShouldBe(outcomes.Single(o => o.Status == AddAlertStatus.Added).Alert);
    }

    [Fact]
    public async Task Only_the_owner_changes_and_removes_an_alert()
    {
        var (alerts, users) = await CreateAsync();
        var (alert, stranger) = (await AddAsync(alerts, users), (await users.AddAsync()).Id);

        (await alerts.SetFilterAsync(stranger, alert.Id, RecordFilter.All, CancellationToken.None)).ShouldBeFalse();
        (await alerts.RemoveAsync(stranger, alert.Id, CancellationToken.None)).ShouldBeFalse();
        (await alerts.SetFilterAsync(alert.UserId, alert.Id, RecordFilter.All, CancellationToken.None)).ShouldBeTrue();

        (await alerts.FindAsync(alert.UserId, CancellationToken.None)).ShouldBe(alert with { Filter = RecordFilter.All });
        (await alerts.RemoveAsync(alert.UserId, alert.Id, CancellationToken.None)).ShouldBeTrue();
        (await alerts.RemoveAsync(alert.UserId, alert.Id, CancellationToken.None)).ShouldBeFalse();
        (await AddAsync(alerts, users, alert.UserId)).Id.ShouldNotBe(alert.Id);
    }

    [Fact]
    public async Task A_counted_alert_watches_the_newest_maps_up_to_the_limit()
    {
        var (alerts, users) = await CreateAsync();
        var alert = await AddAsync(alerts, users);
        var ticket = (await alerts.TryClaimCountAsync(CancellationToken.None))!;

        (ticket.Alert, ticket.Attempt).ShouldBe((alert, 1));
        (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldBeNull();
        (await alerts.TrySaveCountAsync(ticket, 5, AlertMode.Inaccurate, Maps("c", "a", "c", "b", "d"), 3, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeTrue();

        (await alerts.FindAsync(alert.UserId, CancellationToken.None)).ShouldBe(
            alert with { Mode = AlertMode.Inaccurate, MapCount = 5, WatchedMaps = 3, CountState = MapCountState.Counted, CountedAt = TestUsers.CreatedAt });
        (await alerts.ReadMapsAsync(alert.Id, CancellationToken.None)).ShouldBe(Maps("c", "a", "b"));
        (await alerts.CountWatchedMapsAsync(CancellationToken.None)).ShouldBe(3);
        (await alerts.TrySaveCountAsync(ticket, 9, AlertMode.Accurate, [], 3, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeFalse();
        (await alerts.TryPutOffCountAsync(ticket, null, CancellationToken.None)).ShouldBeFalse();
        await PassAsync(IAlertStore.CountLease);
        (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_new_count_replaces_the_maps_of_the_one_before()
    {
        var (alerts, users) = await CreateAsync();
        var alert = await AddAsync(alerts, users);
        await CountAsync(alerts, Maps("a", "b", "c"));

        (await alerts.SetModeAsync(alert.UserId, AlertMode.Inaccurate, CancellationToken.None))!.CountState.ShouldBe(MapCountState.Counted);
        var again = (await alerts.FindAsync(alert.UserId, CancellationToken.None))!;
        (again.Mode, again.MapCount, again.WatchedMaps, again.CountState).ShouldBe((AlertMode.Inaccurate, 3, 3, MapCountState.Counting));
        await CountAsync(alerts, Maps("d", "c", "a"));

        (await alerts.ReadMapsAsync(alert.Id, CancellationToken.None)).ShouldBe(Maps("d", "c", "a"));
    }

    [Fact]
    public async Task Of_many_claims_at_once_each_count_goes_to_one()
    {
        var (alerts, users) = await CreateAsync();
        var added = new List<MapperAlert> { await AddAsync(alerts, users), await AddAsync(alerts, users), await AddAsync(alerts, users) };

        var tickets = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => alerts.TryClaimCountAsync(CancellationToken.None))));

        tickets.OfType<MapCountTicket>().Select(t => t.Alert.Id).ShouldBe(added.Select(a => a.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task A_claim_lapses_and_the_old_claimant_changes_nothing_any_more()
    {
        var (alerts, users) = await CreateAsync();
        var alert = await AddAsync(alerts, users);
        var dead = (await alerts.TryClaimCountAsync(CancellationToken.None))!;

        await PassAsync(IAlertStore.CountLease - TimeSpan.FromMilliseconds(1));
        (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldBeNull();
        await PassAsync(TimeSpan.FromMilliseconds(1));
        var next = (await alerts.TryClaimCountAsync(CancellationToken.None))!;

        next.Attempt.ShouldBe(2);
        (await alerts.TrySaveCountAsync(dead, 1, AlertMode.Accurate, Maps("a"), 1, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeFalse();
        (await alerts.TryPutOffCountAsync(dead, TimeSpan.Zero, CancellationToken.None)).ShouldBeFalse();
        (await alerts.FindAsync(alert.UserId, CancellationToken.None)).ShouldBe(alert);
        (await alerts.TrySaveCountAsync(next, 1, AlertMode.Accurate, Maps("a"), 1, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_count_that_is_put_off_comes_back_after_the_pause_and_one_that_is_given_up_does_not()
    {
        var (alerts, users) = await CreateAsync();
        var alert = await AddAsync(alerts, users);

        (await alerts.TryPutOffCountAsync((await alerts.TryClaimCountAsync(CancellationToken.None))!, TimeSpan.FromSeconds(30), CancellationToken.None)).ShouldBeTrue();
        (await alerts.FindAsync(alert.UserId, CancellationToken.None)).ShouldBe(alert);
        (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldBeNull();
        await PassAsync(TimeSpan.FromSeconds(30));
        var second = (await alerts.TryClaimCountAsync(CancellationToken.None))!;
        second.Attempt.ShouldBe(2);

        (await alerts.TryPutOffCountAsync(second, null, CancellationToken.None)).ShouldBeTrue();
        await PassAsync(TimeSpan.FromDays(1));
        (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldBeNull();
        (await alerts.FindAsync(alert.UserId, CancellationToken.None)).ShouldBe(alert with { CountState = MapCountState.Failed });
        await alerts.SetModeAsync(alert.UserId, alert.Mode, CancellationToken.None);
        (await alerts.TryClaimCountAsync(CancellationToken.None))!.Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task A_mode_that_is_set_during_a_count_has_the_maps_counted_once_more()
    {
        var (alerts, users) = await CreateAsync();
        var alert = await AddAsync(alerts, users);
        var under_way = (await alerts.TryClaimCountAsync(CancellationToken.None))!;

        await alerts.SetModeAsync(alert.UserId, AlertMode.Inaccurate, CancellationToken.None);

        (await alerts.TrySaveCountAsync(under_way, 1, AlertMode.Accurate, Maps("a"), 1, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeFalse();
        (await alerts.TryClaimCountAsync(CancellationToken.None))!.Alert.Mode.ShouldBe(AlertMode.Inaccurate);
    }

    [Fact]
    public async Task The_maps_of_a_user_who_gets_another_name_are_counted_anew()
    {
        var (alerts, users) = await CreateAsync();
        var user = await users.AddAsync("stripped");
        var alert = await AddAsync(alerts, users, user.Id);
        await CountAsync(alerts, Maps("a"));

        await users.LinkTmxUserAsync(user.Id, new TmxUserId(7), user.Name, CancellationToken.None);
        (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldBeNull();
        await users.LinkTmxUserAsync(user.Id, new TmxUserId(7), TestUsers.Name("st.ripped"), CancellationToken.None);

        (await alerts.FindAsync(user.Id, CancellationToken.None))!.CountState.ShouldBe(MapCountState.Counting);
        (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldNotBeNull().ShouldSatisfyAllConditions(t => t.Alert.Id.ShouldBe(alert.Id), t => t.Attempt.ShouldBe(1));
    }

    [Fact]
    public async Task An_alert_goes_with_its_user()
    {
        var (alerts, users) = await CreateAsync();
        var alert = await AddAsync(alerts, users);
        await CountAsync(alerts, Maps("a"));

        await users.RemoveAsync(alert.UserId, CancellationToken.None);

        (await alerts.FindAsync(alert.UserId, CancellationToken.None)).ShouldBeNull();
        (await alerts.CountWatchedMapsAsync(CancellationToken.None)).ShouldBe(0);
        (await alerts.AddAsync(NewAlert(alert.UserId), CancellationToken.None)).Status.ShouldBe(AddAlertStatus.NoSuchUser);
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        var (alerts, users) = await CreateAsync();
        var user = await users.AddAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => alerts.AddAsync(NewAlert(user.Id), new CancellationToken(canceled: true)));

        (await alerts.FindAsync(user.Id, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_count_that_nobody_claimed_counts_and_ends_the_claim_of_others()
    {
        var (alerts, users) = await CreateAsync();
        var alert = await AddAsync(alerts, users);
        var claim = (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldNotBeNull();

        var saved = await alerts.SaveCountAsync(alert.Id, AlertMode.Accurate, 120, AlertMode.Inaccurate, Maps("a", "b", "a"), 10, TestUsers.CreatedAt, CancellationToken.None);

        saved.ShouldBe(alert with { Mode = AlertMode.Inaccurate, MapCount = 120, WatchedMaps = 2, CountState = MapCountState.Counted, CountedAt = TestUsers.CreatedAt });
        (await alerts.FindAsync(alert.UserId, CancellationToken.None)).ShouldBe(saved);
        (await alerts.ReadMapsAsync(alert.Id, CancellationToken.None)).ShouldBe(Maps("a", "b"));
        (await alerts.TrySaveCountAsync(claim, 1, AlertMode.Accurate, [], 1, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeFalse();
        (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_count_by_a_mode_that_was_changed_meanwhile_changes_nothing()
    {
        var (alerts, users) = await CreateAsync();
        var alert = await AddAsync(alerts, users);
        await alerts.SetModeAsync(alert.UserId, AlertMode.Inaccurate, CancellationToken.None);

        (await alerts.SaveCountAsync(alert.Id, AlertMode.Accurate, 1, AlertMode.Accurate, Maps("a"), 10, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeNull();
        (await alerts.SaveCountAsync(new AlertId(long.MaxValue), AlertMode.Accurate, 1, AlertMode.Accurate, [], 10, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeNull();

        (await alerts.FindAsync(alert.UserId, CancellationToken.None)).ShouldBe(alert with { Mode = AlertMode.Inaccurate });
    }

    [Fact]
    public async Task The_first_look_of_an_alert_goes_back_a_day()
    {
        var (alerts, users) = await CreateAsync();

        (await AddAsync(alerts, users)).NewsSince.ShouldBe(TestUsers.CreatedAt - TimeSpan.FromHours(24));
    }

    private static NewAlert NewAlert(UserId userId) => new(userId, AlertMode.Accurate, RecordFilter.Top5, TestUsers.CreatedAt);

    private static async Task<MapperAlert> AddAsync(IAlertStore alerts, IUserStore users, UserId? userId = null) =>
        (await alerts.AddAsync(NewAlert(userId ?? (await users.AddAsync()).Id), CancellationToken.None)).Alert.ShouldNotBeNull();

    private static async Task CountAsync(IAlertStore alerts, WatchedMap[] maps)
    {
        var ticket = (await alerts.TryClaimCountAsync(CancellationToken.None)).ShouldNotBeNull();
        (await alerts.TrySaveCountAsync(ticket, maps.Length, ticket.Alert.Mode, maps, 200, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeTrue();
    }

    private static WatchedMap[] Maps(params string[] texts) => [.. texts.Select(t => new WatchedMap(MapUid.TryCreate(t, out var uid) ? uid : throw new ArgumentException(t, nameof(texts)), $"$f00Ünï {t}", t[0]))];
}
