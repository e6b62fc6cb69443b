using Backend.Application.Ports;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="ILeaderboardCache"/> does.</summary>
public abstract class LeaderboardCacheContract
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 12, 0, 0, 123, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(s_start);

    protected abstract Task<ILeaderboardCache> CreateAsync(TimeProvider time);

    [Fact]
    public async Task What_was_never_saved_is_absent()
    {
        var cache = await CreateAsync(_time);

        (await cache.FindAsync(NewUid(), CancellationToken.None)).ShouldBeNull();
        (await cache.FindWalkAsync($"nobody {Ids.Next():N}", CancellationToken.None)).ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_board_comes_back_as_it_was_saved(int rows)
    {
        var cache = await CreateAsync(_time);
        var board = Board(NewUid(), rows);

        await cache.SaveAsync(board, CancellationToken.None);

        var found = (await cache.FindAsync(board.MapUid, CancellationToken.None))!;
        found.MapUid.ShouldBe(board.MapUid);
        found.ReadAt.ShouldBe(board.ReadAt);
        found.Entries.ShouldBe(board.Entries);
    }

    [Fact]
    public async Task Uids_that_differ_in_case_are_different_maps()
    {
        var cache = await CreateAsync(_time);
        var id = Ids.Next().ToString("N");
        MapUid.TryCreate($"a{id}", out var lower).ShouldBeTrue();
        MapUid.TryCreate($"A{id}", out var upper).ShouldBeTrue();

        await cache.SaveAsync(Board(lower, 1), CancellationToken.None);

        (await cache.FindAsync(upper, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task The_board_saved_last_counts()
    {
        var cache = await CreateAsync(_time);
        var uid = NewUid();
        await cache.SaveAsync(Board(uid, 5), CancellationToken.None);

        await cache.SaveAsync(Board(uid, 2) with { ReadAt = s_start.AddSeconds(1) }, CancellationToken.None);

        var found = (await cache.FindAsync(uid, CancellationToken.None))!;
        found.ReadAt.ShouldBe(s_start.AddSeconds(1));
        found.Entries.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Nothing_is_returned_after_its_time()
    {
        var cache = await CreateAsync(_time);
        var board = Board(NewUid(), 1);
        var mapper = $"Mäpper {Ids.Next():N}";
        await cache.SaveAsync(board, CancellationToken.None);
        await cache.SaveWalkAsync(mapper, new MapperWalk(s_start, s_start), CancellationToken.None);

        _time.Advance(ILeaderboardCache.KeptFor);

        (await cache.FindAsync(board.MapUid, CancellationToken.None)).ShouldBeNull();
        (await cache.FindWalkAsync(mapper, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_walk_comes_back_for_the_mapper_in_any_case()
    {
        var cache = await CreateAsync(_time);
        var mapper = $"Ünï Cödé.Mapper 🏁 {Ids.Next():N}";
        var walk = new MapperWalk(s_start, s_start.AddMilliseconds(1234));

        await cache.SaveWalkAsync(mapper, walk, CancellationToken.None);

        (await cache.FindWalkAsync(mapper.ToUpperInvariant(), CancellationToken.None)).ShouldBe(walk);
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        var cache = await CreateAsync(_time);
        var board = Board(NewUid(), 1);

        await Should.ThrowAsync<OperationCanceledException>(() => cache.SaveAsync(board, new CancellationToken(canceled: true)));

        (await cache.FindAsync(board.MapUid, CancellationToken.None)).ShouldBeNull();
    }

    private static MapUid NewUid()
    {
        MapUid.TryCreate($"-_{Ids.Next():N}", out var uid).ShouldBeTrue();
        return uid;
    }

    private static Leaderboard Board(MapUid uid, int rows) => new(
        uid,
        s_start,
        [.. Enumerable.Range(1, rows).Select(position => new LeaderboardEntry(
            new AccountId(Ids.Next()),
            "30aa0001-7e13-11e8-8060-e284abfd2bc4",
            "Îlê-de-Wörld",
            position,
            position == 2 ? RecordTime.Secret : RecordTime.FromMilliseconds(5_000_000_000 + position),
            position == 3 ? null : s_start.AddSeconds(-position)))]);
}
