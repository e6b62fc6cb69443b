using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Feedback;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresFeedbackStore(PostgresDatabase database) : IFeedbackStore
{
    private const string Columns = "f.id, f.user_id, u.username, f.message, f.type, f.created_at, f.read_at";

    public async Task<AddFeedbackOutcome> AddAsync(NewFeedback feedback, CancellationToken cancellationToken) => (await database.WriteAloneAsync(
        ("select pg_advisory_xact_lock($1, 0)", [Value(AdvisoryLock.Feedback)]),
        """
        with unread as (select count(*) as all, count(*) filter (where user_id = $1) as own from feedback where read_at is null),
        added as (
            insert into feedback (user_id, message, type, created_at)
            select u.id, $2, $3, $4 from users u, unread where u.id = $1 and unread.all < $5 and unread.own < $6 for key share of u
            returning id)
        select added.id, unread.all >= $5, unread.own >= $6 from unread left join added on true
        """,
        static row => !row.IsDBNull(0)
            ? new AddFeedbackOutcome(AddFeedbackStatus.Added, new FeedbackId(row.GetInt64(0)))
            : new AddFeedbackOutcome(row.GetBoolean(1) ? AddFeedbackStatus.Backlog : row.GetBoolean(2) ? AddFeedbackStatus.UserBacklog : AddFeedbackStatus.NoSuchUser),
        cancellationToken,
        Value(feedback.UserId.Value),
        Value(feedback.Message),
        Value(feedback.Type),
        Value(feedback.CreatedAt.ToWholeMilliseconds()),
        Value((long)FeedbackEntry.MaxUnread),
        Value((long)FeedbackEntry.MaxUnreadPerUser))).Single();

    public Task<IReadOnlyList<FeedbackEntry>> ListAsync(int limit, CancellationToken cancellationToken) => ListAsync("true", limit, cancellationToken);

    public Task<IReadOnlyList<FeedbackEntry>> ListOfAsync(UserId userId, CancellationToken cancellationToken) => ListAsync("f.user_id = $2", int.MaxValue, cancellationToken, Value(userId.Value));

    public async Task<bool> MarkReadAsync(FeedbackId id, DateTimeOffset readAt, CancellationToken cancellationToken) =>
        await database.WriteAsync("update feedback set read_at = coalesce(read_at, $2) where id = $1", cancellationToken, Value(id.Value), Value(readAt.ToWholeMilliseconds())) > 0;

    public async Task<bool> RemoveAsync(FeedbackId id, CancellationToken cancellationToken) =>
        await database.WriteAsync("delete from feedback where id = $1", cancellationToken, Value(id.Value)) > 0;

    private async Task<IReadOnlyList<FeedbackEntry>> ListAsync(string condition, int limit, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) => await database.ReadAsync(
        $"select {Columns} from feedback f join users u on u.id = f.user_id where {condition} order by f.created_at desc, f.id desc limit $1",
        Read,
        cancellationToken,
        [Value(limit), .. parameters]);

    private static FeedbackEntry Read(NpgsqlDataReader row) => new(
        new FeedbackId(row.GetInt64(0)),
        new UserId(row.GetInt64(1)),
        UserName.TryCreate(row.GetString(2), out var name) ? name : throw new InvalidOperationException($"The stored user {row.GetInt64(1)} has a name that no user can have."),
        row.GetString(3),
        row.GetString(4),
        row.GetFieldValue<DateTimeOffset>(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6));
}
