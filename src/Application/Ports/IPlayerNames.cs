using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>Knows the current display names of accounts. Names change; the account id is the identity.</summary>
public interface IPlayerNames
{
    /// <summary>Accounts one call may name.</summary>
    const int MaxBatch = 50;

    /// <summary>The names that are known; an account without one is absent.</summary>
    /// <param name="accounts">At most <see cref="MaxBatch"/>.</param>
    /// <returns>An <see cref="ErrorKind.Upstream"/> error when the service does not answer properly after retries, <see cref="ErrorKind.UpstreamTimeout"/> when not in time.</returns>
    Task<Result<IReadOnlyDictionary<AccountId, string>>> ResolveAsync(IReadOnlyCollection<AccountId> accounts, CancellationToken cancellationToken);

    /// <summary>The player who has this display name now.</summary>
    /// <param name="displayName">In any case; anything is allowed.</param>
    /// <inheritdoc cref="ResolveAsync" path="/returns"/>
    Task<Result<PlayerLookup>> FindAsync(string displayName, CancellationToken cancellationToken);
}

/// <param name="Player">Null when nobody has the name; else with the name as it is spelled.</param>
public sealed record PlayerLookup(Player? Player);
