using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>Reads leaderboards from the game's own service.</summary>
public interface ILeaderboardSource
{
    /// <summary>The first 100 rows of the world leaderboard. A map without records and an unknown map look alike: no rows.</summary>
    /// <returns>An <see cref="ErrorKind.Upstream"/> error when the service does not answer properly after retries, <see cref="ErrorKind.UpstreamTimeout"/> when not in time.</returns>
    Task<Result<Leaderboard>> ReadAsync(MapUid mapUid, CancellationToken cancellationToken);

    /// <summary>Maps one question for positions may name.</summary>
    const int MaxPositions = 50;

    /// <summary>
    /// The world position that each time would have: one behind all records that are as fast or faster. A map without an answer is
    /// absent, for whatever reason: closed, unknown, or none; it says nothing about the map.
    /// </summary>
    /// <param name="times">Milliseconds by map; at most <see cref="MaxPositions"/>.</param>
    /// <inheritdoc cref="ReadAsync" path="/returns"/>
    Task<Result<IReadOnlyDictionary<MapUid, int>>> ReadPositionsAsync(IReadOnlyDictionary<MapUid, long> times, CancellationToken cancellationToken);
}
