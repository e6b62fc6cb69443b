using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DailyEmails;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.History;
using Backend.Domain.Tracks;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IDailyRunStore"/> does.</summary>
public abstract class DailyRunStoreContract
{
    private static readonly DateOnly s_day = new(2026, 11, 20);
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 14, 0, 0, 250, TimeSpan.Zero);

    protected FakeTimeProvider Time { get; } = new(TestUsers.CreatedAt);

    protected abstract Task<DailyStores> CreateAsync();

    /// <summary>Lets time pass on the clock that measures claims.</summary>
    protected abstract Task PassAsync(TimeSpan duration);

    [Fact]
    public async Task A_run_looks_after_everybody_who_follows_something_and_wants_mail_of_it()
    {
        var stores = await CreateAsync();
        var (mapper, driver, both, neither, silent) = (await stores.AddUserAsync(maps: true), await stores.AddUserAsync(records: true), await stores.AddUserAsync(true, true), await stores.AddUserAsync(), await stores.AddUserAsync(true, true));
        await stores.Users.ChangeMailPreferencesAsync(silent, MailPreferencesChange.Nothing, CancellationToken.None);

        var (run, isNew) = await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);

        isNew.ShouldBeTrue();
        run.ShouldBe(new DailyRun(s_day, "test", s_now, FinishedAt: null, new DailyRunCounts(3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)));
        var checks = await ClaimAllAsync(stores);
        checks.Select(c => (c.Key.UserId, c.Mapper, c.Driver)).ShouldBe(
            [(mapper, DailyPartState.Due, DailyPartState.None), (driver, DailyPartState.None, DailyPartState.Due), (both, DailyPartState.Due, DailyPartState.Due)], ignoreOrder: true);
        checks.ShouldAllBe(c => c.Key.RunDate == s_day && c.Retries == 0);
        checks.ShouldNotContain(c => c.Key.UserId == neither);
    }

    [Fact]
    public async Task A_date_has_one_run_and_dates_only_go_forward()
    {
        var stores = await CreateAsync();
        await stores.AddUserAsync(maps: true);

        var starts = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => stores.Runs.StartAsync(s_day, $"{n}", s_now, CancellationToken.None))));
        var earlier = await stores.Runs.StartAsync(s_day.AddDays(-1), "late", s_now, CancellationToken.None);

        starts.Count(s => s.IsNew).ShouldBe(1);
        starts.Select(s => s.Run).Distinct().Count().ShouldBe(1);
        earlier.IsNew.ShouldBeFalse();
        earlier.Run.ShouldBe(starts[0].Run);
        (await stores.Runs.ListAsync(10, CancellationToken.None)).ShouldBe([starts[0].Run!]);
        (await stores.Runs.FindAsync(s_day.AddDays(-1), CancellationToken.None)).ShouldBeNull();
        (await ClaimAllAsync(stores)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_run_without_users_is_finished_at_once()
    {
        var stores = await CreateAsync();

        var (run, _) = await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);

        run!.FinishedAt.ShouldBe(s_now);
        (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_concurrent_claims_each_check_goes_to_one()
    {
        var stores = await CreateAsync();
        for (var i = 0; i < 8; i++)
        {
            await stores.AddUserAsync(maps: true);
        }

        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);

        // A claim may come away empty while others are at the rows that it looked for, so each asks a few times.
        var claims = (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ClaimAllAsync(stores))))).SelectMany(c => c).ToList();

        claims.AddRange(await ClaimAllAsync(stores));
        claims.Select(c => c.Key).Distinct().Count().ShouldBe(8);
        claims.Count.ShouldBe(8);
    }

    [Fact]
    public async Task A_claim_lapses_without_a_sign_of_life_and_its_writes_are_refused_then()
    {
        var stores = await CreateAsync();
        var user = await stores.AddUserAsync(true, true);
        var alert = (await stores.Alerts.FindAsync(user, CancellationToken.None)).ShouldNotBeNull();
        var notification = (await stores.Notifications.ListAsync(user, CancellationToken.None)).Single();
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var dead = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        await PassAsync(IDailyRunStore.Lease * 0.9);
        (await stores.Runs.TryRenewAsync(dead, CancellationToken.None)).ShouldBeTrue();
        await PassAsync(IDailyRunStore.Lease * 0.9);
        (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        (await stores.Runs.TryClaimAsync(dead.Key, CancellationToken.None)).ShouldBe(new DailyCheckClaim(DailyCheckClaimStatus.NotDue));
        await PassAsync(IDailyRunStore.Lease);
        var next = (await stores.Runs.TryClaimAsync(dead.Key, CancellationToken.None)).Check.ShouldNotBeNull();

        (await stores.Runs.TryRenewAsync(dead, CancellationToken.None)).ShouldBeFalse();
        (await stores.Runs.TryPutOffAsync(dead, TimeSpan.Zero, isRetry: true, CancellationToken.None)).ShouldBeFalse();
        (await stores.Runs.TrySaveMapsAsync(dead, alert.Id, [new CheckedMap(Watch("a"), News("a"))], CancellationToken.None)).ShouldBeFalse();
        (await stores.Runs.TrySaveRecordsAsync(dead, [Beaten(notification)], s_now, CancellationToken.None)).ShouldBeFalse();
        (await stores.Runs.TryEndPartAsync(dead, DailyPart.Mapper, DailyPartState.Done, new DailyPartSummary([]), CancellationToken.None)).ShouldBeFalse();
        (await stores.Runs.TryCompleteAsync(dead, Email, [], s_now, CancellationToken.None)).ShouldBeFalse();
        (await stores.Runs.ReadWatchesAsync(alert.Id, CancellationToken.None)).ShouldBeEmpty();
        (await stores.Runs.ReadNewsAsync(dead.Key, CancellationToken.None)).Maps.ShouldBeEmpty();
        (await stores.Notifications.ListAsync(user, CancellationToken.None)).Single().ShouldBe(notification);
        (await stores.Runs.TryRenewAsync(next, CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_check_that_was_put_off_is_due_after_its_pause_and_knows_how_often_it_failed()
    {
        var stores = await CreateAsync();
        await stores.AddUserAsync(maps: true);
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var check = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        (await stores.Runs.TryPutOffAsync(check, TimeSpan.FromMinutes(1), isRetry: true, CancellationToken.None)).ShouldBeTrue();

        (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        (await stores.Runs.FindOverdueAsync(TimeSpan.Zero, 10, CancellationToken.None)).ShouldBeEmpty();
        await PassAsync(TimeSpan.FromMinutes(2));
        (await stores.Runs.FindOverdueAsync(TimeSpan.FromSeconds(30), 10, CancellationToken.None)).ShouldBe([check.Key]);
        (await stores.Runs.FindOverdueAsync(TimeSpan.FromMinutes(2), 10, CancellationToken.None)).ShouldBeEmpty();
        var again = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        again.Retries.ShouldBe(1);
        (await stores.Runs.TryPutOffAsync(again, TimeSpan.Zero, isRetry: false, CancellationToken.None)).ShouldBeTrue();
        (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().Retries.ShouldBe(1);
    }

    [Fact]
    public async Task What_an_alert_has_seen_comes_back_exactly_with_the_news_of_it()
    {
        var stores = await CreateAsync();
        var user = await stores.AddUserAsync(maps: true);
        var alert = (await stores.Alerts.FindAsync(user, CancellationToken.None)).ShouldNotBeNull();
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var check = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        var (first, second) = (Watch("a"), Watch("b") with { Best = [1, null, 3], Players = null, RunsSinceRead = 4, SeenAtNewest = [] });

        (await stores.Runs.TrySaveMapsAsync(check, alert.Id, [new CheckedMap(first, News("a")), new CheckedMap(second, News: null)], CancellationToken.None)).ShouldBeTrue();
        (await stores.Runs.TrySaveMapsAsync(check, alert.Id, [new CheckedMap(second with { Players = 12 }, News("b"))], CancellationToken.None)).ShouldBeTrue();
        (await stores.Runs.TrySaveMapsAsync(check, alert.Id, [], CancellationToken.None)).ShouldBeTrue();

        var watches = await stores.Runs.ReadWatchesAsync(alert.Id, CancellationToken.None);
        watches.Count.ShouldBe(2);
        ShouldBeSame(watches[first.MapUid], first);
        ShouldBeSame(watches[second.MapUid], second with { Players = 12 });
        var news = await stores.Runs.ReadNewsAsync(check.Key, CancellationToken.None);
        news.Maps.Select(m => m.Map).ShouldBe([News("a").Map, News("b").Map]);
        news.Maps[0].Count.ShouldBe(24);
        news.Maps[0].Records.ShouldBe(News("a").Records);
        (news.Mapper, news.Driver).ShouldBe((null, null));
    }

    [Fact]
    public async Task What_a_removed_alert_has_seen_is_gone_and_nothing_is_saved_of_it()
    {
        var stores = await CreateAsync();
        var user = await stores.AddUserAsync(maps: true);
        var alert = (await stores.Alerts.FindAsync(user, CancellationToken.None)).ShouldNotBeNull();
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var check = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        await stores.Runs.TrySaveMapsAsync(check, alert.Id, [new CheckedMap(Watch("a"), News("a"))], CancellationToken.None);

        await stores.Alerts.RemoveAsync(user, alert.Id, CancellationToken.None);

        (await stores.Runs.ReadWatchesAsync(alert.Id, CancellationToken.None)).ShouldBeEmpty();
        (await stores.Runs.TrySaveMapsAsync(check, alert.Id, [new CheckedMap(Watch("b"), News("b"))], CancellationToken.None)).ShouldBeFalse();
        (await stores.Runs.ReadNewsAsync(check.Key, CancellationToken.None)).Maps.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_drivers_records_move_with_the_news_of_them_once_a_run()
    {
        var stores = await CreateAsync();
        var user = await stores.AddUserAsync(records: true);
        await stores.AddNotificationAsync(user, "second");
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var check = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        var unchecked_ = await stores.Runs.ListUncheckedAsync(check.Key, CancellationToken.None);
        var (beaten, same) = (Beaten(unchecked_[0]), new DriverObservation(unchecked_[1], Change: null));

        (await stores.Runs.TrySaveRecordsAsync(check, [beaten, same], s_now, CancellationToken.None)).ShouldBeTrue();

        unchecked_.Count.ShouldBe(2);
        (await stores.Runs.ListUncheckedAsync(check.Key, CancellationToken.None)).ShouldBeEmpty();
        (await stores.Runs.ListUncheckedAsync(check.Key with { RunDate = s_day.AddDays(1) }, CancellationToken.None)).Count.ShouldBe(2);
        (await stores.Runs.ReadNewsAsync(check.Key, CancellationToken.None)).Changes.ShouldBe([beaten.Change!]);
        (await stores.Notifications.ListAsync(user, CancellationToken.None)).ShouldBe(
            [same.Next with { LastCheckedAt = s_now }, beaten.Next with { LastCheckedAt = s_now }], ignoreOrder: true);
    }

    [Fact]
    public async Task Records_that_were_looked_at_the_day_before_come_first_and_the_others_in_another_order_each_time()
    {
        var stores = await CreateAsync();
        var user = await stores.AddUserAsync(records: true);
        foreach (var uid in new[] { "a", "b", "c", "d", "e", "f" })
        {
            await stores.AddNotificationAsync(user, uid);
        }

        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var check = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        var seen = (await stores.Runs.ListUncheckedAsync(check.Key, CancellationToken.None)).Where(n => n.MapUid == Uid("c") || n.MapUid == Uid("e")).ToList();
        await stores.Runs.TrySaveRecordsAsync(check, [.. seen.Select(n => new DriverObservation(n, Change: null))], s_now, CancellationToken.None);

        var orders = new List<string>();
        for (var day = 1; day <= 10; day++)
        {
            var listed = await stores.Runs.ListUncheckedAsync(check.Key with { RunDate = s_day.AddDays(day) }, CancellationToken.None);
            listed.Count.ShouldBe(7);
            if (day == 1)
            {
                listed.Take(2).Select(n => n.Id).ShouldBe(seen.Select(n => n.Id), ignoreOrder: true);
            }

            orders.Add(string.Join(' ', listed.Select(n => n.MapUid.Value).Except(["c", "e"], StringComparer.Ordinal)));
            (await stores.Runs.ListUncheckedAsync(check.Key with { RunDate = s_day.AddDays(day) }, CancellationToken.None)).Select(n => n.Id).ShouldBe(listed.Select(n => n.Id));
        }

        orders.Distinct(StringComparer.Ordinal).Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_notification_that_was_removed_meanwhile_is_no_news()
    {
        var stores = await CreateAsync();
        var user = await stores.AddUserAsync(records: true);
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var check = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        var gone = (await stores.Runs.ListUncheckedAsync(check.Key, CancellationToken.None)).Single();
        await stores.Notifications.RemoveAsync(user, gone.Id, CancellationToken.None);

        (await stores.Runs.TrySaveRecordsAsync(check, [Beaten(gone)], s_now, CancellationToken.None)).ShouldBeTrue();

        (await stores.Runs.ReadNewsAsync(check.Key, CancellationToken.None)).Changes.ShouldBeEmpty();
        (await stores.Notifications.ListAsync(user, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ended_parts_are_known_to_the_next_claim_and_begin_with_fresh_retries()
    {
        var stores = await CreateAsync();
        await stores.AddUserAsync(true, true);
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var check = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        await stores.Runs.TryPutOffAsync(check, TimeSpan.Zero, isRetry: true, CancellationToken.None);
        check = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        var summary = new DailyPartSummary([new WatchedMap(Uid("a"), "O'Reilly -- <b>;select", TmxId: null)], RecordFilter.All, IsProbing: true, IsBroken: true);

        (await stores.Runs.TryEndPartAsync(check, DailyPart.Mapper, DailyPartState.Failed, summary, CancellationToken.None)).ShouldBeTrue();
        (await stores.Runs.TryPutOffAsync(check, TimeSpan.Zero, isRetry: false, CancellationToken.None)).ShouldBeTrue();

        var next = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (next.Mapper, next.Driver, next.Retries).ShouldBe((DailyPartState.Failed, DailyPartState.Due, 0));
        var news = await stores.Runs.ReadNewsAsync(check.Key, CancellationToken.None);
        news.Mapper.ShouldNotBeNull().Unread.ShouldBe(summary.Unread);
        (news.Mapper.Filter, news.Mapper.IsProbing, news.Mapper.IsBroken).ShouldBe((RecordFilter.All, true, true));
        news.Driver.ShouldBeNull();
    }

    [Fact]
    public async Task A_completed_check_is_over_and_the_run_is_finished_with_its_last_one()
    {
        var stores = await CreateAsync();
        var (mailed, silent) = (await stores.AddUserAsync(maps: true), await stores.AddUserAsync(records: true));
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var checks = (await ClaimAllAsync(stores)).ToDictionary(c => c.Key.UserId);
        var nothing = new HistoryEntry(silent, NotificationKind.DriverNotification, s_day, NotificationOutcome.NoNewTimes, "Nothing — ñ", 0, s_now.AddMinutes(2));

        await stores.Runs.TryEndPartAsync(checks[mailed], DailyPart.Mapper, DailyPartState.Failed, new DailyPartSummary([]), CancellationToken.None);
        (await stores.Runs.TryCompleteAsync(checks[mailed], Email, [], s_now.AddMinutes(1), CancellationToken.None)).ShouldBeTrue();
        (await stores.Runs.FindAsync(s_day, CancellationToken.None)).ShouldBe(new DailyRun(s_day, "test", s_now, FinishedAt: null, new DailyRunCounts(2, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0)));
        await stores.Runs.TryEndPartAsync(checks[silent], DailyPart.Driver, DailyPartState.Done, new DailyPartSummary([]), CancellationToken.None);
        (await stores.Runs.TryCompleteAsync(checks[silent], email: null, [nothing], s_now.AddMinutes(2), CancellationToken.None)).ShouldBeTrue();

        (await stores.Runs.FindAsync(s_day, CancellationToken.None)).ShouldBe(new DailyRun(s_day, "test", s_now, s_now.AddMinutes(2), new DailyRunCounts(2, 2, 1, 1, 1, 0, 1, 1, 0, 0, 0)));
        (await stores.History.ListAsync(silent, DateOnly.MinValue, CancellationToken.None)).ShouldBe([nothing]);
        (await stores.Runs.TryClaimAsync(checks[silent].Key, CancellationToken.None)).ShouldBe(new DailyCheckClaim(DailyCheckClaimStatus.Ended));
        (await stores.Runs.TryCompleteAsync(checks[silent], Email, [nothing], s_now, CancellationToken.None)).ShouldBeFalse();
        (await stores.Runs.TryRenewAsync(checks[silent], CancellationToken.None)).ShouldBeFalse();
        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().Key.ShouldBe(new DailyEmailKey(s_day, mailed));
        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_users_runs_come_one_after_the_other()
    {
        var stores = await CreateAsync();
        await stores.AddUserAsync(maps: true);
        await PassAsync(TimeSpan.FromHours(12) - IDailyRunStore.Early);
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var first = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (await stores.Runs.StartAsync(s_day.AddDays(1), "test", s_now.AddDays(1), CancellationToken.None)).IsNew.ShouldBeTrue();
        var later = first.Key with { RunDate = s_day.AddDays(1) };

        (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        (await stores.Runs.TryClaimAsync(later, CancellationToken.None)).ShouldBe(new DailyCheckClaim(DailyCheckClaimStatus.NotDue));
        (await stores.Runs.FindOverdueAsync(TimeSpan.Zero, 10, CancellationToken.None)).ShouldBeEmpty();
        await stores.Runs.TryCompleteAsync(first, email: null, [], s_now, CancellationToken.None);

        (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().Key.ShouldBe(later);
    }

    [Fact]
    public async Task Everything_of_a_run_goes_with_its_user()
    {
        var stores = await CreateAsync();
        var (leaving, staying) = (await stores.AddUserAsync(true, true), await stores.AddUserAsync(true, true));
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        foreach (var check in await ClaimAllAsync(stores))
        {
            await stores.Runs.TryCompleteAsync(check, Email, [], s_now, CancellationToken.None);
        }

        await stores.Users.RemoveAsync(leaving, CancellationToken.None);

        (await stores.Runs.FindAsync(s_day, CancellationToken.None)).ShouldNotBeNull().Counts.ShouldBe(new DailyRunCounts(1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0));
        (await stores.Emails.ListUnsentAsync(s_day, 10, CancellationToken.None)).Select(e => e.Key.UserId).ShouldBe([staying]);
        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().Key.UserId.ShouldBe(staying);
        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_run_goes_on_without_a_user_who_leaves_during_it()
    {
        var stores = await CreateAsync();
        var user = await stores.AddUserAsync(maps: true);
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var check = (await stores.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        await stores.Users.RemoveAsync(user, CancellationToken.None);

        (await stores.Runs.TryCompleteAsync(check, Email, [], s_now, CancellationToken.None)).ShouldBeFalse();
        (await stores.Runs.TryClaimAsync(check.Key, CancellationToken.None)).ShouldBe(new DailyCheckClaim(DailyCheckClaimStatus.Ended));
        (await stores.Runs.FindAsync(s_day, CancellationToken.None)).ShouldNotBeNull().FinishedAt.ShouldBe(s_now);
        (await stores.Runs.ReadNewsAsync(check.Key, CancellationToken.None)).Maps.ShouldBeEmpty();
    }

    [Fact]
    public async Task Maps_that_are_followed_more_than_once_are_known()
    {
        var stores = await CreateAsync();
        var (one, two) = (await stores.AddUserAsync(true, true), await stores.AddUserAsync(maps: true));
        await stores.WatchAsync(one, "own", "shared", "also_driven");
        await stores.WatchAsync(two, "shared", "other");
        await stores.AddNotificationAsync(one, "also_driven");
        await stores.AddNotificationAsync(two, "own");

        (await stores.Runs.FindSharedMapsAsync(one, CancellationToken.None)).ShouldBe([Uid("own"), Uid("shared"), Uid("also_driven")], ignoreOrder: true);
        (await stores.Runs.FindSharedMapsAsync(two, CancellationToken.None)).ShouldBe([Uid("shared"), Uid("own")], ignoreOrder: true);
        (await stores.Runs.FindSharedMapsAsync(new UserId(long.MaxValue), CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_date_that_is_yet_to_come_is_refused_since_it_would_keep_the_others_from_theirs()
    {
        var stores = await CreateAsync();
        await stores.AddUserAsync(maps: true);

        (await stores.Runs.StartAsync(s_day.AddDays(1), "clock", s_now, CancellationToken.None)).ShouldBe((null, false));

        (await stores.Runs.ListAsync(10, CancellationToken.None)).ShouldBeEmpty();
        (await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None)).IsNew.ShouldBeTrue();
        (await stores.Runs.StartAsync(s_day.AddDays(1), "clock", s_now, CancellationToken.None)).ShouldBe((null, false));
        (await ClaimAllAsync(stores)).Single().Key.RunDate.ShouldBe(s_day);

        // It is noon; an hour before midnight a clock may be so far ahead.
        await PassAsync(TimeSpan.FromHours(10.9));
        (await stores.Runs.StartAsync(s_day.AddDays(1), "clock", s_now, CancellationToken.None)).ShouldBe((null, false));
        await PassAsync(TimeSpan.FromHours(0.1));
        (await stores.Runs.StartAsync(s_day.AddDays(1), "clock", s_now, CancellationToken.None)).IsNew.ShouldBeTrue();
    }

    [Fact]
    public async Task The_first_board_of_a_map_is_kept_for_its_run()
    {
        var (stores, one, two) = await ClaimTwoAsync();
        var board = BoardOf("a");

        await stores.Runs.SaveBoardAsync(s_day, board, CancellationToken.None);
        await stores.Runs.SaveBoardAsync(s_day, board with { Entries = [] }, CancellationToken.None);
        await stores.Runs.SaveBoardAsync(s_day.AddDays(1), board, CancellationToken.None);

        var kept = await stores.Runs.ClaimBoardAsync(one, Uid("a"), CancellationToken.None);
        kept.Status.ShouldBe(SharedBoardStatus.Kept);
        kept.Board.ShouldNotBeNull().ReadAt.ShouldBe(board.ReadAt);
        kept.Board.Entries.ShouldBe(board.Entries);
        (await stores.Runs.ClaimBoardAsync(one, Uid("b"), CancellationToken.None)).ShouldBe(new SharedBoard(SharedBoardStatus.Mine));
        foreach (var check in new[] { one, two })
        {
            (await stores.Runs.TryCompleteAsync(check, email: null, [], s_now, CancellationToken.None)).ShouldBeTrue();
        }

        await PassAsync(TimeSpan.FromDays(1));
        var later = await stores.Runs.StartAsync(s_day.AddDays(1), "test", s_now, CancellationToken.None);
        later.IsNew.ShouldBeTrue();
        (await stores.Runs.ClaimBoardAsync((await ClaimAllAsync(stores))[0], Uid("a"), CancellationToken.None)).Status.ShouldNotBe(SharedBoardStatus.Kept);
    }

    [Fact]
    public async Task Of_many_checks_that_want_one_board_one_reads_it_and_the_others_get_the_same()
    {
        var stores = await CreateAsync();
        for (var i = 0; i < 8; i++)
        {
            await stores.AddUserAsync(maps: true);
        }

        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var checks = await ClaimAllAsync(stores);

        var claims = await Task.WhenAll(checks.Select(check => Task.Run(() => stores.Runs.ClaimBoardAsync(check, Uid("a"), CancellationToken.None))));

        claims.Count(c => c.Status == SharedBoardStatus.Mine).ShouldBe(1);
        claims.Count(c => c.Status == SharedBoardStatus.Awaited).ShouldBe(7);
        var reader = checks[claims.Index().Single(c => c.Item.Status == SharedBoardStatus.Mine).Index];
        (await stores.Runs.ClaimBoardAsync(reader, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Mine, "whoever reads it may ask again");
        await stores.Runs.SaveBoardAsync(s_day, BoardOf("a"), CancellationToken.None);
        foreach (var check in checks)
        {
            (await stores.Runs.ClaimBoardAsync(check, Uid("a"), CancellationToken.None)).Board.ShouldNotBeNull().Entries.Count.ShouldBe(2);
        }
    }

    [Fact]
    public async Task A_board_that_could_not_be_read_is_asked_for_again_by_one_after_a_pause()
    {
        var (stores, one, two) = await ClaimTwoAsync();
        (await stores.Runs.ClaimBoardAsync(one, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Mine);

        await stores.Runs.FailBoardAsync(two, Uid("a"), TimeSpan.FromMinutes(1), CancellationToken.None);
        (await stores.Runs.ClaimBoardAsync(two, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Awaited, "it is not his to say");
        await stores.Runs.FailBoardAsync(one, Uid("a"), TimeSpan.FromMinutes(1), CancellationToken.None);

        (await stores.Runs.ClaimBoardAsync(two, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Failed);
        (await stores.Runs.ClaimBoardAsync(one, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Failed);
        (await stores.Runs.ClaimBoardAsync(one, Uid("b"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Mine);
        await PassAsync(TimeSpan.FromMinutes(1));
        (await stores.Runs.ClaimBoardAsync(two, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Mine);
        (await stores.Runs.ClaimBoardAsync(one, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Awaited);
    }

    [Theory]
    [InlineData("put off")]
    [InlineData("completed")]
    [InlineData("lapsed")]
    [InlineData("removed")]
    public async Task A_reader_whose_claim_has_ended_holds_up_nobody(string end)
    {
        var (stores, one, two) = await ClaimTwoAsync();
        (await stores.Runs.ClaimBoardAsync(one, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Mine);
        (await stores.Runs.ClaimBoardAsync(two, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Awaited);

        switch (end)
        {
            case "put off":
                await stores.Runs.TryPutOffAsync(one, TimeSpan.FromHours(1), isRetry: false, CancellationToken.None);
                break;
            case "completed":
                await stores.Runs.TryCompleteAsync(one, email: null, [], s_now, CancellationToken.None);
                break;
            case "removed":
                await stores.Users.RemoveAsync(one.Key.UserId, CancellationToken.None);
                break;
            default:
                await PassAsync(IDailyRunStore.Lease);
                two = (await stores.Runs.TryClaimAsync(two.Key, CancellationToken.None)).Check.ShouldNotBeNull();
                break;
        }

        (await stores.Runs.ClaimBoardAsync(two, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Mine);
        (await stores.Runs.ClaimBoardAsync(one, Uid("a"), CancellationToken.None)).Status.ShouldBe(SharedBoardStatus.Awaited, "whoever has lost his check reads nothing more");
    }

    [Fact]
    public async Task A_cancelled_call_is_not_made()
    {
        var stores = await CreateAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => stores.Runs.StartAsync(s_day, "test", s_now, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => stores.Runs.TryClaimAsync(cancelled));

        (await stores.Runs.FindAsync(s_day, CancellationToken.None)).ShouldBeNull();
    }

    private static readonly NewDailyEmail s_email = new(new EmailContent("Sübject", "Téxt\nline", "<p>Html 🏁</p>"), Maps: 3, Changes: null);

    private static NewDailyEmail Email => s_email;

    private static Leaderboard BoardOf(string uid) => new(Uid(uid), s_now, [
        new LeaderboardEntry(new AccountId(Guid.Empty), "z", "Zoné", 1, RecordTime.Secret, DrivenAt: null),
        new LeaderboardEntry(new AccountId(Guid.Empty), "z", "Z", 2, RecordTime.FromMilliseconds(5), s_now.AddMilliseconds(-250)),
    ]);

    private async Task<(DailyStores Stores, DailyCheck One, DailyCheck Two)> ClaimTwoAsync()
    {
        var stores = await CreateAsync();
        await stores.AddUserAsync(maps: true);
        await stores.AddUserAsync(maps: true);
        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        var checks = await ClaimAllAsync(stores);
        checks.Count.ShouldBe(2);
        return (stores, checks[0], checks[1]);
    }

    private static async Task<List<DailyCheck>> ClaimAllAsync(DailyStores stores)
    {
        var claimed = new List<DailyCheck>();
        while (await stores.Runs.TryClaimAsync(CancellationToken.None) is { } check)
        {
            claimed.Add(check);
        }

        return claimed;
    }

    private static void ShouldBeSame(CheckedWatch actual, MapWatch expected)
    {
        actual.LastRun.ShouldBe(s_day);
        actual.Watch.SeenAtNewest.ShouldBe(expected.SeenAtNewest);
        actual.Watch.Best.ShouldBe(expected.Best);
        (actual.Watch.MapUid, actual.Watch.Newest, actual.Watch.Players, actual.Watch.RunsSinceRead).ShouldBe((expected.MapUid, expected.Newest, expected.Players, expected.RunsSinceRead));
    }

    private static MapWatch Watch(string uid) => new(Uid(uid), new DateTimeOffset(2026, 11, 20, 3, 4, 5, TimeSpan.Zero), [new SeenRecord(new AccountId(Guid.Empty), -1), new SeenRecord(new AccountId(Guid.Empty), 47_000)])
    {
        Best = [47_000, 48_000, 48_000, 49_000, 9_999_999_999],
        Players = 10_001,
    };

    private static MapNews News(string uid) => new(
        new WatchedMap(Uid(uid), "O'Reilly -- <b>;select $f00", 300_123),
        24,
        [
            new NewRecord(new AccountId(Guid.Empty), "Åland", 1, RecordTime.FromMilliseconds(47_000), s_now.AddMilliseconds(-250), -1),
            new NewRecord(new AccountId(Guid.Empty), "World", 2, RecordTime.Secret, s_now.AddMilliseconds(-250), Gap: null),
        ]);

    private static DriverObservation Beaten(DriverNotification notification)
    {
        var next = notification with { Position = 6, PersonalBest = RecordTime.Secret, Status = DriverNotificationStatus.Inactive };
        return new DriverObservation(
            next, new DriverChange(DriverChangeKind.Worse, next.MapUid, next.MapName, notification.Position, next.Position, notification.PersonalBest, next.PersonalBest, s_now));
    }

    private static MapUid Uid(string text) => MapUid.TryCreate(text, out var uid) ? uid : throw new ArgumentException(text, nameof(text));
}

/// <summary>Stores that move together.</summary>
public sealed record DailyStores(
    IDailyRunStore Runs, IDailyEmailStore Emails, IUserStore Users, IAlertStore Alerts, IDriverNotificationStore Notifications, INotificationHistory History)
{
    private static readonly RecordTime s_best = RecordTime.FromMilliseconds(40_000);

    public async Task<UserId> AddUserAsync(bool maps = false, bool records = false)
    {
        var user = (await Users.AddAsync()).Id;
        if (maps)
        {
            (await Alerts.AddAsync(new NewAlert(user, AlertMode.Accurate, RecordFilter.Top5, TestUsers.CreatedAt), CancellationToken.None)).Alert.ShouldNotBeNull();
        }

        if (records)
        {
            await AddNotificationAsync(user, "first");
        }

        return user;
    }

    public async Task AddNotificationAsync(UserId user, string uid) =>
        (await Notifications.AddAsync(
            new NewDriverNotification(user, new AccountId(Guid.Empty), MapUid.TryCreate(uid, out var map) ? map : throw new ArgumentException(uid, nameof(uid)), $"Map {uid}", 3, s_best, TestUsers.CreatedAt),
            100,
            CancellationToken.None)).Notification.ShouldNotBeNull();

    public async Task WatchAsync(UserId user, params string[] uids)
    {
        var alert = (await Alerts.FindAsync(user, CancellationToken.None)).ShouldNotBeNull();
        var maps = uids.Select((uid, n) => new WatchedMap(MapUid.TryCreate(uid, out var map) ? map : throw new ArgumentException(uid, nameof(uids)), uid, n)).ToList();
        (await Alerts.SaveCountAsync(alert.Id, alert.Mode, maps.Count, alert.Mode, maps, 1000, TestUsers.CreatedAt, CancellationToken.None)).ShouldNotBeNull();
    }
}
