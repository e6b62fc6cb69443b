using Backend.Application.Leaderboards;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace Backend.Unit.Application.MapSearches;

public sealed class RunMapSearchTests
{
    private readonly FakeTimeProvider _time = Make.Clock();
    private readonly MapSearchOptions _options = new();
    private readonly InMemoryMapSearchJobStore _jobs;
    private readonly IMapDirectory _maps = Substitute.For<IMapDirectory>();
    private readonly ILeaderboardSource _source = Substitute.For<ILeaderboardSource>();
    private readonly IPlayerNames _names = Substitute.For<IPlayerNames>();
    private readonly RunMapSearchHandler _handler;
    private readonly MapSearchJob _job = Make.Job();

    public RunMapSearchTests()
    {
        _jobs = new InMemoryMapSearchJobStore(_options, _time);
        var cache = new InMemoryLeaderboardCache(_time);
        _handler = new RunMapSearchHandler(_jobs, _maps, new LeaderboardReader(_source, cache), cache, _names, _options, _time, NullLogger<RunMapSearchHandler>.Instance);
        _source.ReadAsync(default, default).ReturnsForAnyArgs(call => Make.Success(Make.Board(call.Arg<MapUid>(), _time.GetUtcNow(), Make.Entry(1, _time.GetUtcNow()))));
        _names.ResolveAsync(null!, default).ReturnsForAnyArgs(call =>
            Make.Success<IReadOnlyDictionary<AccountId, string>>(call.Arg<IReadOnlyCollection<AccountId>>().ToDictionary(a => a, a => $"name of {a}")));
    }

    [Fact]
    public async Task All_maps_are_read_in_order_and_the_search_completes()
    {
        await ListAsync(Make.Maps(3));

        (await RunAsync()).ComeBackAfter.ShouldBeNull();

        var job = await FindAsync();
        job.State.ShouldBe(MapSearchState.Completed);
        job.RecordsFound.ShouldBe(3);
        (await RowsAsync()).Select(r => r.Map.MapId).ShouldBe([1000, 1001, 1002]);
        (await _jobs.ReadNamesAsync(_job.Key, CancellationToken.None))[Make.Account(1)].ShouldStartWith("name of");
    }

