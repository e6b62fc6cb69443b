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
            Forget(tables, r => r.Value is { Due: null, Token: { } token } && token.ExpiresAt <= now);
            if (!tables.PasswordResets.TryGetValue(email.Key, out var row))
            {
                tables.PasswordResets[email.Key] = row = new InMemoryRelations.ResetRow();
            }

            (row.Id, row.NotedAt, row.Due, row.Attempts) = (id, now, now, 0);
            return default(Nothing);
        },
        cancellationToken);

    public Task<PasswordResetTicket?> TryClaimAsync(CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var now = clock.GetUtcNow();
            Forget(tables, r => r.Value.Due <= now && UserOf(tables, r.Key) is null);
            if (tables.PasswordResets.Where(r => r.Value.Due <= now).OrderBy(r => r.Value.Due).Select(r => r.Key).FirstOrDefault() is not { } key)
            {
                return null;
            }

            var (row, user) = (tables.PasswordResets[key], UserOf(tables, key)!);
            row.Due = now + IPasswordResetStore.Lease;
            return new PasswordResetTicket(row.Id, user.Id, user.Name, user.Email, ++row.Attempts, now - row.NotedAt, ++row.Fence);
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
        HeldAsync(ticket, (tables, _) => tables.PasswordResets.Remove(ticket.To.Key), cancellationToken);

    public Task<UserId?> FindAsync(ResetTokenHash hash, CancellationToken cancellationToken) => relations.StepAsync(tables => Find(tables, hash)?.Id, cancellationToken);

    public Task<UserId?> TryUseAsync(ResetTokenHash hash, Secret passwordHash, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (Find(tables, hash) is not { } user)
            {
                return (UserId?)null;
            }

            tables.PasswordResets.Remove(user.Email.Key);
            tables.Users[user.Id] = user with { PasswordHash = passwordHash };
            return user.Id;
        },
        cancellationToken);

    public Task ForgetAsync(UserId userId, CancellationToken cancellationToken) => relations.StepAsync(
        tables => tables.Users.TryGetValue(userId, out var user) && tables.PasswordResets.Remove(user.Email.Key), cancellationToken);

    private static void Forget(InMemoryRelations.Tables tables, Func<KeyValuePair<string, InMemoryRelations.ResetRow>, bool> isOver)
    {
        foreach (var (key, _) in tables.PasswordResets.Where(isOver).ToList())
        {
            tables.PasswordResets.Remove(key);
        }
    }

    private static User? UserOf(InMemoryRelations.Tables tables, string emailKey) => tables.Users.Values.FirstOrDefault(u => u.Email.Key == emailKey);

    private User? Find(InMemoryRelations.Tables tables, ResetTokenHash hash)
    {
        var now = clock.GetUtcNow();
        return tables.PasswordResets.Where(r => r.Value.Token is { } token && token.Hash == hash && token.ExpiresAt > now).Select(r => UserOf(tables, r.Key)).FirstOrDefault();
    }

    private Task<bool> HeldAsync(PasswordResetTicket ticket, Action<InMemoryRelations.Tables, InMemoryRelations.ResetRow> step, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.PasswordResets.GetValueOrDefault(ticket.To.Key) is not { Due: not null } row || row.Id != ticket.Id || row.Fence != ticket.Fence)
            {
                return false;
            }

            step(tables, row);
            return true;
        },
        cancellationToken);
}
