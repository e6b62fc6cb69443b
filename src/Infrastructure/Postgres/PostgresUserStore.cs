using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Infrastructure.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresUserStore(PostgresDatabase database, IDbContextFactory<BackendContext> contexts, TimeProvider clock) : IUserStore
{
    private static readonly Func<BackendContext, long, Task<UserRow?>> s_find =
        EF.CompileAsyncQuery((BackendContext context, long id) => context.Users.AsNoTracking().FirstOrDefault(u => u.Id == id));

    private static readonly Func<BackendContext, long, Task<string?>> s_findRole =
        EF.CompileAsyncQuery((BackendContext context, long id) => context.Users.Where(u => u.Id == id).Select(u => u.Role).FirstOrDefault());

    private static readonly string s_admin = Role.Admin.ToName();

    private readonly RecentReads<UserId, Role?> _recent = new(ISessionStore.Staleness / 2, clock);

    public Task<AddUserOutcome> AddAsync(NewUser user, int maxUsers, CancellationToken cancellationToken) =>
        InContextAsync(
            async context =>
            {
                await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
                await LockNamesAsync(context, cancellationToken);
                var (nameKey, emailKey) = (user.Name.Key, user.Email.Key);
                var taken = await context.Users.Where(u => u.NameKey == nameKey || u.FormerNameKey == nameKey || u.EmailKey == emailKey)
                    .Select(u => u.NameKey == nameKey || u.FormerNameKey == nameKey).ToListAsync(cancellationToken);
                if (taken.Count > 0)
                {
                    return new AddUserOutcome(taken.Contains(true) ? AddUserStatus.NameTaken : AddUserStatus.EmailTaken);
                }

                if (await context.Users.CountAsync(cancellationToken) >= maxUsers)
                {
                    return new AddUserOutcome(AddUserStatus.Full);
                }

                // Decided here, where nobody else is added at the same time.
                var isAdmin = user.Role == Role.Admin && !await context.Users.AnyAsync(u => u.Role == s_admin, cancellationToken);
                var row = new UserRow
                {
                    Name = user.Name.Value,
                    Email = user.Email.Value,
                    PasswordHash = user.PasswordHash.Reveal(),
                    Role = isAdmin ? s_admin : Role.User.ToName(),
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
                    row = await context.Users.AsNoTracking().FirstOrDefaultAsync(u => u.NameKey == key, cancellationToken)
                        ?? await context.Users.AsNoTracking().FirstOrDefaultAsync(u => u.FormerNameKey == key, cancellationToken);
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

    public async Task<LinkOutcome> LinkPlayerAsync(UserId userId, Player player, CancellationToken cancellationToken)
    {
        try
        {
            var (account, name) = (player.AccountId.ToString(), player.DisplayName);
            var linked = await InContextAsync(
                async context => await context.Users.Where(u => u.Id == userId.Value)
                    .ExecuteUpdateAsync(update => update.SetProperty(u => u.PlayerAccountId, account).SetProperty(u => u.PlayerName, name), cancellationToken) > 0,
                isRepeatable: true,
                cancellationToken);
            return linked ? LinkOutcome.Linked : LinkOutcome.NoSuchUser;
        }
        catch (PostgresException exception) when (PostgresFailures.IsUniqueViolation(exception, "users_tm_account_id_unique"))
        {
            return LinkOutcome.Taken;
        }
    }

    public Task<bool> UnlinkPlayerAsync(UserId userId, CancellationToken cancellationToken) => InContextAsync(
        async context => await context.Users.Where(u => u.Id == userId.Value)
            .ExecuteUpdateAsync(update => update.SetProperty(u => u.PlayerAccountId, (string?)null).SetProperty(u => u.PlayerName, (string?)null), cancellationToken) > 0,
        isRepeatable: true,
        cancellationToken);

    public Task<LinkOutcome> LinkTmxUserAsync(UserId userId, TmxUserId tmxUserId, UserName name, CancellationToken cancellationToken) =>
        InContextAsync(
            async context =>
            {
                await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
                await LockNamesAsync(context, cancellationToken);
                if (await s_find(context, userId.Value) is not { } row)
                {
                    return LinkOutcome.NoSuchUser;
                }

                var (key, tmx) = (name.Key, tmxUserId.Value);
                var others = await context.Users.Where(u => u.Id != userId.Value && (u.TmxUserId == tmx || u.NameKey == key || u.FormerNameKey == key))
                    .Select(u => u.TmxUserId == tmx).ToListAsync(cancellationToken);
                if (others.Count > 0)
                {
                    return others.Contains(true) ? LinkOutcome.Taken : LinkOutcome.NameTaken;
                }

                var former = row.FormerName ?? (row.NameKey == key ? null : row.Name);
                await context.Users.Where(u => u.Id == userId.Value).ExecuteUpdateAsync(
                    update => update.SetProperty(u => u.Name, name.Value).SetProperty(u => u.FormerName, former).SetProperty(u => u.TmxUserId, tmx),
                    cancellationToken);
                if (row.Name != name.Value)
                {
                    // His maps are those of the new name.
                    await context.Database.ExecuteSqlAsync(
                        $"update alerts set count_state = 'counting', count_due_at = clock_timestamp(), count_attempt = 0, count_fence = count_fence + 1 where user_id = {userId.Value}",
                        cancellationToken);
                }

                await transaction.CommitAsync(cancellationToken);
                return LinkOutcome.Linked;
            },
            isRepeatable: true,
            cancellationToken);

    public async Task<MailPreferences?> ChangeMailPreferencesAsync(UserId userId, MailPreferencesChange change, CancellationToken cancellationToken) => (await database.WriteAsync(
        """
        update users set time_zone = coalesce($2::text, time_zone), mapper_mail = coalesce($3::boolean, mapper_mail), driver_mail = coalesce($4::boolean, driver_mail)
        where id = $1 returning time_zone, mapper_mail, driver_mail
        """,
        static row => new MailPreferences(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2)),
        cancellationToken,
        PostgresDatabase.Value(userId.Value),
        PostgresDatabase.Value(change.TimeZone),
        PostgresDatabase.Value(change.MapperMail),
        PostgresDatabase.Value(change.DriverMail))).SingleOrDefault();

    public Task<UserPage> ListAsync(string? search, int skip, int limit, CancellationToken cancellationToken) => InContextAsync(
        async context =>
        {
            var part = search is null ? string.Empty : TextKey.Of(search);
            var matches = context.Users.FromSql(
                $"select * from users where {part} = '' or strpos(name_key, {part}) > 0 or strpos(email_key, {part}) > 0 or strpos(text_key(tm_username), {part}) > 0");
            var total = await matches.CountAsync(cancellationToken);
            var rows = await matches.AsNoTracking().OrderByDescending(u => u.CreatedAt).ThenByDescending(u => u.Id).Skip(skip).Take(limit).ToListAsync(cancellationToken);
            return new UserPage([.. rows.Select(Map)], total);
        },
        isRepeatable: true,
        cancellationToken);

    public Task<int> CountAsync(CancellationToken cancellationToken) =>
        InContextAsync(context => context.Users.CountAsync(cancellationToken), isRepeatable: true, cancellationToken);

    public async Task<bool> RemoveAsync(UserId userId, CancellationToken cancellationToken)
    {
        // What refers to the user goes by itself; his wish for a new password is kept by his address.
        var removed = await database.WriteAsync(
            """
            with gone as (delete from users where id = $1 returning email_key),
                wish as (delete from password_resets r using gone where r.email_key = gone.email_key)
            select true from gone
            """,
            static row => row.GetBoolean(0),
            cancellationToken,
            PostgresDatabase.Value(userId.Value));
        _recent.Forget(userId);
        return removed.Count > 0;
    }

    /// <summary>One at a time, so that neither the number of users nor the bearer of a name can change between looking and writing.</summary>
    private static Task<int> LockNamesAsync(BackendContext context, CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({AdvisoryLock.Registration}, 0)", cancellationToken);

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
            {
                Player = Guid.TryParseExact(row.PlayerAccountId, "D", out var account) && row.PlayerName is { } player ? new Player(new AccountId(account), player) : null,
                TmxUserId = row.TmxUserId is { } tmx ? new TmxUserId(tmx) : null,
                FormerName = UserName.TryCreate(row.FormerName, out var former) ? former : null,
                Mail = new MailPreferences(row.TimeZone, row.MapperMail, row.DriverMail),
            }
            : throw new InvalidOperationException($"The stored user {row.Id} has a name or an address that no user can have.");

    private static Role RoleOf(string name) => name == Role.Admin.ToName() ? Role.Admin : Role.User;
}