    [Fact]
    public async Task A_mapper_without_maps_completes_with_nothing()
    {
        await ListAsync([]);

        (await RunAsync()).ComeBackAfter.ShouldBeNull();

        (await FindAsync()).State.ShouldBe(MapSearchState.Completed);
        (await RowsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_that_another_worker_holds_is_looked_at_again_after_its_lease()
    {
        await ListAsync([]);
        await _jobs.TryClaimAsync(_job.Key, CancellationToken.None);

        (await RunAsync()).ComeBackAfter.ShouldBe(_options.Lease);

        await _maps.DidNotReceiveWithAnyArgs().ListMapsAsync(null!, default);
    }

    [Fact]
    public async Task A_search_that_is_over_or_unknown_needs_no_run()
    {
        (await RunAsync()).ComeBackAfter.ShouldBeNull();
        await ListAsync([]);
        await _jobs.CancelAsync(_job.Key, CancellationToken.None);

        (await RunAsync()).ComeBackAfter.ShouldBeNull();

        await _maps.DidNotReceiveWithAnyArgs().ListMapsAsync(null!, default);
    }

    [Fact]
    public async Task A_listing_that_fails_is_tried_again_later_and_later_and_then_given_up_with_its_reason()
    {
        await ListAsync([]);
        _maps.ListMapsAsync(null!, default).ReturnsForAnyArgs(Make.Failed<IReadOnlyList<MapListing>>(Make.Trouble("The site is away.")));
        var delays = new List<TimeSpan?>();
        for (var attempt = 0; attempt < MapSearchJob.MaxAttempts; attempt++)
        {
            delays.Add((await RunAsync()).ComeBackAfter);
        }

        delays.ShouldBe([_options.RetryDelay, _options.RetryDelay * 2, _options.RetryDelay * 4, null]);
        var job = await FindAsync();
        job.State.ShouldBe(MapSearchState.Failed);
        job.Failure.ShouldBe("The site is away.");
    }

    [Fact]
    public async Task A_map_without_a_uid_gets_an_empty_row_and_no_call()
    {
        await ListAsync([Make.Map(0, withUid: false), Make.Map(1)]);

        await RunAsync();

        var rows = await RowsAsync();
        rows[0].Entries.ShouldBeEmpty();
        rows[0].Failure.ShouldBeNull();
        rows[1].Entries.Count.ShouldBe(1);
        await _source.ReceivedWithAnyArgs(1).ReadAsync(default, default);
    }

    [Fact]
    public async Task A_map_that_fails_is_recorded_in_its_place()
    {
        await ListAsync(Make.Maps(4));
        Fail(1);

        await RunAsync();

        (await FindAsync()).State.ShouldBe(MapSearchState.Completed);
        var rows = await RowsAsync();
        rows.Select(r => r.Map.MapId).ShouldBe([1000, 1001, 1002, 1003]);
        rows.Select(r => r.Failure is not null).ShouldBe([false, true, false, false]);
    }

    [Fact]
    public async Task A_few_maps_that_all_fail_are_recorded_and_the_search_completes()
    {
        await ListAsync(Make.Maps(4));
        Fail(0, 1, 2, 3);

        await RunAsync();

        var job = await FindAsync();
        job.State.ShouldBe(MapSearchState.Completed);
        job.MapsFailed.ShouldBe(4);
    }

    [Fact]
    public async Task Five_failures_in_a_row_are_an_outage_and_none_of_them_is_recorded()
    {
        await ListAsync(Make.Maps(10));
        Fail(2, 3, 4, 5, 6);

        (await RunAsync()).ComeBackAfter.ShouldNotBeNull();

        var job = await FindAsync();
        job.State.ShouldBe(MapSearchState.Pending);
        job.MapsDone.ShouldBe(2);
        job.MapsFailed.ShouldBe(0);
    }

    [Fact]
    public async Task Bad_maps_side_by_side_are_no_outage_and_each_is_recorded()
    {
        await ListAsync(Make.Maps(8));
        foreach (var map in Enumerable.Range(1, 6))
        {
            _source.ReadAsync(Make.Uid(map), Arg.Any<CancellationToken>()).Returns(Make.Failed<Leaderboard>(Make.Trouble() with { IsTransient = false }));
        }

        await RunAsync();

        var job = await FindAsync();
        job.State.ShouldBe(MapSearchState.Completed);
        job.MapsFailed.ShouldBe(6);
        (await RowsAsync()).Select(r => r.Failure is not null).ShouldBe([false, true, true, true, true, true, true, false]);
    }

    [Fact]
    public async Task A_resumed_run_skips_what_is_done_and_looks_up_the_names_that_are_missing()
    {
        await ListAsync(Make.Maps(3));
        var earlier = (await _jobs.TryClaimAsync(_job.Key, CancellationToken.None))!;
        await _jobs.TryStartReadingAsync(_job.Key, earlier.Fence, 3, CancellationToken.None);
        await _jobs.TryAppendAsync(_job.Key, earlier.Fence, Make.Row(0) with { Entries = [Make.Entry(7, _time.GetUtcNow())] }, CancellationToken.None);
        await _jobs.TryReleaseAsync(_job.Key, earlier.Fence, null, CancellationToken.None);

        await RunAsync();

        await _source.DidNotReceive().ReadAsync(Make.Uid(0), Arg.Any<CancellationToken>());
        await _source.ReceivedWithAnyArgs(2).ReadAsync(default, default);
        (await RowsAsync()).Select(r => r.Index).ShouldBe([0, 1, 2]);
        (await _jobs.ReadNamesAsync(_job.Key, CancellationToken.None)).Keys.ShouldBe([Make.Account(7), Make.Account(1)], ignoreOrder: true);
    }

    [Fact]
    public async Task Names_are_asked_for_once_and_in_batches_of_fifty()
    {
        await ListAsync(Make.Maps(3));
        _source.ReadAsync(default, default).ReturnsForAnyArgs(call =>
            Make.Success(Make.Board(call.Arg<MapUid>(), _time.GetUtcNow(), [.. Enumerable.Range(1, 60).Select(n => Make.Entry(n, _time.GetUtcNow(), n))])));
        var batches = new List<int>();
        _names.ResolveAsync(Arg.Do<IReadOnlyCollection<AccountId>>(b => batches.Add(b.Count)), Arg.Any<CancellationToken>())
            .Returns(Make.Success<IReadOnlyDictionary<AccountId, string>>(new Dictionary<AccountId, string>()));

        await RunAsync();

        batches.ShouldBe([50, 10]);
        (await FindAsync()).State.ShouldBe(MapSearchState.Completed);
    }

    [Fact]
    public async Task Names_that_cannot_be_had_do_not_fail_the_search()
    {
        await ListAsync(Make.Maps(1));
        _names.ResolveAsync([], CancellationToken.None).ReturnsForAnyArgs(Make.Failed<IReadOnlyDictionary<AccountId, string>>(Make.Trouble()));

        await RunAsync();

        (await FindAsync()).State.ShouldBe(MapSearchState.Completed);
        (await _jobs.ReadNamesAsync(_job.Key, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_that_is_cancelled_stops_at_its_next_map()
    {
        await ListAsync(Make.Maps(10));
        _source.ReadAsync(Make.Uid(3), Arg.Any<CancellationToken>()).Returns(async _ =>
        {
            await _jobs.CancelAsync(_job.Key, CancellationToken.None);
            return Make.Success(Make.Board(Make.Uid(3), _time.GetUtcNow()));
        });

        (await RunAsync()).ComeBackAfter.ShouldBeNull();

        await _source.ReceivedWithAnyArgs(4).ReadAsync(default, default);
        (await RowsAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_run_whose_lease_is_lost_is_stopped_by_its_next_renewal()
    {
        await ListAsync(Make.Maps(2));
        var reading = new TaskCompletionSource();
        _source.ReadAsync(Make.Uid(0), Arg.Any<CancellationToken>()).Returns(async call =>
        {
            reading.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Arg<CancellationToken>());
            return Make.Failed<Leaderboard>(Make.Trouble());
        });
        var running = RunAsync();
        await reading.Task;
        await _jobs.CancelAsync(_job.Key, CancellationToken.None);

        _time.Advance(_options.LeaseRenewal);

        (await running.WaitAsync(TimeSpan.FromSeconds(10))).ComeBackAfter.ShouldBeNull();
        (await FindAsync()).State.ShouldBe(MapSearchState.Cancelled);
    }

    [Fact]
    public async Task A_stopping_worker_hands_the_search_back_at_once_and_it_is_no_attempt()
    {
        await ListAsync(Make.Maps(2));
        using var stopping = new CancellationTokenSource();
        _source.ReadAsync(Make.Uid(0), Arg.Any<CancellationToken>()).Returns(async call =>
        {
            await stopping.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Arg<CancellationToken>());
            return Make.Failed<Leaderboard>(Make.Trouble());
        });

        var result = await _handler.Handle(new RunMapSearchCommand(_job.Key), stopping.Token);

        result.Value.ComeBackAfter.ShouldBe(TimeSpan.Zero);
        var job = await FindAsync();
        job.State.ShouldBe(MapSearchState.Pending);
        job.Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task A_bug_counts_as_an_attempt_tells_nothing_and_is_not_swallowed()
    {
        await ListAsync([]);
        _maps.ListMapsAsync(null!, default).ThrowsAsyncForAnyArgs(new InvalidOperationException("secret detail"));
        for (var attempt = 0; attempt < MapSearchJob.MaxAttempts; attempt++)
        {
            await Should.ThrowAsync<InvalidOperationException>(RunAsync);
        }

        var job = await FindAsync();
        job.State.ShouldBe(MapSearchState.Failed);
        job.Failure!.ShouldNotContain("secret detail");
    }

    private void Fail(params int[] maps)
    {
        foreach (var map in maps)
        {
            _source.ReadAsync(Make.Uid(map), Arg.Any<CancellationToken>()).Returns(Make.Failed<Leaderboard>(Make.Trouble()));
        }
    }

    private async Task ListAsync(IReadOnlyList<MapListing> maps)
    {
        await _jobs.TryAddAsync(_job, 5, CancellationToken.None);
        _maps.ListMapsAsync(_job.Mapper, Arg.Any<CancellationToken>()).Returns(Make.Success(maps));
    }

    private async Task<RunMapSearchResult> RunAsync() => (await _handler.Handle(new RunMapSearchCommand(_job.Key), CancellationToken.None)).Value;

    private async Task<MapSearchJob> FindAsync() => (await _jobs.FindAsync(_job.Key, CancellationToken.None))!;

    private async Task<List<MapSearchRow>> RowsAsync() => await _jobs.ReadRowsAsync(_job.Key, -1, CancellationToken.None).ToListAsync();
}
