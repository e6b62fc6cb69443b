using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresPasswordResetStore(PostgresDatabase database) : IPasswordResetStore
{
    /// <summary>What a write must find as it was when the wish was claimed.</summary>
    private const string IfStillMine = "where email_key = $1 and id = $2 and fence = $3 and due_at is not null";

    private const string IfGood = "where token_hash = $1 and expires_at > clock_timestamp()";

    public Task NoteAsync(EmailAddress email, PasswordResetId id, CancellationToken cancellationToken) => database.WriteAsync(
        """
        insert into password_resets (email_key, id, noted_at, due_at) values ($1, $2, clock_timestamp(), clock_timestamp())
        on conflict (email_key) do update set id = excluded.id, noted_at = excluded.noted_at, due_at = excluded.due_at, attempts = 0
        """,
        cancellationToken,
        Value(email.Key),
        Value(id.Value));

    public async Task<PasswordResetTicket?> TryClaimAsync(CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            """
            with nobodys as (
                delete from password_resets where email_key in (
                    select r.email_key from password_resets r
                    where r.due_at <= clock_timestamp() and not exists (select from users u where u.email_key = r.email_key)
                    order by r.due_at limit 1000 for update skip locked))
            update password_resets as r set attempts = r.attempts + 1, fence = r.fence + 1, due_at = clock_timestamp() + $1
            from (
                select w.email_key, u.id, u.username, u.email from password_resets w join users u on u.email_key = w.email_key
                where w.due_at <= clock_timestamp() order by w.due_at limit 1 for update of w skip locked) due
            where r.email_key = due.email_key
            returning r.id, due.id, due.username, due.email, r.attempts, clock_timestamp() - r.noted_at, r.fence
            """,
            static row => UserName.TryCreate(row.GetString(2), out var name) && EmailAddress.TryCreate(row.GetString(3), out var to)
                ? new PasswordResetTicket(
                    new PasswordResetId(row.GetGuid(0)), new UserId(row.GetInt64(1)), name, to, row.GetInt32(4), row.GetFieldValue<TimeSpan>(5), row.GetInt64(6))
                : throw new InvalidOperationException($"The stored user {row.GetInt64(1)} has a name or an address that no user can have."),
            cancellationToken,
            Value(IPasswordResetStore.Lease))).SingleOrDefault();

    public async Task<bool> TryArmAsync(PasswordResetTicket ticket, ResetTokenHash hash, TimeSpan validity, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            $"update password_resets set token_hash = $4, expires_at = clock_timestamp() + $5 {IfStillMine}", cancellationToken, [.. ClaimOf(ticket), Value(hash.Value), Value(validity)]) > 0;

    public async Task<bool> TryEndAsync(PasswordResetTicket ticket, CancellationToken cancellationToken) =>
        await database.WriteAsync($"update password_resets set due_at = null {IfStillMine}", cancellationToken, ClaimOf(ticket)) > 0;

    public async Task<bool> TryPutOffAsync(PasswordResetTicket ticket, TimeSpan pause, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            $"update password_resets set due_at = clock_timestamp() + $4, fence = fence + 1, token_hash = null, expires_at = null {IfStillMine}", cancellationToken, [.. ClaimOf(ticket), Value(pause)]) > 0;

    public async Task<bool> TryGiveUpAsync(PasswordResetTicket ticket, CancellationToken cancellationToken) =>
        await database.WriteAsync($"delete from password_resets {IfStillMine}", cancellationToken, ClaimOf(ticket)) > 0;

    public async Task<UserId?> FindAsync(ResetTokenHash hash, CancellationToken cancellationToken) =>
        (await database.ReadAsync($"select u.id from password_resets r join users u on u.email_key = r.email_key {IfGood}", ReadUser, cancellationToken, Value(hash.Value))).SingleOrDefault();

    public async Task<UserId?> TryUseAsync(ResetTokenHash hash, Secret passwordHash, CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            $"""
             with used as (delete from password_resets {IfGood} returning email_key)
             update users u set password_hash = $2 from used where u.email_key = used.email_key returning u.id
             """,
            ReadUser,
            cancellationToken,
            Value(hash.Value),
            Value(passwordHash.Reveal()))).SingleOrDefault();

    public Task ForgetAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync("delete from password_resets r using users u where u.id = $1 and r.email_key = u.email_key", cancellationToken, Value(userId.Value));

    private static UserId? ReadUser(NpgsqlDataReader row) => new UserId(row.GetInt64(0));

    private static NpgsqlParameter[] ClaimOf(PasswordResetTicket ticket) => [Value(ticket.To.Key), Value(ticket.Id.Value), Value(ticket.Fence)];
}
