using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>Asks the game's own service which position a time would have. Nobody waits for the answers, so they take only the slots that nobody else wants.</summary>
public interface IPositionSource
{
    /// <summary>Maps one question may name.</summary>
    const int MaxMaps = 50;

    /// <summary>
    /// The world position that each time would have: one behind all records that are as fast or faster. A map without an answer is
    /// absent, for whatever reason: closed, unknown, or none; it says nothing about the map.
    /// </summary>
    /// <param name="times">Milliseconds by map; at most <see cref="MaxMaps"/>.</param>
    /// <returns>An <see cref="ErrorKind.Upstream"/> error when the service does not answer properly after retries, <see cref="ErrorKind.UpstreamTimeout"/> when not in time.</returns>
    Task<Result<IReadOnlyDictionary<MapUid, int>>> ReadPositionsAsync(IReadOnlyDictionary<MapUid, long> times, CancellationToken cancellationToken);
}
