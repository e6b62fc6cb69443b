using Backend.Application.Leaderboards;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Application.Leaderboards;

public sealed class MapperWalkReaderTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _clock = Make.Clock();
    private readonly MapSearchOptions _options = new();
    private readonly InMemoryLeaderboardCache _cache;
    private readonly CountingSource _source;
    private readonly LeaderboardReader _reader;

    public MapperWalkReaderTests()
    {
        _cache = new InMemoryLeaderboardCache(_clock);
        _source = new CountingSource(_clock);
        _reader = new LeaderboardReader(_source, _cache);
    }

    [Fact]
    public async Task A_pass_right_after_another_one_reads_nothing()
    {
        await Walk(maps: 10);

        await Walk(maps: 10);

        _source.Calls.ShouldBe(10);
    }

    [Fact]
    public async Task A_pass_joins_one_that_runs_for_longer_than_a_board_stays_fresh()
    {
        // 15 minutes for 900 maps: when the pass ends, its first boards are three times as old as a fresh one.
        await Walk(maps: 900, between: TimeSpan.FromSeconds(1));

        await Walk(maps: 900);

        _source.Calls.ShouldBe(900);
    }

    [Fact]
    public async Task A_pass_that_begins_in_the_middle_of_another_takes_all_that_it_read()
    {
        var first = await Start();
        for (var map = 0; map < 600; map++)
        {
            await first.ReadAsync(Make.Uid(map), default);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var second = await Start();
        for (var map = 0; map < 600; map++)
        {
            await second.ReadAsync(Make.Uid(map), default);
        }

        _source.Calls.ShouldBe(600);
    }

    [Fact]
    public async Task A_pass_that_ended_five_minutes_ago_is_joined_and_a_moment_later_it_is_not()
    {
        await Walk(maps: 400, between: TimeSpan.FromSeconds(1));
        _clock.Advance(_options.LeaderboardFreshness - TimeSpan.FromSeconds(1));
        await Walk(maps: 400);
        _source.Calls.ShouldBe(400);

        _clock.Advance(Tick);
        await Walk(maps: 400);

        _source.Calls.ShouldBe(800);
    }

    [Fact]
    public async Task A_second_pass_that_breaks_off_among_old_boards_does_not_age_the_first_one()
    {
        await Walk(maps: 600, between: TimeSpan.FromSeconds(1));
        await Walk(maps: 5);

        await Walk(maps: 600);

        _source.Calls.ShouldBe(600);
    }

    [Fact]
    public async Task Boards_of_an_ended_pass_that_are_fresh_by_themselves_are_still_taken()
    {
        await Walk(maps: 2, between: TimeSpan.FromMinutes(4));

        // The pass ended 5 minutes ago, but other searches read its second board meanwhile.
        _clock.Advance(TimeSpan.FromMinutes(2));
        await _cache.SaveAsync(Make.Board(Make.Uid(1), _clock.GetUtcNow()), default);
        await Walk(maps: 2);

        _source.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task Reads_from_the_cache_do_not_keep_a_pass_alive()
    {
        await Walk(maps: 10);
        for (var minutes = 0; minutes < 4; minutes++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Walk(maps: 10);
        }

        _source.Calls.ShouldBe(10);
        _clock.Advance(TimeSpan.FromMinutes(1) + Tick);
        await Walk(maps: 10);

        _source.Calls.ShouldBe(20);
    }

    [Fact]
    public async Task Even_a_pass_that_never_ends_is_joined_for_an_hour_at_most()
    {
        var first = await Start();
        for (var minute = 0; minute <= 60; minute++)
        {
            await first.ReadAsync(Make.Uid(minute), default);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        var before = _source.Calls;
        var second = await Start();
        await second.ReadAsync(Make.Uid(30), default);

        _source.Calls.ShouldBe(before + 1);
    }

    [Fact]
    public async Task The_pass_of_one_mapper_says_nothing_about_another_but_shared_boards_do()
    {
        await Walk(maps: 3);
        await Walk(maps: 3, mapper: "Somebody Else");
        _source.Calls.ShouldBe(3);

        _clock.Advance(_options.LeaderboardFreshness + Tick);
        await Walk(maps: 3, mapper: "Third");

        _source.Calls.ShouldBe(6);
    }

    [Fact]
    public async Task The_mappers_name_is_compared_without_regard_to_case()
    {
        await Walk(maps: 400, between: TimeSpan.FromSeconds(1), mapper: "Ünï Cödé");

        await Walk(maps: 400, mapper: "ÜNÏ cödé");

        _source.Calls.ShouldBe(400);
    }

    [Fact]
    public async Task A_failed_read_keeps_no_pass_alive()
    {
        _source.Fails = true;
        await Walk(maps: 3);

        (await _cache.FindWalkAsync("Demo", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Without_freshness_every_later_pass_reads_everything()
    {
        var options = new MapSearchOptions { LeaderboardFreshness = TimeSpan.Zero };
        await Walk(maps: 3, options: options);
        _clock.Advance(Tick);

        await Walk(maps: 3, options: options);

        _source.Calls.ShouldBe(6);
    }

    [Fact]
    public async Task A_board_read_in_the_very_millisecond_in_which_the_pass_began_is_fresh_enough()
    {
        _clock.Advance(TimeSpan.FromTicks(5_000));
        _source.Limit = 3;

        await Walk(maps: 3, options: new MapSearchOptions { LeaderboardFreshness = TimeSpan.Zero });

        _source.Calls.ShouldBe(3);
    }

    private async Task Walk(int maps, TimeSpan between = default, string mapper = "Demo", MapSearchOptions? options = null)
    {
        var walk = await Start(mapper, options);
        for (var map = 0; map < maps; map++)
        {
            await walk.ReadAsync(Make.Uid(map), default);
            _clock.Advance(between);
        }
    }

    private Task<MapperWalkReader> Start(string mapper = "Demo", MapSearchOptions? options = null) =>
        MapperWalkReader.StartAsync(mapper, _reader, _cache, options ?? _options, _clock, default);

    private sealed class CountingSource(TimeProvider clock) : ILeaderboardSource
    {
        public int Calls { get; private set; }

        public bool Fails { get; set; }

        /// <summary>Calls beyond it throw, so that reading again and again ends.</summary>
        public int Limit { get; set; } = int.MaxValue;

        public Task<Result<Leaderboard>> ReadAsync(MapUid mapUid, CancellationToken cancellationToken)
        {
            return ++Calls > Limit
                ? throw new InvalidOperationException("The board was read before.")
                : Task.FromResult(Fails ? Make.Failed<Leaderboard>(Make.Trouble()) : Make.Board(mapUid, clock.GetUtcNow().ToWholeMilliseconds()));
        }
    }
}
