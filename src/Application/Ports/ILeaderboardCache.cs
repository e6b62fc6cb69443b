using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps leaderboards as they were read, by map UID, and which mappers were walked. A cache: it may forget anything at
/// any time, and it keeps nothing longer than <see cref="KeptFor"/>. What it does return is exactly what was saved last.
/// </summary>
public interface ILeaderboardCache
{
    /// <summary>No entry is returned this long after it was saved.</summary>
    static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    Task<Leaderboard?> FindAsync(MapUid mapUid, CancellationToken cancellationToken);

    Task SaveAsync(Leaderboard leaderboard, CancellationToken cancellationToken);

    /// <param name="mapper">Name on Trackmania Exchange; compared without regard to case.</param>
    Task<MapperWalk?> FindWalkAsync(string mapper, CancellationToken cancellationToken);

    /// <inheritdoc cref="FindWalkAsync"/>
    Task SaveWalkAsync(string mapper, MapperWalk walk, CancellationToken cancellationToken);
}

/// <summary>A pass over all maps of one mapper.</summary>
/// <param name="StartedAt">Boards read since then belong to the pass.</param>
/// <param name="LastReadAt">The pass's latest read from upstream.</param>
public sealed record MapperWalk(DateTimeOffset StartedAt, DateTimeOffset LastReadAt);
