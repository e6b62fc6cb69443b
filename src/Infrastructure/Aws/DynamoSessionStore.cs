using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Infrastructure.Storage;
using static Backend.Infrastructure.Aws.DynamoItem;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// One item a session, under its user. Adding is a sequence: the item, then the deletion of those beyond the limit, which the next sign-in
/// makes good if a crash cuts it off; while several sign in at once a user may have more for a moment.
/// </summary>
internal sealed class DynamoSessionStore(DynamoDatabase database, AwsSettings settings, TimeProvider clock) : ISessionStore
{
    private readonly string _table = settings.NameOf(AwsSchema.Sessions);
    private readonly RecentReads<(UserId UserId, SessionId Id), bool> _recent = new(ISessionStore.Staleness / 2, clock);

    public async Task AddAsync(Session session, CancellationToken cancellationToken)
    {
        // The order of sign-ins as all instances see it, and that of their clocks unless one of them is wrong: a new session never ranks behind one that was there.
        var rank = (await ReadAsync(session.UserId, cancellationToken)).Select(s => s.Rank).Append(session.CreatedAt.ToUnixTimeMilliseconds() - 1).Max() + 1;
        if (!(await database.TryPutAsync(_table, Write(session, rank), "attribute_not_exists(pk)", cancellationToken)).IsDone)
        {
            throw new InvalidOperationException($"Session {session.Id} exists already.");
        }

        // From here on the caller's going away must not leave too many.
        var now = clock.GetUtcNow();
        var ranked = (await ReadAsync(session.UserId, CancellationToken.None)).OrderByDescending(s => s.Rank).ThenByDescending(s => s.Session.Id.Value).ToList();
        var dead = ranked.Where(s => !s.Session.IsLive(now)).Concat(ranked.Where(s => s.Session.IsLive(now)).Skip(Session.MaxPerUser));
        await Task.WhenAll(dead.Select(s => DeleteAsync(s.Session)));
        _recent.ForgetWhere(key => key.UserId == session.UserId);
    }

    public async Task<Session?> FindAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken) =>
        await database.FindAsync(_table, Partition(userId), Sort(sessionId), cancellationToken) is { } item ? IfLive(Read(item)) : null;

    public async Task<bool> IsLiveAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken) =>
        await _recent.GetAsync((userId, sessionId), async key => await FindAsync(key.UserId, key.Id, cancellationToken) is not null);

    public async Task<IReadOnlyList<Session>> ListAsync(UserId userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return [.. (await ReadAsync(userId, cancellationToken)).Select(s => s.Session).Where(s => s.IsLive(now)).OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id.Value)];
    }

    public async Task<Session?> TryRotateAsync(UserId userId, SessionId sessionId, long expectedCounter, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToWholeMilliseconds();
        var rotated = await database.TryUpdateAsync(
            _table,
            Partition(userId),
            Sort(sessionId),
            set: "#counter = :next, refreshed_at = :now, #ttl = :ttl",
            remove: string.Empty,
            condition: "#counter = :expected and refreshed_at > :idle_since and created_at > :born",
            new()
            {
                [":next"] = Number(expectedCounter + 1),
                [":now"] = Instant(now),
                [":ttl"] = Deletion(now + Session.IdleLimit),
                [":expected"] = Number(expectedCounter),
                [":idle_since"] = Instant(now - Session.IdleLimit),
                [":born"] = Instant(now - Session.AbsoluteLifetime),
            },
            cancellationToken,
            new() { ["#counter"] = "counter", ["#ttl"] = AwsSchema.TimeToLive });
        return rotated.IsDone ? Read(rotated.Item!) : null;
    }

    public async Task<bool> RemoveAsync(UserId userId, SessionId sessionId, CancellationToken cancellationToken)
    {
        var session = await FindAsync(userId, sessionId, cancellationToken);
        if (session is not null)
        {
            await DeleteAsync(session);
        }

        _recent.Forget((userId, sessionId));
        return session is not null;
    }

    public async Task<int> RemoveAllAsync(UserId userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var sessions = (await ReadAsync(userId, cancellationToken)).Select(s => s.Session).ToList();
        await Task.WhenAll(sessions.Select(DeleteAsync));
        _recent.ForgetWhere(key => key.UserId == userId);
        return sessions.Count(s => s.IsLive(now));
    }

    private static string Partition(UserId userId) => userId.Value.ToString(CultureInfo.InvariantCulture);

    private static string Sort(SessionId sessionId) => sessionId.ToString();

    private static Values Write(Session session, long rank) => new()
    {
        [AwsSchema.PartitionKey] = Text(Partition(session.UserId)),
        [AwsSchema.SortKey] = Text(Sort(session.Id)),
        ["created_at"] = Instant(session.CreatedAt),
        ["refreshed_at"] = Instant(session.RefreshedAt),
        ["counter"] = Number(session.Counter),
        ["user_agent"] = Text(session.UserAgent),
        ["ip_address"] = Text(session.IpAddress),
        ["rank"] = Number(rank),
        [AwsSchema.TimeToLive] = Deletion(session.ExpiresAt),
    };

    private static Session Read(Dictionary<string, AttributeValue> item) => new(
        new UserId(long.Parse(item.Text(AwsSchema.PartitionKey), CultureInfo.InvariantCulture)),
        new SessionId(Guid.Parse(item.Text(AwsSchema.SortKey))),
        item.Instant("created_at"),
        item.Instant("refreshed_at"),
        item.Number("counter"),
        item.Text("user_agent"),
        item.Text("ip_address"));

    private async Task<List<(Session Session, long Rank)>> ReadAsync(UserId userId, CancellationToken cancellationToken) =>
        [.. (await database.QueryAllAsync(_table, Partition(userId), cancellationToken)).Select(item => (Read(item), item.Number("rank")))];

    private Task DeleteAsync(Session session) => database.DeleteAsync(_table, Partition(session.UserId), Sort(session.Id), CancellationToken.None);

    private Session? IfLive(Session session) => session.IsLive(clock.GetUtcNow()) ? session : null;
}
