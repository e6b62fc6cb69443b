using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;

namespace Backend.Application.Ports;

/// <summary>Makes the short-lived tokens that clients send with every request. A token alone proves nothing: its session must be live.</summary>
public interface IAccessTokens
{
    /// <summary>Lifetime of a token.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <param name="role">A copy for clients; never trusted when it comes back.</param>
    Secret Issue(UserId userId, SessionId sessionId, Role role);

    /// <summary>Whose token it is, or null unless it was issued here, as an access token, and is neither expired nor not yet valid.</summary>
    Task<AccessTokenOwner?> ReadAsync(Secret token);
}

public sealed record AccessTokenOwner(UserId UserId, SessionId SessionId);
