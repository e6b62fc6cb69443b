using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresPasswordResetStore(PostgresDatabase database) : IPasswordResetStore
{
    /// <summary>What a write must find as it was when the wish was claimed.</summary>
    private const string IfStillMine = "where user_id = $1 and id = $2 and fence = $3 and due_at is not null";

    private const string IfGood = "where token_hash = $1 and expires_at > clock_timestamp()";

    public Task NoteAsync(EmailAddress email, PasswordResetId id, CancellationToken cancellationToken) => database.WriteAsync(
        """
        insert into password_resets (user_id, id, noted_at, due_at)
        select u.id, $2, clock_timestamp(), clock_timestamp() from users u where u.email_key = $1 for key share of u
        on conflict (user_id) do update set id = excluded.id, noted_at = excluded.noted_at, due_at = excluded.due_at, attempts = 0, token_hash = null, expires_at = null
        """,
        cancellationToken,
        Value(email.Key),
        Value(id.Value));

    public async Task<PasswordResetTicket?> TryClaimAsync(CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            """
            update password_resets as r set attempts = r.attempts + 1, fence = r.fence + 1, due_at = clock_timestamp() + $1
            from (select user_id from password_resets where due_at <= clock_timestamp() order by due_at limit 1 for update skip locked) due
            join users u on u.id = due.user_id
            where r.user_id = due.user_id
            returning r.id, r.user_id, u.username, u.email, r.attempts, clock_timestamp() - r.noted_at, r.fence
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
        (await database.ReadAsync($"select user_id from password_resets {IfGood}", ReadUser, cancellationToken, Value(hash.Value))).SingleOrDefault();

    public async Task<UserId?> TryUseAsync(ResetTokenHash hash, Secret passwordHash, CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            $"""
             with used as (delete from password_resets {IfGood} returning user_id)
             update users u set password_hash = $2 from used where u.id = used.user_id returning u.id
             """,
            ReadUser,
            cancellationToken,
            Value(hash.Value),
            Value(passwordHash.Reveal()))).SingleOrDefault();

    public Task ForgetAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync("delete from password_resets where user_id = $1", cancellationToken, Value(userId.Value));

    private static UserId? ReadUser(NpgsqlDataReader row) => new UserId(row.GetInt64(0));

    private static NpgsqlParameter[] ClaimOf(PasswordResetTicket ticket) => [Value(ticket.UserId.Value), Value(ticket.Id.Value), Value(ticket.Fence)];
}
