using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>Reads leaderboards from the game's own service.</summary>
public interface ILeaderboardSource
{
    /// <summary>The first 100 rows of the world leaderboard. A map without records and an unknown map look alike: no rows.</summary>
    /// <returns>An <see cref="ErrorKind.Upstream"/> error when the service does not answer properly after retries, <see cref="ErrorKind.UpstreamTimeout"/> when not in time.</returns>
    Task<Result<Leaderboard>> ReadAsync(MapUid mapUid, CancellationToken cancellationToken);
}
