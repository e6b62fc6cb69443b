using Backend.Application.Leaderboards;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace Backend.Unit.Application.MapSearches;

/// <summary>The handler on the real store, cache and reader in memory; only the upstream services are scripted.</summary>
public sealed class RunMapSearchTests
{
    private static readonly Error Down = Make.Trouble("Trackmania does not answer.");

    private readonly FakeTimeProvider _clock = Make.Clock();
    private readonly MapSearchOptions _options = new();
    private readonly InMemoryMapSearchJobStore _store;
    private readonly InMemoryLeaderboardCache _cache;
    private readonly IMapDirectory _maps = Substitute.For<IMapDirectory>();
    private readonly ScriptedBoards _boards;
    private readonly ScriptedNames _names = new();
    private readonly RecordingLogger<RunMapSearchHandler> _log = new();
    private readonly MapSearchJob _job = Make.Job();

    public RunMapSearchTests()
    {
        _store = new InMemoryMapSearchJobStore(_options, _clock);
        _cache = new InMemoryLeaderboardCache(_clock);
        _boards = new ScriptedBoards(_clock);
    }

    [Fact]
    public async Task A_search_reads_every_map_in_order_and_completes()
    {
        await Submit(Make.Maps(3));
        _boards.Entries[Make.Uid(0)] = [Make.Entry(1, Make.Start, 1), Make.Entry(2, Make.Start.AddDays(-2), 2)];
        _boards.Entries[Make.Uid(2)] = [Make.Entry(3, Make.Start.AddHours(-24), 1)];

        (await Run()).ComeBackAfter.ShouldBeNull();

        var job = await Stored();
        job.State.ShouldBe(MapSearchState.Completed);
        (job.MapsDone, job.MapsTotal, job.MapsFailed, job.RecordsFound, job.Fence, job.Attempt).ShouldBe((3, 3, 0, 2, 1, 1));
        var rows = await Rows();
        rows.Select(r => r.Map).ShouldBe(Make.Maps(3));
        rows.Select(r => r.Index).ShouldBe([0, 1, 2]);
        rows.Select(r => r.Entries.Count).ShouldBe([1, 0, 1]);
        (await NamesAsync()).Keys.ShouldBe([Make.Account(1), Make.Account(3)], ignoreOrder: true);
    }

