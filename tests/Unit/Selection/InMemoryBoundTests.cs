using Backend.Application.Ports;
using Backend.Domain.Tracks;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Security;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Selection;

public sealed class InMemoryBoundTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task The_rate_limiter_forgets_the_key_that_was_quiet_for_longest_and_only_beyond_its_bound()
    {
        var limiter = new InMemoryRateLimiter(RateLimitOptions.Read(Settings.Of(("RateLimits:Login", "1/300")), []), _clock);
        (await TakeAsync(limiter, "quiet")).ShouldBeTrue();
        (await TakeAsync(limiter, "busy")).ShouldBeTrue();
        for (var i = 2; i < InMemoryRateLimiter.MaxKeys; i++)
        {
            (await TakeAsync(limiter, $"{i}")).ShouldBeTrue();
        }

        (await TakeAsync(limiter, "quiet")).ShouldBeFalse("all keys fit");
        (await TakeAsync(limiter, "busy")).ShouldBeFalse();
        (await TakeAsync(limiter, "one more")).ShouldBeTrue();
        (await TakeAsync(limiter, "quiet")).ShouldBeFalse("a refused call keeps a key in mind");
        (await TakeAsync(limiter, "busy")).ShouldBeFalse();
        (await TakeAsync(limiter, "3")).ShouldBeFalse("only one had to go");
        (await TakeAsync(limiter, "2")).ShouldBeTrue("it was quiet for longest");
    }

    [Fact]
    public async Task Limits_share_no_keys_and_a_switched_off_one_keeps_none()
    {
        var limiter = new InMemoryRateLimiter(RateLimitOptions.Read(Settings.Of(("RateLimits:Login", "1/300"), ("RateLimits:Register", "off"), ("RateLimits:MapSearch", "1/300")), []), _clock);
        (await TakeAsync(limiter, "key")).ShouldBeTrue();
        (await limiter.TryTakeAsync(RateLimit.MapSearch, "key", CancellationToken.None)).IsAllowed.ShouldBeTrue();
        for (var i = 0; i < InMemoryRateLimiter.MaxKeys + 1; i++)
        {
            (await limiter.TryTakeAsync(RateLimit.Register, $"{i}", CancellationToken.None)).ShouldBe(RateLimitVerdict.Unlimited);
        }

        (await TakeAsync(limiter, "key")).ShouldBeFalse();
        (await limiter.TryTakeAsync(RateLimit.MapSearch, "key", CancellationToken.None)).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task The_leaderboard_cache_drops_the_boards_saved_longest_ago_beyond_its_rows()
    {
        const int Parts = 5;
        var cache = new InMemoryLeaderboardCache(_clock);
        var boards = Enumerable.Range(0, Parts + 1).Select(i => Board($"map{i}", InMemoryLeaderboardCache.MaxRows / Parts)).ToList();
        foreach (var board in boards[..Parts])
        {
            await cache.SaveAsync(board, CancellationToken.None);
        }

        (await FoundAsync(cache, boards)).ShouldBe([0, 1, 2, 3, 4]);
        await cache.SaveAsync(boards[0], CancellationToken.None);
        (await FoundAsync(cache, boards)).ShouldBe([0, 1, 2, 3, 4], "a board that is saved again is not counted twice");
        await cache.SaveAsync(boards[5], CancellationToken.None);
        (await FoundAsync(cache, boards)).ShouldBe([0, 2, 3, 4, 5], "the second was saved longest ago");
        await cache.SaveAsync(Board("tiny", 1), CancellationToken.None);
        (await FoundAsync(cache, boards)).ShouldBe([0, 3, 4, 5]);
    }

    [Fact]
    public async Task Empty_boards_count_too()
    {
        var cache = new InMemoryLeaderboardCache(_clock);
        await cache.SaveAsync(Board("empty", 0), CancellationToken.None);
        await cache.SaveAsync(Board("most", InMemoryLeaderboardCache.MaxRows - 1), CancellationToken.None);
        (await FoundAsync(cache, [Board("empty", 0), Board("most", 0)])).ShouldBe([0, 1]);

        await cache.SaveAsync(Board("another", 0), CancellationToken.None);
        (await FoundAsync(cache, [Board("empty", 0), Board("most", 0), Board("another", 0)])).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_board_larger_than_the_cache_is_not_kept_and_does_no_harm()
    {
        var cache = new InMemoryLeaderboardCache(_clock);
        await cache.SaveAsync(Board("huge", InMemoryLeaderboardCache.MaxRows + 1), CancellationToken.None);
        await cache.SaveAsync(Board("full", InMemoryLeaderboardCache.MaxRows), CancellationToken.None);

        (await FoundAsync(cache, [Board("huge", 0), Board("full", 0)])).ShouldBe([1]);
    }

    private static async Task<bool> TakeAsync(InMemoryRateLimiter limiter, string key) =>
        (await limiter.TryTakeAsync(RateLimit.Login, key, CancellationToken.None)).IsAllowed;

    private static async Task<List<int>> FoundAsync(InMemoryLeaderboardCache cache, List<Leaderboard> boards)
    {
        var found = new List<int>();
        for (var i = 0; i < boards.Count; i++)
        {
            if (await cache.FindAsync(boards[i].MapUid, CancellationToken.None) is not null)
            {
                found.Add(i);
            }
        }

        return found;
    }

    private Leaderboard Board(string uid, int rows)
    {
        MapUid.TryCreate(uid, out var mapUid).ShouldBeTrue();
        var entry = new LeaderboardEntry(new AccountId(Guid.Empty), "zone", "World", 1, RecordTime.FromMilliseconds(1), DrivenAt: null);
        var entries = new LeaderboardEntry[rows];
        Array.Fill(entries, entry);
        return new Leaderboard(mapUid, _clock.GetUtcNow(), entries);
    }
}
