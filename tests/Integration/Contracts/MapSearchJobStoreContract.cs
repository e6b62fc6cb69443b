using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IMapSearchJobStore"/> does.</summary>
public abstract class MapSearchJobStoreContract
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 12, 0, 0, 123, TimeSpan.Zero);
    private static long s_lastUser = 1000;

    private readonly UserId _user = new(Interlocked.Increment(ref s_lastUser));

    protected FakeTimeProvider Time { get; } = new(s_start);

    protected MapSearchOptions Options { get; } = new() { Lease = TimeSpan.FromSeconds(2), Retention = TimeSpan.FromDays(7) };

    protected abstract Task<IMapSearchJobStore> CreateAsync();

    /// <summary>Lets time pass on the clock that measures leases.</summary>
    protected abstract Task PassAsync(TimeSpan duration);

    [Fact]
    public async Task A_job_comes_back_as_it_was_added()
    {
        var store = await CreateAsync();
        var job = NewJob() with { Mapper = "Ünï Cödé.Mapper-42 🏁 O'Reilly -- <b>;select" };

        (await store.TryAddAsync(job, 5, CancellationToken.None)).ShouldBeTrue();

        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(job);
    }

    [Fact]
    public async Task An_unknown_job_is_absent_everywhere()
    {
        var store = await CreateAsync();
        var key = NewJob().Key;

        (await store.FindAsync(key, CancellationToken.None)).ShouldBeNull();
        (await store.ListAsync(key.UserId, 10, CancellationToken.None)).ShouldBeEmpty();
        (await store.TryClaimAsync(key, CancellationToken.None)).ShouldBeNull();
        (await store.TryRenewAsync(key, 1, CancellationToken.None)).ShouldBeFalse();
        (await store.TryStartReadingAsync(key, 1, 1, CancellationToken.None)).ShouldBeNull();
        (await store.TryAppendAsync(key, 1, Row(0), CancellationToken.None)).ShouldBeNull();
        (await store.TryAddNamesAsync(key, 1, Names("x"), CancellationToken.None)).ShouldBeNull();
        (await store.TryCompleteAsync(key, 1, CancellationToken.None)).ShouldBeNull();
        (await store.TryFailAsync(key, 1, "x", CancellationToken.None)).ShouldBeNull();
        (await store.TryReleaseAsync(key, 1, null, CancellationToken.None)).ShouldBeNull();
        (await store.CancelAsync(key, CancellationToken.None)).ShouldBeNull();
        (await ReadAsync(store, key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_is_found_only_with_its_owner()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var foreign = job.Key with { UserId = new UserId(Interlocked.Increment(ref s_lastUser)) };

        (await store.FindAsync(foreign, CancellationToken.None)).ShouldBeNull();
        (await store.CancelAsync(foreign, CancellationToken.None)).ShouldBeNull();
        (await store.TryClaimAsync(foreign, CancellationToken.None)).ShouldBeNull();
        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(job);
    }

    [Fact]
    public async Task A_key_can_be_added_once()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);

        await Should.ThrowAsync<InvalidOperationException>(() => store.TryAddAsync(job with { Mapper = "another" }, 5, CancellationToken.None));

        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(job);
    }

    [Fact]
    public async Task Unfinished_jobs_are_limited_and_finished_ones_are_not()
    {
        var store = await CreateAsync();
        var first = await AddAsync(store);
        await AddAsync(store);

        (await store.TryAddAsync(NewJob(), 2, CancellationToken.None)).ShouldBeFalse();
        await store.CancelAsync(first.Key, CancellationToken.None);
        (await store.TryAddAsync(NewJob(), 2, CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task Many_added_at_once_never_exceed_the_limit()
    {
        var store = await CreateAsync();

        var added = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => store.TryAddAsync(NewJob(), 5, CancellationToken.None))));

        added.Count(a => a).ShouldBe(5);
        (await store.ListAsync(_user, 100, CancellationToken.None)).Count.ShouldBe(5);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_up_to_the_limit()
    {
        var store = await CreateAsync();
        var jobs = new List<MapSearchJob>();
        for (var i = 0; i < 4; i++)
        {
            jobs.Add(await AddAsync(store));
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        var listed = await store.ListAsync(_user, 3, CancellationToken.None);

        listed.ShouldBe([jobs[3], jobs[2], jobs[1]]);
    }

    [Fact]
    public async Task A_claim_raises_the_fence_and_nobody_else_can_claim()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);

        var claimed = await store.TryClaimAsync(job.Key, CancellationToken.None);

        claimed!.Fence.ShouldBe(1);
        claimed.State.ShouldBe(MapSearchState.Processing);
        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(claimed);
        (await store.TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_claims_at_once_one_wins()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);

        var claims = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => store.TryClaimAsync(job.Key, CancellationToken.None))));

        claims.Count(c => c is not null).ShouldBe(1);
    }

    [Fact]
    public async Task A_lapsed_lease_can_be_claimed_and_the_old_holder_changes_nothing_any_more()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var old = await ClaimAsync(store, job.Key, mapsTotal: 3);
        await store.TryAppendAsync(job.Key, old.Fence, Row(0), CancellationToken.None);
        await PassAsync(Options.Lease);

        var taken = await store.TryClaimAsync(job.Key, CancellationToken.None);

        taken!.Fence.ShouldBe(old.Fence + 1);
        taken.MapsDone.ShouldBe(1);
        (await store.TryRenewAsync(job.Key, old.Fence, CancellationToken.None)).ShouldBeFalse();
        (await store.TryStartReadingAsync(job.Key, old.Fence, 9, CancellationToken.None)).ShouldBeNull();
        (await store.TryAppendAsync(job.Key, old.Fence, Row(1), CancellationToken.None)).ShouldBeNull();
        (await store.TryAddNamesAsync(job.Key, old.Fence, NamesOf(Row(0), "x"), CancellationToken.None)).ShouldBeNull();
        (await store.TryCompleteAsync(job.Key, old.Fence, CancellationToken.None)).ShouldBeNull();
        (await store.TryFailAsync(job.Key, old.Fence, "late", CancellationToken.None)).ShouldBeNull();
        (await store.TryReleaseAsync(job.Key, old.Fence, "late", CancellationToken.None)).ShouldBeNull();
        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(taken);
        (await ReadAsync(store, job.Key)).Count.ShouldBe(1);
        (await ReadNamesAsync(store, job.Key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_renewed_lease_holds_and_is_no_change_for_readers()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = (await store.TryClaimAsync(job.Key, CancellationToken.None))!;

        await PassAsync(Options.Lease * 0.6);
        (await store.TryRenewAsync(job.Key, claimed.Fence, CancellationToken.None)).ShouldBeTrue();
        await PassAsync(Options.Lease * 0.6);

        (await store.TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(claimed);
    }

    [Fact]
    public async Task Rows_are_appended_in_order_and_read_from_any_point()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = await ClaimAsync(store, job.Key, mapsTotal: 4);
        var rows = new[] { Row(0, entries: 3), Row(1, entries: 0), Row(2, entries: 0) with { Failure = "nö answer 🏁" }, Row(3, entries: 1) };
        foreach (var row in rows)
        {
            claimed = (await store.TryAppendAsync(job.Key, claimed.Fence, row, CancellationToken.None))!;
        }

        claimed.MapsDone.ShouldBe(4);
        claimed.MapsFailed.ShouldBe(1);
        claimed.RecordsFound.ShouldBe(4);
        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(claimed);
        ShouldBeSame(await ReadAsync(store, job.Key), rows);
        ShouldBeSame(await ReadAsync(store, job.Key, after: 1), rows[2..]);
        (await ReadAsync(store, job.Key, after: 3)).ShouldBeEmpty();
        (await ReadAsync(store, job.Key, after: int.MaxValue)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_result_of_five_megabytes_survives()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = await ClaimAsync(store, job.Key, mapsTotal: 300);
        var rows = Enumerable.Range(0, 300).Select(i => Row(i, entries: 100)).ToList();
        foreach (var row in rows)
        {
            claimed = (await store.TryAppendAsync(job.Key, claimed.Fence, row, CancellationToken.None))!;
        }

        await store.TryCompleteAsync(job.Key, claimed.Fence, CancellationToken.None);

        ShouldBeSame(await ReadAsync(store, job.Key), rows);
    }

    [Fact]
    public async Task Names_add_up_and_the_last_one_counts()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = await ClaimAsync(store, job.Key, mapsTotal: 1);
        var row = Row(0, entries: 3);
        await store.TryAppendAsync(job.Key, claimed.Fence, row, CancellationToken.None);
        var (first, second) = (row.Entries[0].AccountId, row.Entries[1].AccountId);

        await store.TryAddNamesAsync(job.Key, claimed.Fence, new Dictionary<AccountId, string> { [first] = "old" }, CancellationToken.None);
        var changed = await store.TryAddNamesAsync(job.Key, claimed.Fence, new Dictionary<AccountId, string> { [first] = "Nëw 🏁", [second] = "two" }, CancellationToken.None);

        changed!.Version.ShouldBeGreaterThan(claimed.Version);
        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(changed);
        var names = await ReadNamesAsync(store, job.Key);
        names.Count.ShouldBe(2);
        names[first].ShouldBe("Nëw 🏁");
        names[second].ShouldBe("two");
    }

    [Fact]
    public async Task Rows_and_names_written_side_by_side_get_in_nobodys_way()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = await ClaimAsync(store, job.Key, mapsTotal: 40);
        var row = Row(0);
        await store.TryAppendAsync(job.Key, claimed.Fence, row, CancellationToken.None);

        var naming = Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                (await store.TryAddNamesAsync(job.Key, claimed.Fence, NamesOf(row, $"name {i}"), CancellationToken.None)).ShouldNotBeNull();
            }
        });
        for (var i = 1; i < 40; i++)
        {
            (await store.TryAppendAsync(job.Key, claimed.Fence, Row(i), CancellationToken.None)).ShouldNotBeNull();
        }

        await naming;
        (await store.FindAsync(job.Key, CancellationToken.None))!.Version.ShouldBe(claimed.Version + 40 + 100);
        (await ReadAsync(store, job.Key)).Count.ShouldBe(40);
        (await ReadNamesAsync(store, job.Key)).Values.ShouldAllBe(name => name == "name 99");
    }

    [Fact]
    public async Task A_name_that_no_column_of_text_can_hold_does_not_stop_the_search()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = await ClaimAsync(store, job.Key, mapsTotal: 1);
        var row = Row(0) with { Map = new MapListing(1, null, "m\0p") };

        (await store.TryAppendAsync(job.Key, claimed.Fence, row, CancellationToken.None)).ShouldNotBeNull();
        (await store.TryAddNamesAsync(job.Key, claimed.Fence, NamesOf(row, "n\0me"), CancellationToken.None)).ShouldNotBeNull();

        (await ReadAsync(store, job.Key)).Single().Map.Name.ShouldBe("m\0p");
        (await ReadNamesAsync(store, job.Key)).Count.ShouldBe(row.Entries.Count);
    }

    [Fact]
    public async Task An_append_that_is_repeated_because_its_answer_was_lost_changes_nothing()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = await ClaimAsync(store, job.Key, mapsTotal: 2);
        var appended = await store.TryAppendAsync(job.Key, claimed.Fence, Row(0), CancellationToken.None);

        (await store.TryAppendAsync(job.Key, claimed.Fence, Row(0), CancellationToken.None)).ShouldBe(appended);

        (await ReadAsync(store, job.Key)).Count.ShouldBe(1);
        (await store.TryAppendAsync(job.Key, claimed.Fence, Row(1), CancellationToken.None))!.MapsDone.ShouldBe(2);
    }

    [Fact]
    public async Task A_completed_job_keeps_its_result_and_takes_no_more()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = await ClaimAsync(store, job.Key, mapsTotal: 1);
        await store.TryAppendAsync(job.Key, claimed.Fence, Row(0), CancellationToken.None);

        var completed = await store.TryCompleteAsync(job.Key, claimed.Fence, CancellationToken.None);

        completed!.State.ShouldBe(MapSearchState.Completed);
        (await store.TryReleaseAsync(job.Key, claimed.Fence, null, CancellationToken.None)).ShouldBeNull();
        (await store.TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
        (await store.CancelAsync(job.Key, CancellationToken.None)).ShouldBe(completed);
        (await ReadAsync(store, job.Key)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_released_job_can_be_claimed_at_once_and_goes_on_where_it_was()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = await ClaimAsync(store, job.Key, mapsTotal: 2);
        await store.TryAppendAsync(job.Key, claimed.Fence, Row(0), CancellationToken.None);

        var released = await store.TryReleaseAsync(job.Key, claimed.Fence, failure: null, CancellationToken.None);
        var again = await store.TryClaimAsync(job.Key, CancellationToken.None);

        released!.State.ShouldBe(MapSearchState.Pending);
        again!.MapsDone.ShouldBe(1);
        again.Attempt.ShouldBe(1);
        (await store.TryAppendAsync(job.Key, again.Fence, Row(1), CancellationToken.None))!.MapsDone.ShouldBe(2);
    }

    [Fact]
    public async Task The_last_attempt_without_progress_fails_the_job()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        MapSearchJob? released = null;
        for (var attempt = 1; attempt <= MapSearchJob.MaxAttempts; attempt++)
        {
            var claimed = (await store.TryClaimAsync(job.Key, CancellationToken.None))!;
            claimed.Attempt.ShouldBe(attempt);
            released = await store.TryReleaseAsync(job.Key, claimed.Fence, "the site is döwn", CancellationToken.None);
        }

        released!.State.ShouldBe(MapSearchState.Failed);
        released.Failure.ShouldBe("the site is döwn");
        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(released);
    }

    [Fact]
    public async Task A_holder_can_give_a_job_up_whatever_attempts_are_left()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = (await store.TryClaimAsync(job.Key, CancellationToken.None))!;

        var failed = await store.TryFailAsync(job.Key, claimed.Fence, "nöbody could run it", CancellationToken.None);

        failed!.State.ShouldBe(MapSearchState.Failed);
        failed.Failure.ShouldBe("nöbody could run it");
        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(failed);
        (await store.TryFailAsync(job.Key, claimed.Fence, "again", CancellationToken.None)).ShouldBeNull();
        (await store.TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Cancelling_is_idempotent_keeps_rows_and_stops_the_worker()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var claimed = await ClaimAsync(store, job.Key, mapsTotal: 2);
        await store.TryAppendAsync(job.Key, claimed.Fence, Row(0), CancellationToken.None);

        var cancelled = await store.CancelAsync(job.Key, CancellationToken.None);

        cancelled!.State.ShouldBe(MapSearchState.Cancelled);
        (await store.CancelAsync(job.Key, CancellationToken.None)).ShouldBe(cancelled);
        (await store.TryAppendAsync(job.Key, claimed.Fence, Row(1), CancellationToken.None)).ShouldBeNull();
        (await store.TryRenewAsync(job.Key, claimed.Fence, CancellationToken.None)).ShouldBeFalse();
        (await ReadAsync(store, job.Key)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_finished_job_is_absent_as_soon_as_its_retention_is_over()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        await store.CancelAsync(job.Key, CancellationToken.None);
        var unfinished = await AddAsync(store);

        Time.Advance(Options.Retention - TimeSpan.FromMilliseconds(1));
        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldNotBeNull();
        Time.Advance(TimeSpan.FromMilliseconds(1));

        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBeNull();
        (await ReadAsync(store, job.Key)).ShouldBeEmpty();
        (await store.ListAsync(_user, 10, CancellationToken.None)).ShouldBe([unfinished]);
    }

    [Fact]
    public async Task All_searches_of_a_user_can_be_removed_and_their_workers_leave_nothing()
    {
        var store = await CreateAsync();
        var (running, waiting, foreign) = (NewJob(), NewJob(), NewJob() with { UserId = new UserId(Interlocked.Increment(ref s_lastUser)) });
        foreach (var job in new[] { running, waiting, foreign })
        {
            await store.TryAddAsync(job, 5, CancellationToken.None);
        }

        var fence = (await store.TryClaimAsync(running.Key, CancellationToken.None))!.Fence;
        await store.TryStartReadingAsync(running.Key, fence, 3, CancellationToken.None);
        await store.TryAppendAsync(running.Key, fence, Row(0), CancellationToken.None);
        await store.TryAddNamesAsync(running.Key, fence, Names("x"), CancellationToken.None);

        (await store.RemoveAllAsync(_user, CancellationToken.None)).ShouldBe(2);

        (await store.ListAsync(_user, 10, CancellationToken.None)).ShouldBeEmpty();
        (await store.TryAppendAsync(running.Key, fence, Row(1), CancellationToken.None)).ShouldBeNull();
        (await store.TryAddNamesAsync(running.Key, fence, Names("y"), CancellationToken.None)).ShouldBeNull();
        (await store.TryRenewAsync(running.Key, fence, CancellationToken.None)).ShouldBeFalse();
        (await store.TryCompleteAsync(running.Key, fence, CancellationToken.None)).ShouldBeNull();
        (await store.RemoveAllAsync(_user, CancellationToken.None)).ShouldBe(0);
        (await store.FindAsync(foreign.Key, CancellationToken.None)).ShouldBe(foreign);

        // Nothing of the removed one shows in one with the same key, and the user's places are free.
        await store.TryAddAsync(running, 1, CancellationToken.None);
        var again = (await store.TryClaimAsync(running.Key, CancellationToken.None))!.Fence;
        await store.TryStartReadingAsync(running.Key, again, 3, CancellationToken.None);
        (await ReadAsync(store, running.Key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        var store = await CreateAsync();
        var job = await AddAsync(store);
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => store.TryClaimAsync(job.Key, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => store.CancelAsync(job.Key, cancelled));

        (await store.FindAsync(job.Key, CancellationToken.None)).ShouldBe(job);
    }

    private static async Task<MapSearchJob> ClaimAsync(IMapSearchJobStore store, MapSearchKey key, int mapsTotal)
    {
        var claimed = (await store.TryClaimAsync(key, CancellationToken.None))!;
        return (await store.TryStartReadingAsync(key, claimed.Fence, mapsTotal, CancellationToken.None))!;
    }

    private static async Task<List<MapSearchRow>> ReadAsync(IMapSearchJobStore store, MapSearchKey key, int after = -1) =>
        await store.ReadRowsAsync(key, after, CancellationToken.None).Select(named => named.Row).ToListAsync();

    private static async Task<Dictionary<AccountId, string>> ReadNamesAsync(IMapSearchJobStore store, MapSearchKey key) =>
        (await store.ReadRowsAsync(key, -1, CancellationToken.None).ToListAsync()).SelectMany(named => named.Names).DistinctBy(n => n.Key).ToDictionary();

    private static Dictionary<AccountId, string> NamesOf(MapSearchRow row, string name) => row.Entries.ToDictionary(e => e.AccountId, _ => name);

    private static MapSearchRow Row(int index, int entries = 2)
    {
        MapUid.TryCreate($"uid_{index}-Ab", out var uid).ShouldBeTrue();
        return new MapSearchRow(
            index,
            new MapListing(70_000 + index, index % 7 == 6 ? null : uid, $"Mäp {index} <b>\"'"),
            [.. Enumerable.Range(1, entries).Select(position => new LeaderboardEntry(
                new AccountId(new Guid(position, (short)index, 0, [1, 2, 3, 4, 5, 6, 7, 8])),
                "301e1b69-7e13-11e8-8060-e284abfd2bc4",
                "Wörld",
                position,
                position % 5 == 0 ? RecordTime.Secret : RecordTime.FromMilliseconds(5_000_000_000 + position),
                position % 3 == 0 ? null : s_start.AddSeconds(-position)))],
            Failure: null);
    }

    private static Dictionary<AccountId, string> Names(string name) => new() { [new AccountId(Ids.Next())] = name };

    private static void ShouldBeSame(IReadOnlyList<MapSearchRow> actual, IReadOnlyList<MapSearchRow> expected)
    {
        actual.Select(r => r with { Entries = [] }).ShouldBe(expected.Select(r => r with { Entries = [] }), ignoreOrder: false);
        actual.SelectMany(r => r.Entries).ShouldBe(expected.SelectMany(r => r.Entries));
    }

    private MapSearchJob NewJob() => new(_user, new MapSearchId(Ids.Next()), "Demo Mapper", SearchPeriod.Week, Time.GetUtcNow());

    private async Task<MapSearchJob> AddAsync(IMapSearchJobStore store)
    {
        var job = NewJob();
        (await store.TryAddAsync(job, 100, CancellationToken.None)).ShouldBeTrue();
        return job;
    }
}
