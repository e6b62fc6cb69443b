using Backend.Domain.Common;

namespace Backend.Application.Ports;

/// <summary>Keeps the tokens with which this service asks upstream, so that a restart or a second instance need not log in again. Every method is atomic; a token pair is always stored and read whole.</summary>
public interface IUpstreamTokenStore
{
    /// <summary>Longer than a renewal takes as a rule, by the store's own clock, and no longer than others should wait for one whose process died; a second renewal does no harm.</summary>
    static readonly TimeSpan RenewalLease = TimeSpan.FromSeconds(10);

    /// <summary>The stored token, also when it has expired; null when there is none.</summary>
    Task<UpstreamToken?> FindAsync(UpstreamTokenKind kind, CancellationToken cancellationToken);

    /// <summary>Replaces the stored token, and ends the renewal that is under way.</summary>
    Task SaveAsync(UpstreamTokenKind kind, UpstreamToken token, CancellationToken cancellationToken);

    /// <summary>
    /// Claims the renewal of the token, so that of all processes one asks upstream. Null while another holds it; else a
    /// number that ends it by <see cref="EndRenewalAsync"/>. A holder that falls silent loses it after <see cref="RenewalLease"/>.
    /// </summary>
    Task<long?> TryStartRenewalAsync(UpstreamTokenKind kind, CancellationToken cancellationToken);

    /// <summary>Gives a renewal up that brought nothing. Nothing happens when it is another's by now.</summary>
    Task EndRenewalAsync(UpstreamTokenKind kind, long renewal, CancellationToken cancellationToken);
}

/// <summary>Token families are not interchangeable, and neither are Nadeo's audiences.</summary>
public enum UpstreamTokenKind
{
    NadeoLiveServices,
    TrackmaniaOAuth,
}

/// <param name="RefreshAfter">Earliest moment at which the token may be exchanged for a new one.</param>
/// <param name="ExpiresAt">End of the access token.</param>
/// <param name="RefreshToken">Null where the grant has none.</param>
public sealed record UpstreamToken(Secret AccessToken, DateTimeOffset RefreshAfter, DateTimeOffset ExpiresAt, Secret? RefreshToken, DateTimeOffset? RefreshExpiresAt);
