using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Leaderboards;

/// <summary>
/// Reads the boards of one mapper's maps, one after the other. A pass over a thousand maps takes longer than a board
/// stays fresh, so freshness is that of the pass: while one runs, or ended a short time ago, another one for the same
/// mapper takes all that it read. Only reads from upstream keep a pass alive, so data cannot stay fresh for ever.
/// </summary>
internal sealed class MapperWalkReader
{
    private readonly string _mapper;
    private readonly DateTimeOffset _notBefore;
    private readonly LeaderboardReader _reader;
    private readonly ILeaderboardCache _cache;
    private MapperWalk _walk;

    private MapperWalkReader(string mapper, MapperWalk walk, DateTimeOffset notBefore, LeaderboardReader reader, ILeaderboardCache cache)
    {
        _mapper = mapper;
        _walk = walk;
        _notBefore = notBefore;
        _reader = reader;
        _cache = cache;
    }

    /// <summary>Joins the mapper's current pass, or begins one.</summary>
    public static async Task<MapperWalkReader> StartAsync(
        string mapper, LeaderboardReader reader, ILeaderboardCache cache, MapSearchOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        // Boards carry whole milliseconds; a finer limit would call one that was read in this very millisecond too old.
        var now = clock.GetUtcNow().ToWholeMilliseconds();
        var freshSince = now - options.LeaderboardFreshness;
        var walk = await cache.FindWalkAsync(mapper, cancellationToken);
        if (walk is null || walk.LastReadAt < freshSince || walk.StartedAt < now - ILeaderboardCache.KeptFor)
        {
            walk = new MapperWalk(now, now);
        }

        return new MapperWalkReader(mapper, walk, walk.StartedAt < freshSince ? walk.StartedAt : freshSince, reader, cache);
    }

    public async Task<Result<Leaderboard>> ReadAsync(MapUid mapUid, CancellationToken cancellationToken)
    {
        var board = await _reader.ReadAsync(mapUid, _notBefore, cancellationToken);
        if (board.IsSuccess && board.Value.ReadAt > _walk.LastReadAt)
        {
            _walk = _walk with { LastReadAt = board.Value.ReadAt };
            await _cache.SaveWalkAsync(_mapper, _walk, cancellationToken);
        }

        return board;
    }
}
