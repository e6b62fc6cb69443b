using System.Collections.Concurrent;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Sessions;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemorySessionStore(TimeProvider clock) : ISessionStore
{
    private readonly ConcurrentDictionary<UserId, Dictionary<SessionId, Session>> _users = new();

    public Task AddAsync(Session session, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (!TryAdd(session))
        {
            // All sessions of the user were removed just now, and the list of them with them.
        }

        return Task.CompletedTask;
    }

    private bool TryAdd(Session session)
    {
        var sessions = _users.GetOrAdd(session.UserId, static _ => []);
        lock (sessions)
        {
            if (_users.GetValueOrDefault(session.UserId) != sessions)
            {
                return false;
            }

            var now = clock.GetUtcNow();
            foreach (var dead in sessions.Values.Where(s => !s.IsLive(now)).ToList())
            {
                sessions.Remove(dead.Id);
            }

            if (!sessions.TryAdd(session.Id, session))
            {
                throw new InvalidOperationException($"Session {session.Id} exists already.");
            }

            foreach (var oldest in sessions.Values.Where(s => s.Id != session.Id).OrderByDescending(s => s.CreatedAt).Skip(Session.MaxPerUser - 1).ToList())
            {
                sessions.Remove(oldest.Id);
            }

            return true;
        }
    }

    public Task<Session?> FindAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_users.TryGetValue(userId, out var sessions))
        {
            return Task.FromResult<Session?>(null);
        }

        lock (sessions)
        {
            return Task.FromResult(FindLive(sessions, sessionId));
        }
    }

    public async Task<bool> IsLiveAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken) =>
        await FindAsync(userId, sessionId, cancellationToken) is not null;

    public Task<IReadOnlyList<Session>> ListAsync(UserId userId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_users.TryGetValue(userId, out var sessions))
        {
            return Task.FromResult<IReadOnlyList<Session>>([]);
        }

        lock (sessions)
        {
            var now = clock.GetUtcNow();
            return Task.FromResult<IReadOnlyList<Session>>([.. sessions.Values.Where(s => s.IsLive(now)).OrderByDescending(s => s.CreatedAt)]);
        }
    }

    public Task<Session?> TryRotateAsync(UserId userId, SessionId sessionId, long expectedCounter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_users.TryGetValue(userId, out var sessions))
        {
            return Task.FromResult<Session?>(null);
        }

        lock (sessions)
        {
            var session = FindLive(sessions, sessionId);
            if (session?.Counter != expectedCounter)
            {
                return Task.FromResult<Session?>(null);
            }

            var rotated = session.Rotate(clock.GetUtcNow());
            sessions[sessionId] = rotated;
            return Task.FromResult<Session?>(rotated);
        }
    }

    public Task<bool> RemoveAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_users.TryGetValue(userId, out var sessions))
        {
            return Task.FromResult(false);
        }

        lock (sessions)
        {
            var live = FindLive(sessions, sessionId) is not null;
            sessions.Remove(sessionId);
            return Task.FromResult(live);
        }
    }

    public Task<int> RemoveAllAsync(UserId userId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_users.TryGetValue(userId, out var sessions))
        {
            return Task.FromResult(0);
        }

        lock (sessions)
        {
            var now = clock.GetUtcNow();
            var live = sessions.Values.Count(s => s.IsLive(now));
            sessions.Clear();
            _users.TryRemove(KeyValuePair.Create(userId, sessions));
            return Task.FromResult(live);
        }
    }

    private Session? FindLive(Dictionary<SessionId, Session> sessions, SessionId sessionId) =>
        sessions.TryGetValue(sessionId, out var session) && session.IsLive(clock.GetUtcNow()) ? session : null;
}
