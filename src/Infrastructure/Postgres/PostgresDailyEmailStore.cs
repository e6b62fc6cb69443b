using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.DailyEmails;
using Backend.Domain.History;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresDailyEmailStore(PostgresDatabase database) : IDailyEmailStore
{
    /// <summary>What a write must find as it was when the mail was claimed.</summary>
    private const string IfStillMine = "where run_date = $1 and user_id = $2 and fence = $3 and state = 'sending'";

    public async Task<DailyEmailTicket?> TryClaimAsync(CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            """
            update daily_emails as e set state = 'sending', attempts = e.attempts + 1, fence = e.fence + 1, due_at = clock_timestamp() + $1
            from (
                select run_date, user_id, state from daily_emails
                where due_at <= clock_timestamp() and coalesce((select max(rest_until) from daily_emails where rest_until is not null) <= clock_timestamp(), true)
                order by due_at limit 1 for update skip locked) due
            join users u on u.id = due.user_id
            where e.run_date = due.run_date and e.user_id = due.user_id
            returning e.run_date, e.user_id, u.email, e.subject, e.body_text, e.body_html, e.mapper_maps, e.driver_changes, e.created_at, e.attempts, u.mapper_mail or u.driver_mail, due.state = 'sending', e.fence
            """,
            static row => new DailyEmailTicket(
                new DailyEmailKey(row.GetFieldValue<DateOnly>(0), new UserId(row.GetInt64(1))),
                EmailAddress.TryCreate(row.GetString(2), out var to) ? to : throw new InvalidOperationException($"The stored user {row.GetInt64(1)} has an address that no user can have."),
                new EmailContent(row.GetString(3), row.GetString(4), row.GetString(5)),
                row.IsDBNull(6) ? null : row.GetInt32(6),
                row.IsDBNull(7) ? null : row.GetInt32(7),
                row.GetFieldValue<DateTimeOffset>(8),
                row.GetInt32(9),
                row.GetBoolean(10),
                row.GetBoolean(11),
                row.GetInt64(12)),
            cancellationToken,
            Value(IDailyEmailStore.Lease))).SingleOrDefault();

    public async Task<bool> TryEndAsync(
        DailyEmailTicket ticket, DailyEmailState state, string? reason, IReadOnlyCollection<HistoryEntry> history, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            $"""
             with ended as (
                 update daily_emails set state = $4, reason = $5, due_at = null, updated_at = $6, fence = fence + 1 {IfStillMine}
                 returning run_date, user_id),
             past as (
                 insert into notification_history (user_id, notification_type, processing_date, status, message, records_found, created_at)
                 select e.user_id, p.kind, e.run_date, p.outcome, p.message, p.found, $6 from ended e cross join unnest($7::text[], $8::text[], $9::text[], $10::int[]) as p (kind, outcome, message, found))
             select 1 from ended
             """,
            static row => row.GetInt32(0),
            cancellationToken,
            [.. ClaimOf(ticket), Value(state.ToWord()), Value(reason), Value(now.ToWholeMilliseconds()), .. PostgresDailyRunStore.PastOf(history)]) is { Count: 1 };

    public async Task<bool> TryPutOffAsync(DailyEmailTicket ticket, TimeSpan pause, TimeSpan rest, bool isCounted, string reason, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            $"""
             update daily_emails set state = 'pending', reason = $7, attempts = attempts - $6, due_at = clock_timestamp() + $4, rest_until = clock_timestamp() + nullif($5, interval '0'), fence = fence + 1
             {IfStillMine}
             """,
            cancellationToken,
            [.. ClaimOf(ticket), Value(pause), Value(rest), Value(isCounted ? 0 : 1), Value(reason)]) > 0;

    public async Task<IReadOnlyList<UnsentEmail>> ListUnsentAsync(DateOnly since, int limit, CancellationToken cancellationToken) => await database.ReadAsync(
        """
        select e.run_date, e.user_id, u.username, e.state, e.attempts, e.reason, e.updated_at from daily_emails e join users u on u.id = e.user_id
        where e.state <> 'sent' and e.run_date >= $1 order by e.run_date desc, e.user_id limit $2
        """,
        static row => new UnsentEmail(
            new DailyEmailKey(row.GetFieldValue<DateOnly>(0), new UserId(row.GetInt64(1))),
            UserName.TryCreate(row.GetString(2), out var name) ? name : throw new InvalidOperationException($"The stored user {row.GetInt64(1)} has a name that no user can have."),
            (DailyEmailState)DailyEmailWords.States.TakeWhile(w => w != row.GetString(3)).Count(),
            row.GetInt32(4),
            row.IsDBNull(5) ? null : row.GetString(5),
            row.GetFieldValue<DateTimeOffset>(6)),
        cancellationToken,
        Value(since),
        Value(limit));

    private static NpgsqlParameter[] ClaimOf(DailyEmailTicket ticket) => [Value(ticket.Key.RunDate), Value(ticket.Key.UserId.Value), Value(ticket.Fence)];
}
