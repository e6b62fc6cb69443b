using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Infrastructure.Storage;
using Microsoft.EntityFrameworkCore;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresUserStore(PostgresDatabase database, IDbContextFactory<BackendContext> contexts, TimeProvider clock) : IUserStore
{
    private static readonly Func<BackendContext, long, Task<UserRow?>> s_find =
        EF.CompileAsyncQuery((BackendContext context, long id) => context.Users.AsNoTracking().FirstOrDefault(u => u.Id == id));

    private static readonly Func<BackendContext, long, Task<string?>> s_findRole =
        EF.CompileAsyncQuery((BackendContext context, long id) => context.Users.Where(u => u.Id == id).Select(u => u.Role).FirstOrDefault());

    private readonly RecentReads<UserId, Role?> _recent = new(ISessionStore.Staleness / 2, clock);

    public Task<AddUserOutcome> AddAsync(NewUser user, int maxUsers, CancellationToken cancellationToken) =>
        InContextAsync(
            async context =>
            {
                // One registration at a time, so that the number of users cannot pass the limit between counting and adding.
                await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
                await context.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({AdvisoryLock.Registration}, 0)", cancellationToken);
                var (nameKey, emailKey) = (user.Name.Key, user.Email.Key);
                var taken = await context.Users.Where(u => u.NameKey == nameKey || u.EmailKey == emailKey).Select(u => u.NameKey).ToListAsync(cancellationToken);
                if (taken.Count > 0)
                {
                    return new AddUserOutcome(taken.Contains(nameKey) ? AddUserStatus.NameTaken : AddUserStatus.EmailTaken);
                }

                if (await context.Users.CountAsync(cancellationToken) >= maxUsers)
                {
                    return new AddUserOutcome(AddUserStatus.Full);
                }

                var row = new UserRow
                {
                    Name = user.Name.Value,
                    Email = user.Email.Value,
                    PasswordHash = user.PasswordHash.Reveal(),
                    Role = user.Role.ToName(),
                    CreatedAt = user.CreatedAt.ToWholeMilliseconds(),
                };
                context.Users.Add(row);
                await context.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                _recent.Forget(new UserId(row.Id));
                return new AddUserOutcome(AddUserStatus.Added, Map(row));
            },
            isRepeatable: false,
            cancellationToken);

    public Task<User?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        InContextAsync(async context => await s_find(context, userId.Value) is { } row ? Map(row) : null, isRepeatable: true, cancellationToken);

    public async Task<Role?> FindRoleAsync(UserId userId, CancellationToken cancellationToken) =>
        await _recent.GetAsync(
            userId,
            id => InContextAsync(async context => await s_findRole(context, id.Value) is { } role ? RoleOf(role) : (Role?)null, isRepeatable: true, cancellationToken));

    public Task<User?> FindByLoginAsync(string login, CancellationToken cancellationToken) =>
        InContextAsync(
            async context =>
            {
                UserRow? row = null;
                if (EmailAddress.TryCreate(login, out var email))
                {
                    var key = email.Key;
                    row = await context.Users.AsNoTracking().FirstOrDefaultAsync(u => u.EmailKey == key, cancellationToken);
                }
                else if (UserName.TryCreate(login, out var name))
                {
                    var key = name.Key;
                    row = await context.Users.AsNoTracking().FirstOrDefaultAsync(u => u.NameKey == key, cancellationToken);
                }

                return row is null ? null : Map(row);
            },
            isRepeatable: true,
            cancellationToken);

    public Task<bool> TryReplacePasswordHashAsync(UserId userId, Secret expected, Secret replacement, CancellationToken cancellationToken)
    {
        var (old, fresh) = (expected.Reveal(), replacement.Reveal());
        return InContextAsync(
            async context => await context.Users.Where(u => u.Id == userId.Value && u.PasswordHash == old)
                .ExecuteUpdateAsync(update => update.SetProperty(u => u.PasswordHash, fresh), cancellationToken) > 0,
            isRepeatable: false,
            cancellationToken);
    }

    public async Task<bool> SetRoleAsync(UserId userId, Role role, CancellationToken cancellationToken)
    {
        var name = role.ToName();
        var changed = await InContextAsync(
            async context => await context.Users.Where(u => u.Id == userId.Value)
                .ExecuteUpdateAsync(update => update.SetProperty(u => u.Role, name), cancellationToken) > 0,
            isRepeatable: true,
            cancellationToken);
        _recent.Forget(userId);
        return changed;
    }

    public async Task<bool> RemoveAsync(UserId userId, CancellationToken cancellationToken)
    {
        var removed = await InContextAsync(
            async context => await context.Users.Where(u => u.Id == userId.Value).ExecuteDeleteAsync(cancellationToken) > 0,
            isRepeatable: false,
            cancellationToken);
        _recent.Forget(userId);
        return removed;
    }

    private Task<T> InContextAsync<T>(Func<BackendContext, Task<T>> work, bool isRepeatable, CancellationToken cancellationToken) =>
        database.RunAsync(
            async () =>
            {
                await using var context = await contexts.CreateDbContextAsync(cancellationToken);
                return await work(context);
            },
            isRepeatable,
            cancellationToken);

    private static User Map(UserRow row) =>
        UserName.TryCreate(row.Name, out var name) && EmailAddress.TryCreate(row.Email, out var email)
            ? new User(new UserId(row.Id), name, email, new Secret(row.PasswordHash), RoleOf(row.Role), row.CreatedAt)
            : throw new InvalidOperationException($"The stored user {row.Id} has a name or an address that no user can have.");

    private static Role RoleOf(string name) => name == Role.Admin.ToName() ? Role.Admin : Role.User;
}