    [Fact]
    public async Task A_mapper_without_maps_completes_empty_without_an_upstream_call()
    {
        await Submit([]);

        (await Run()).ComeBackAfter.ShouldBeNull();

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Completed), j => j.MapsTotal.ShouldBe(0));
        _boards.Calls.ShouldBe(0);
        _names.Batches.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_map_without_a_UID_has_an_empty_row_and_costs_no_call()
    {
        await Submit([Make.Map(0), Make.Map(1, withUid: false), Make.Map(2)]);

        await Run();

        (await Rows()).Select(r => (r.Map.MapId, r.Failure)).ShouldBe([(1000, null), (1001, null), (1002, null)]);
        _boards.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task A_search_that_another_worker_holds_is_looked_at_again_soon()
    {
        await Submit(Make.Maps(1));
        await _store.TryClaimAsync(_job.Key, default);

        (await Run()).ComeBackAfter.ShouldBe(_options.LeaseRenewal);

        _boards.Calls.ShouldBe(0);
        (await Stored()).Fence.ShouldBe(1);
    }

    [Fact]
    public async Task A_lapsed_search_is_taken_over()
    {
        await Submit(Make.Maps(1));
        await _store.TryClaimAsync(_job.Key, default);
        _clock.Advance(_options.Lease);

        (await Run()).ComeBackAfter.ShouldBeNull();

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Completed), j => j.Fence.ShouldBe(2), j => j.Attempt.ShouldBe(2));
    }

    [Fact]
    public async Task Finished_and_unknown_searches_need_no_run()
    {
        (await Run()).ComeBackAfter.ShouldBeNull();
        await Submit(Make.Maps(1));
        await _store.CancelAsync(_job.Key, default);

        (await Run()).ComeBackAfter.ShouldBeNull();

        await _maps.DidNotReceiveWithAnyArgs().ListMapsAsync(null!, default);
    }

    [Fact]
    public async Task A_search_that_fails_by_being_claimed_once_too_often_needs_no_run()
    {
        await Submit(Make.Maps(1));
        for (var attempt = 1; attempt <= MapSearchJob.MaxAttempts; attempt++)
        {
            await _store.TryClaimAsync(_job.Key, default);
            _clock.Advance(_options.Lease);
        }

        (await Run()).ComeBackAfter.ShouldBeNull();

        (await Stored()).State.ShouldBe(MapSearchState.Failed);
        _boards.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task Failing_to_list_the_maps_is_an_attempt_and_comes_back_later_and_later_until_the_search_fails()
    {
        await Submit([]);
        _maps.ListMapsAsync(null!, default).ReturnsForAnyArgs(Make.Failed<IReadOnlyList<MapListing>>(Down));

        var pauses = new List<TimeSpan?>();
        for (var attempt = 1; attempt <= MapSearchJob.MaxAttempts; attempt++)
        {
            pauses.Add((await Run()).ComeBackAfter);
        }

        pauses.ShouldBe([s_firstPause, s_firstPause * 2, s_firstPause * 4, null]);
        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Failed), j => j.Failure.ShouldBe(Down.Message));
    }

    [Fact]
    public async Task One_map_that_keeps_failing_is_recorded_in_its_place_and_fails_nothing_else()
    {
        await Submit(Make.Maps(3));
        _boards.Failing.Add(Make.Uid(1));
        _boards.Entries[Make.Uid(2)] = [Make.Entry(1, Make.Start)];

        await Run();

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Completed), j => j.MapsFailed.ShouldBe(1), j => j.MapsDone.ShouldBe(3));
        var rows = await Rows();
        rows.Select(r => r.Map.MapId).ShouldBe([1000, 1001, 1002]);
        rows.Select(r => r.Failure).ShouldBe([null, Down.Message, null]);
        _log.Entries.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Level.ShouldBe(LogLevel.Warning), e => e.Message.ShouldContain("1001"));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 5)]
    [InlineData(1, 5)]
    public async Task Failing_maps_at_the_beginning_and_at_the_end_are_recorded_too(int first, int last)
    {
        await Submit(Make.Maps(6));
        _boards.Failing.UnionWith(Enumerable.Range(first, last - first + 1).Where(n => n != 3).Select(Make.Uid));

        await Run();

        (await Stored()).State.ShouldBe(MapSearchState.Completed);
        (await Rows()).Select(r => r.Map.MapId).ShouldBe(Enumerable.Range(0, 6).Select(n => 1000L + n));
        (await Rows()).Where(r => r.Failure is not null).Select(r => r.Map.MapUid!.Value).ShouldBe(_boards.Failing, ignoreOrder: true);
    }

    [Fact]
    public async Task Four_failures_in_a_row_are_bad_maps_even_when_all_maps_failed()
    {
        await Submit(Make.Maps(4));
        _boards.Failing.UnionWith(Enumerable.Range(0, 4).Select(Make.Uid));

        (await Run()).ComeBackAfter.ShouldBeNull();

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Completed), j => j.MapsFailed.ShouldBe(4));
    }

    [Fact]
    public async Task Five_failures_in_a_row_are_an_outage_of_which_nothing_is_recorded()
    {
        await Submit(Make.Maps(10));
        _boards.Failing.UnionWith(Enumerable.Range(2, 8).Select(Make.Uid));

        (await Run()).ComeBackAfter.ShouldBe(s_firstPause);

        var job = await Stored();
        job.State.ShouldBe(MapSearchState.Pending);
        (job.MapsDone, job.MapsFailed, job.Attempt).ShouldBe((2, 0, 1));
        _boards.Calls.ShouldBe(7);

        _boards.Failing.Clear();
        await Run();
        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Completed), j => j.MapsFailed.ShouldBe(0));
        (await Rows()).Select(r => r.Map.MapId).ShouldBe(Enumerable.Range(0, 10).Select(n => 1000L + n));
        _boards.Calls.ShouldBe(7 + 8);
    }

    [Fact]
    public async Task Bad_maps_side_by_side_are_no_outage_and_each_is_recorded_in_its_place()
    {
        await Submit(Make.Maps(9));
        _boards.Bad.UnionWith(Enumerable.Range(1, 7).Select(Make.Uid));

        (await Run()).ComeBackAfter.ShouldBeNull();

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Completed), j => j.MapsFailed.ShouldBe(7));
        (await Rows()).Select(r => r.Map.MapId).ShouldBe(Enumerable.Range(0, 9).Select(n => 1000L + n));
        (await Rows()).Select(r => r.Failure is not null).ShouldBe([false, true, true, true, true, true, true, true, false]);
    }

    [Fact]
    public async Task A_bad_map_between_unanswered_ones_shows_that_upstream_is_there()
    {
        await Submit(Make.Maps(10));
        _boards.Failing.UnionWith([Make.Uid(0), Make.Uid(1), Make.Uid(2), Make.Uid(3), Make.Uid(5), Make.Uid(6), Make.Uid(7), Make.Uid(8)]);
        _boards.Bad.Add(Make.Uid(4));

        await Run();

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Completed), j => j.MapsFailed.ShouldBe(9));
        (await Rows()).Select(r => r.Map.MapId).ShouldBe(Enumerable.Range(0, 10).Select(n => 1000L + n));
    }

    [Fact]
    public async Task A_lease_lost_while_a_bad_map_is_recorded_stops_the_run()
    {
        await Submit(Make.Maps(5));
        _boards.Bad.Add(Make.Uid(1));
        _boards.Before = async calls =>
        {
            if (calls == 2)
            {
                await _store.CancelAsync(_job.Key, default);
            }
        };

        (await Run()).ComeBackAfter.ShouldBeNull();

        _boards.Calls.ShouldBe(2);
        (await Stored()).MapsDone.ShouldBe(1);
    }

    [Fact]
    public async Task Failures_between_good_maps_never_add_up_to_an_outage()
    {
        await Submit(Make.Maps(20));
        _boards.Failing.UnionWith(Enumerable.Range(0, 20).Where(n => n % 2 == 0).Select(Make.Uid));

        await Run();

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Completed), j => j.MapsFailed.ShouldBe(10));
    }

    [Fact]
    public async Task An_outage_that_lasts_fails_the_search_and_keeps_what_was_found()
    {
        await Submit(Make.Maps(7));
        _boards.Failing.UnionWith(Enumerable.Range(1, 6).Select(Make.Uid));

        TimeSpan? comeBack = TimeSpan.Zero;
        var runs = 0;
        while (comeBack is not null)
        {
            runs.ShouldBeLessThan(10);
            comeBack = (await Run()).ComeBackAfter;
            comeBack?.ShouldBeGreaterThanOrEqualTo(s_firstPause);
            runs++;
        }

        runs.ShouldBe(5);
        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Failed), j => j.Failure.ShouldBe(Down.Message), j => j.MapsDone.ShouldBe(1));
        (await Rows()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_resumed_search_skips_what_is_done_even_when_the_list_has_changed()
    {
        await Submit(Make.Maps(4));
        await Interrupt(afterBoards: 2);
        var changed = new List<MapListing> { Make.Map(9), Make.Map(3), Make.Map(0), Make.Map(2) };
        _maps.ListMapsAsync(null!, default).ReturnsForAnyArgs(Make.Success<IReadOnlyList<MapListing>>(changed));
        _boards.Read.Clear();

        await Run();

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Completed), j => j.MapsTotal.ShouldBe(5));
        (await Rows()).Select(r => r.Map.MapId).ShouldBe([1000, 1001, 1009, 1003, 1002]);
        _boards.Read.ShouldBe([Make.Uid(9), Make.Uid(3), Make.Uid(2)]);
    }

    [Fact]
    public async Task A_resumed_search_looks_up_the_names_that_are_missing_and_no_others()
    {
        await Submit(Make.Maps(3));
        _boards.Entries[Make.Uid(0)] = [Make.Entry(1, Make.Start, 1), Make.Entry(2, Make.Start, 2)];
        _boards.Entries[Make.Uid(2)] = [Make.Entry(1, Make.Start, 1), Make.Entry(3, Make.Start, 2)];
        _names.Unknown.Add(Make.Account(2));
        await Interrupt(afterBoards: 2, resolveFirst: true);
        _names.Unknown.Clear();
        _names.Batches.Clear();

        await Run();

        _names.Batches.SelectMany(b => b).ShouldBe([Make.Account(2), Make.Account(3)], ignoreOrder: true);
        (await NamesAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Each_player_is_looked_up_once_in_batches_of_fifty()
    {
        await Submit(Make.Maps(3));
        _boards.Entries[Make.Uid(0)] = Players(0, 60);
        _boards.Entries[Make.Uid(1)] = Players(30, 60);
        _boards.Entries[Make.Uid(2)] = Players(80, 40);

        await Run();

        _names.Batches.Select(b => b.Count).ShouldBe([50, 50, 20]);
        _names.Batches.SelectMany(b => b).ShouldBeUnique();
        (await NamesAsync()).Count.ShouldBe(120);
    }

    [Fact]
    public async Task An_unresolved_name_stays_absent()
    {
        await Submit(Make.Maps(1));
        _boards.Entries[Make.Uid(0)] = Players(1, 3);
        _names.Unknown.Add(Make.Account(2));

        await Run();

        (await NamesAsync()).Keys.ShouldBe([Make.Account(1), Make.Account(3)], ignoreOrder: true);
        (await Stored()).State.ShouldBe(MapSearchState.Completed);
    }

    [Fact]
    public async Task A_batch_of_names_that_fails_does_not_fail_the_search_nor_the_other_batches()
    {
        await Submit(Make.Maps(1));
        _boards.Entries[Make.Uid(0)] = Players(0, 100);
        _names.FailingBatches.Add(0);

        await Run();

        (await Stored()).State.ShouldBe(MapSearchState.Completed);
        (await NamesAsync()).Count.ShouldBe(50);
    }

    [Fact]
    public async Task Records_outside_the_period_cost_no_name()
    {
        await Submit(Make.Maps(1));
        _boards.Entries[Make.Uid(0)] = [Make.Entry(1, Make.Start.AddDays(-2))];

        await Run();

        _names.Batches.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_cancelled_by_its_owner_stops_at_the_next_write()
    {
        await Submit(Make.Maps(10));
        _boards.Before = async calls =>
        {
            if (calls == 3)
            {
                await _store.CancelAsync(_job.Key, default);
            }
        };

        (await Run()).ComeBackAfter.ShouldBeNull();

        _boards.Calls.ShouldBe(3);
        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Cancelled), j => j.MapsDone.ShouldBe(2));
    }

    [Fact]
    public async Task A_lost_lease_stops_the_run_while_it_waits_and_leaves_the_successors_work_alone()
    {
        await Submit(Make.Maps(10));
        var waiting = new TaskCompletionSource();
        _boards.During = async (calls, cancellationToken) =>
        {
            waiting.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancellationToken);
        };
        var run = Run();
        await waiting.Task;

        // Between two renewals the lease lapses, as when the process was asleep, and another worker takes the search.
        await _store.TryReleaseAsync(_job.Key, fence: 1, failure: null, default);
        (await _store.TryClaimAsync(_job.Key, default))!.Fence.ShouldBe(2);
        _clock.Advance(_options.LeaseRenewal);

        (await run.WaitAsync(TimeSpan.FromSeconds(30))).ComeBackAfter.ShouldBe(_options.LeaseRenewal);
        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Processing), j => j.Fence.ShouldBe(2), j => j.MapsDone.ShouldBe(0));
        _log.Entries.ShouldContain(e => e.Level == LogLevel.Information && e.Message.Contains("fence 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_long_run_keeps_its_lease()
    {
        await Submit(Make.Maps(1));
        var reading = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _boards.During = async (_, _) =>
        {
            reading.TrySetResult();
            await goOn.Task;
        };
        var renewals = new RenewalCounter(_store);
        var run = Run(store: renewals);
        await reading.Task;

        for (var renewal = 1; renewal <= 10; renewal++)
        {
            _clock.Advance(_options.LeaseRenewal);
            await renewals.Reached(renewal);
            (await _store.TryClaimAsync(_job.Key, default)).ShouldBeNull();
        }

        goOn.SetResult();
        (await run).ComeBackAfter.ShouldBeNull();
        (await Stored()).Fence.ShouldBe(1);
    }

    [Fact]
    public async Task A_store_that_is_away_costs_no_attempt_and_the_search_is_handed_back_when_it_returns()
    {
        await Submit(Make.Maps(3));
        var store = new RenewalCounter(_store) { AwayAfterAppends = 1 };
        var run = Run(store: store);
        await store.Away.WaitAsync(TimeSpan.FromSeconds(30));

        run.IsCompleted.ShouldBeFalse();
        store.Return();
        while (!run.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        (await run).ComeBackAfter.ShouldBe(TimeSpan.Zero);
        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Pending), j => j.Attempt.ShouldBe(1), j => j.MapsDone.ShouldBe(1));
        _log.Entries.ShouldContain(e => e.Level == LogLevel.Warning && e.Message.Contains("stops", StringComparison.Ordinal));
        await Run();
        (await Stored()).State.ShouldBe(MapSearchState.Completed);
        (await Rows()).Select(r => r.Map.MapId).ShouldBe([1000, 1001, 1002]);
    }

    [Fact]
    public async Task A_stopping_host_does_not_wait_for_a_store_that_is_away()
    {
        await Submit(Make.Maps(3));
        using var host = new CancellationTokenSource();
        var store = new RenewalCounter(_store) { AwayAfterAppends = 1 };
        var run = Run(store: store, cancellationToken: host.Token);
        await store.Away.WaitAsync(TimeSpan.FromSeconds(30));

        await host.CancelAsync();

        await Should.ThrowAsync<StoreUnavailableException>(() => run.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task One_renewal_that_fails_does_not_end_the_renewing_nor_the_run()
    {
        await Submit(Make.Maps(1));
        var reading = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _boards.During = async (_, _) =>
        {
            reading.TrySetResult();
            await goOn.Task;
        };
        var renewals = new RenewalCounter(_store) { FailFirst = true };
        var run = Run(store: renewals);
        await reading.Task;

        _clock.Advance(_options.LeaseRenewal);
        await renewals.Reached(1);
        _clock.Advance(_options.LeaseRenewal);
        await renewals.Reached(2).WaitAsync(TimeSpan.FromSeconds(30));
        goOn.SetResult();

        (await run).ComeBackAfter.ShouldBeNull();
        (await Stored()).State.ShouldBe(MapSearchState.Completed);
    }

    [Fact]
    public async Task A_stopping_host_gets_the_search_handed_back_at_once_without_an_attempt()
    {
        await Submit(Make.Maps(10));
        await Interrupt(afterBoards: 0);

        var job = await Stored();
        job.State.ShouldBe(MapSearchState.Pending);
        job.Attempt.ShouldBe(1);
        (await _store.TryClaimAsync(_job.Key, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Handing_back_again_and_again_never_fails_a_search()
    {
        await Submit(Make.Maps(2));
        for (var run = 0; run < 2 * MapSearchJob.MaxAttempts; run++)
        {
            await Interrupt(afterBoards: 0);
        }

        await Run();

        (await Stored()).State.ShouldBe(MapSearchState.Completed);
    }

    [Fact]
    public async Task An_unexpected_problem_gives_the_search_back_as_an_attempt_and_is_not_swallowed()
    {
        await Submit([]);
        _maps.ListMapsAsync(null!, default).ThrowsAsyncForAnyArgs(new NotSupportedException("a bug with internals in its text"));

        (await Should.ThrowAsync<NotSupportedException>(() => Run())).Message.ShouldContain("a bug");

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Pending), j => j.Attempt.ShouldBe(2));
        for (var attempt = 2; attempt <= MapSearchJob.MaxAttempts; attempt++)
        {
            await Should.ThrowAsync<NotSupportedException>(() => Run());
        }

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Failed), j => j.Failure!.ShouldNotContain("internals"));
    }

    [Fact]
    public async Task An_unexpected_problem_with_names_gives_the_search_back_too()
    {
        await Submit(Make.Maps(1));
        _boards.Entries[Make.Uid(0)] = Players(1, 1);
        _names.Throws = true;

        await Should.ThrowAsync<NotSupportedException>(() => Run());

        (await Stored()).State.ShouldBe(MapSearchState.Pending);
    }

    [Fact]
    public async Task An_unexpected_problem_with_a_board_gives_the_search_back_with_its_rows()
    {
        await Submit(Make.Maps(3));
        _boards.Before = calls => calls == 2 ? throw new NotSupportedException("bug") : Task.CompletedTask;

        await Should.ThrowAsync<NotSupportedException>(() => Run());

        (await Stored()).ShouldSatisfyAllConditions(j => j.State.ShouldBe(MapSearchState.Pending), j => j.MapsDone.ShouldBe(1), j => j.Attempt.ShouldBe(1));
    }

    [Fact]
    public async Task A_second_search_for_the_mapper_costs_no_board_while_they_are_fresh()
    {
        await Submit(Make.Maps(5));
        await Run();
        var second = new MapSearchJob(Make.UserId, new MapSearchId(new Guid(1, 2, 3, new byte[8])), "dEMO mAPPER", SearchPeriod.Month, _clock.GetUtcNow());
        await _store.TryAddAsync(second, 5, default);

        await Handler().Handle(new RunMapSearchCommand(second.Key), CancellationToken.None);

        (await _store.FindAsync(second.Key, default))!.State.ShouldBe(MapSearchState.Completed);
        _boards.Calls.ShouldBe(5);
    }

    private static LeaderboardEntry[] Players(int first, int count) => [.. Enumerable.Range(first, count).Select(n => Make.Entry(n, Make.Start, n + 1))];

    private async Task Submit(List<MapListing> maps)
    {
        await _store.TryAddAsync(_job, 5, default);
        _maps.ListMapsAsync(_job.Mapper, Arg.Any<CancellationToken>()).Returns(Make.Success<IReadOnlyList<MapListing>>(maps));
        _maps.ListMapsAsync("dEMO mAPPER", Arg.Any<CancellationToken>()).Returns(Make.Success<IReadOnlyList<MapListing>>(maps));
        _maps.ClearReceivedCalls();
    }

    /// <summary>A run that its host stops while it reads the board after so many.</summary>
    private async Task Interrupt(int afterBoards, bool resolveFirst = false)
    {
        using var host = new CancellationTokenSource();
        var before = _boards.Calls;

        _boards.During = async (calls, cancellationToken) =>
        {
            if (calls - before > afterBoards)
            {
                if (resolveFirst)
                {
                    await _store.TryAddNamesAsync(_job.Key, 1, new Dictionary<AccountId, string> { [Make.Account(1)] = "One" }, default);
                }

                await host.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancellationToken);
            }
        };

        (await Run(cancellationToken: host.Token)).ComeBackAfter.ShouldBe(TimeSpan.Zero);
        _boards.During = null;
    }

    /// <summary>The retry delay of two seconds and this search's share of the half that may come on top.</summary>
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(2) * (1 + (0xee / 512.0));

    private RunMapSearchHandler Handler(IMapSearchJobStore? store = null) =>
        new(store ?? _store, _maps, new LeaderboardReader(_boards, _cache), _cache, _names, _options, _clock, _log);

    private async Task<RunMapSearchResult> Run(IMapSearchJobStore? store = null, CancellationToken cancellationToken = default) =>
        (await Handler(store).Handle(new RunMapSearchCommand(_job.Key), cancellationToken)).Value;

    private async Task<MapSearchJob> Stored() => (await _store.FindAsync(_job.Key, default))!;

    private async Task<List<MapSearchRow>> Rows() => await _store.ReadRowsAsync(_job.Key, -1, default).Select(named => named.Row).ToListAsync();

    private async Task<Dictionary<AccountId, string>> NamesAsync() =>
        (await _store.ReadRowsAsync(_job.Key, -1, default).ToListAsync()).SelectMany(named => named.Names).DistinctBy(n => n.Key).ToDictionary();

    private sealed class ScriptedBoards(TimeProvider clock) : ILeaderboardSource
    {
        private int _calls;

        public int Calls => _calls;

        public Dictionary<MapUid, LeaderboardEntry[]> Entries { get; } = [];

        /// <summary>Boards that are not answered.</summary>
        public HashSet<MapUid> Failing { get; } = [];

        /// <summary>Boards that are answered with nonsense.</summary>
        public HashSet<MapUid> Bad { get; } = [];

        public List<MapUid> Read { get; } = [];

        public Func<int, Task>? Before { get; set; }

        public Func<int, CancellationToken, Task>? During { get; set; }

        public async Task<Result<Leaderboard>> ReadAsync(MapUid mapUid, CancellationToken cancellationToken)
        {
            var calls = Interlocked.Increment(ref _calls);
            Read.Add(mapUid);
            await (Before?.Invoke(calls) ?? Task.CompletedTask);
            await (During?.Invoke(calls, cancellationToken) ?? Task.CompletedTask);
            return Failing.Contains(mapUid) ? Down : Bad.Contains(mapUid) ? Down with { IsTransient = false } : Make.Board(mapUid, clock.GetUtcNow(), Entries.GetValueOrDefault(mapUid, []));
        }
    }

    private sealed class ScriptedNames : IPlayerNames
    {
        public List<List<AccountId>> Batches { get; } = [];

        public HashSet<AccountId> Unknown { get; } = [];

        public HashSet<int> FailingBatches { get; } = [];

        public bool Throws { get; set; }

        public Task<Result<IReadOnlyDictionary<AccountId, string>>> ResolveAsync(IReadOnlyCollection<AccountId> accounts, CancellationToken cancellationToken)
        {
            accounts.Count.ShouldBeInRange(1, IPlayerNames.MaxBatch);
            Batches.Add([.. accounts]);
            if (Throws)
            {
                throw new NotSupportedException("bug");
            }

            return Task.FromResult(FailingBatches.Contains(Batches.Count - 1)
                ? Make.Failed<IReadOnlyDictionary<AccountId, string>>(Down)
                : Make.Success<IReadOnlyDictionary<AccountId, string>>(accounts.Where(a => !Unknown.Contains(a)).ToDictionary(a => a, a => $"name of {a}")));
        }

        public Task<Result<PlayerLookup>> FindAsync(string displayName, CancellationToken cancellationToken) => throw new NotSupportedException("No search looks for a player.");
    }
}
