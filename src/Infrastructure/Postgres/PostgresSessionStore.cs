using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Infrastructure.Storage;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresSessionStore(PostgresDatabase database, TimeProvider clock) : ISessionStore
{
    private const string Columns = "user_id, id, created_at, refreshed_at, counter, user_agent, ip_address";

    private readonly RecentReads<(UserId UserId, SessionId Id), bool> _recent = new(ISessionStore.Staleness / 2, clock);

    public async Task AddAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteTogetherAsync(
                cancellationToken,
                AdvisoryLock.OfUser(AdvisoryLock.Sessions, session.UserId),
                ($"insert into sessions ({Columns}, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
                [
                    Value(session.UserId.Value), Value(session.Id.Value), Value(session.CreatedAt), Value(session.RefreshedAt),
                    Value(session.Counter), Value(session.UserAgent), Value(session.IpAddress), Value(session.ExpiresAt),
                ]),
                ("""
                 delete from sessions where user_id = $1 and id <> $2 and (expires_at <= $3 or id in (
                     select id from sessions where user_id = $1 and id <> $2 and expires_at > $3 order by created_at desc, id desc offset $4))
                 """,
                 [Value(session.UserId.Value), Value(session.Id.Value), Value(Now()), Value(Session.MaxPerUser - 1)]));
        }
        catch (PostgresException exception) when (PostgresFailures.IsUniqueViolation(exception))
        {
            throw new InvalidOperationException($"Session {session.Id} exists already.", exception);
        }

        _recent.ForgetWhere(key => key.UserId == session.UserId);
    }

    public async Task<Session?> FindAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            $"select {Columns} from sessions where user_id = $1 and id = $2 and expires_at > $3",
            Map,
            cancellationToken,
            Value(userId.Value),
            Value(sessionId.Value),
            Value(Now()))).SingleOrDefault();

    public async Task<bool> IsLiveAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken) =>
        await _recent.GetAsync((userId, sessionId), async key => await FindAsync(key.UserId, key.Id, cancellationToken) is not null);

    public async Task<IReadOnlyList<Session>> ListAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            $"select {Columns} from sessions where user_id = $1 and expires_at > $2 order by created_at desc, id desc",
            Map,
            cancellationToken,
            Value(userId.Value),
            Value(Now()));

    public async Task<Session?> TryRotateAsync(UserId userId, SessionId sessionId, long expectedCounter, CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            $"""
             update sessions set counter = counter + 1, refreshed_at = $4, expires_at = least($4 + $5, created_at + $6)
             where user_id = $1 and id = $2 and counter = $3 and expires_at > $4
             returning {Columns}
             """,
            Map,
            cancellationToken,
            Value(userId.Value),
            Value(sessionId.Value),
            Value(expectedCounter),
            Value(Now()),
            Value(Session.IdleLimit),
            Value(Session.AbsoluteLifetime))).SingleOrDefault();

    public async Task<bool> RemoveAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken)
    {
        var removed = await database.WriteAsync(
            "delete from sessions where user_id = $1 and id = $2 and expires_at > $3", cancellationToken, Value(userId.Value), Value(sessionId.Value), Value(Now()));
        _recent.Forget((userId, sessionId));
        return removed > 0;
    }

    public async Task<int> RemoveAllAsync(UserId userId, CancellationToken cancellationToken)
    {
        var removed = await database.WriteAsync("delete from sessions where user_id = $1 and expires_at > $2", cancellationToken, Value(userId.Value), Value(Now()));
        _recent.ForgetWhere(key => key.UserId == userId);
        return removed;
    }

    private static Session Map(NpgsqlDataReader row) => new(
        new UserId(row.GetInt64(0)),
        new SessionId(row.GetGuid(1)),
        row.GetFieldValue<DateTimeOffset>(2),
        row.GetFieldValue<DateTimeOffset>(3),
        row.GetInt64(4),
        row.GetString(5),
        row.GetString(6));

    private DateTimeOffset Now() => clock.GetUtcNow().ToWholeMilliseconds();
}
