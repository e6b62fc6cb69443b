using Backend.Domain.Accounts;
using Backend.Domain.Sessions;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps sign-ins. Found only by user and session together. Every method is atomic, every read sees all earlier
/// writes, and a session that is no longer live at the time of the call is absent, whether or not it was cleaned up.
/// Instants keep whole milliseconds. A store may reclaim a session as soon as it is not live.
/// </summary>
public interface ISessionStore
{
    /// <summary>Longest time until an ended session has ended everywhere.</summary>
    static readonly TimeSpan Staleness = TimeSpan.FromSeconds(1);

    /// <summary>Stores a new session. When it returns, the user has at most <see cref="Session.MaxPerUser"/> live sessions, this one among them: the oldest by <see cref="Session.CreatedAt"/> were ended.</summary>
    /// <exception cref="InvalidOperationException">The id is taken.</exception>
    Task AddAsync(Session session, CancellationToken cancellationToken);

    Task<Session?> FindAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// Whether the session is live, for every request that carries an access token: what this process has written counts
    /// at once, what another one has written counts within <see cref="Staleness"/>.
    /// </summary>
    Task<bool> IsLiveAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken);

    /// <summary>The user's live sessions, newest first.</summary>
    Task<IReadOnlyList<Session>> ListAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>
    /// Rotates if and only if the session is live and its counter is still <paramref name="expectedCounter"/>, in one
    /// conditional step that also notes the time of rotation. Of any number of concurrent calls with the same counter
    /// exactly one gets the rotated session; the others, and calls for an absent session, get null and nothing changes.
    /// </summary>
    Task<Session?> TryRotateAsync(UserId userId, SessionId sessionId, long expectedCounter, CancellationToken cancellationToken);

    /// <summary>Ends one session. False when there was none.</summary>
    Task<bool> RemoveAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken);

    /// <summary>Ends all sessions of a user and returns how many were live.</summary>
    Task<int> RemoveAllAsync(UserId userId, CancellationToken cancellationToken);
}
