using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryPasswordResetStore(InMemoryRelations relations, TimeProvider clock) : IPasswordResetStore
{
    public Task NoteAsync(EmailAddress email, PasswordResetId id, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var now = clock.GetUtcNow();
            foreach (var (userId, _) in tables.PasswordResets.Where(r => r.Value is { Due: null, Token: { } token } && token.ExpiresAt <= now).ToList())
            {
                tables.PasswordResets.Remove(userId);
            }

            if (tables.Users.Values.FirstOrDefault(u => u.Email == email) is { } user)
            {
                tables.PasswordResets[user.Id] = new InMemoryRelations.ResetRow(id, now);
            }

            return default(Nothing);
        },
        cancellationToken);

    public Task<PasswordResetTicket?> TryClaimAsync(CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var now = clock.GetUtcNow();
            if (tables.PasswordResets.Where(r => r.Value.Due <= now).OrderBy(r => r.Value.Due).Select(r => r.Key).Cast<UserId?>().FirstOrDefault() is not { } userId)
            {
                return null;
            }

            var row = tables.PasswordResets[userId];
            row.Due = now + IPasswordResetStore.Lease;
            var user = tables.Users[userId];
            return new PasswordResetTicket(row.Id, userId, user.Name, user.Email, ++row.Attempts, now - row.NotedAt, ++row.Fence);
        },
        cancellationToken);

    public Task<bool> TryArmAsync(PasswordResetTicket ticket, ResetTokenHash hash, TimeSpan validity, CancellationToken cancellationToken) =>
        HeldAsync(ticket, (_, row) => row.Token = (hash, clock.GetUtcNow() + validity), cancellationToken);

    public Task<bool> TryEndAsync(PasswordResetTicket ticket, CancellationToken cancellationToken) => HeldAsync(ticket, static (_, row) => row.Due = null, cancellationToken);

    public Task<bool> TryPutOffAsync(PasswordResetTicket ticket, TimeSpan pause, CancellationToken cancellationToken) => HeldAsync(
        ticket,
        (_, row) =>
        {
            (row.Due, row.Token) = (clock.GetUtcNow() + pause, null);
            row.Fence++;
        },
        cancellationToken);

    public Task<bool> TryGiveUpAsync(PasswordResetTicket ticket, CancellationToken cancellationToken) =>
        HeldAsync(ticket, (tables, _) => tables.PasswordResets.Remove(ticket.UserId), cancellationToken);

    public Task<UserId?> FindAsync(ResetTokenHash hash, CancellationToken cancellationToken) => relations.StepAsync(tables => Find(tables, hash), cancellationToken);

    public Task<UserId?> TryUseAsync(ResetTokenHash hash, Secret passwordHash, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (Find(tables, hash) is not { } userId)
            {
                return (UserId?)null;
            }

            tables.PasswordResets.Remove(userId);
            tables.Users[userId] = tables.Users[userId] with { PasswordHash = passwordHash };
            return userId;
        },
        cancellationToken);

    public Task ForgetAsync(UserId userId, CancellationToken cancellationToken) => relations.StepAsync(tables => tables.PasswordResets.Remove(userId), cancellationToken);

    private UserId? Find(InMemoryRelations.Tables tables, ResetTokenHash hash)
    {
        var now = clock.GetUtcNow();
        return tables.PasswordResets.Where(r => r.Value.Token is { } token && token.Hash == hash && token.ExpiresAt > now).Select(r => (UserId?)r.Key).FirstOrDefault();
    }

    private Task<bool> HeldAsync(PasswordResetTicket ticket, Action<InMemoryRelations.Tables, InMemoryRelations.ResetRow> step, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.PasswordResets.GetValueOrDefault(ticket.UserId) is not { Due: not null } row || row.Id != ticket.Id || row.Fence != ticket.Fence)
            {
                return false;
            }

            step(tables, row);
            return true;
        },
        cancellationToken);
}
