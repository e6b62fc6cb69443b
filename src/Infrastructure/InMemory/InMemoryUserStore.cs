using System.Collections.Concurrent;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryUserStore(InMemoryRelations relations, TimeProvider clock) : IUserStore
{
    /// <summary>Every name there is, former ones included; written in steps of <see cref="InMemoryRelations"/> only.</summary>
    private readonly Dictionary<string, UserId> _names = new(StringComparer.Ordinal);

    private readonly Dictionary<string, UserId> _emails = new(StringComparer.Ordinal);

    /// <summary>Beside the users, for every request that carries a token asks.</summary>
    private readonly ConcurrentDictionary<UserId, Role> _roles = new();

    public Task<AddUserOutcome> AddAsync(NewUser user, int maxUsers, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (_names.ContainsKey(user.Name.Key))
            {
                return new AddUserOutcome(AddUserStatus.NameTaken);
            }

            if (_emails.ContainsKey(user.Email.Key))
            {
                return new AddUserOutcome(AddUserStatus.EmailTaken);
            }

            if (tables.Users.Count >= maxUsers)
            {
                return new AddUserOutcome(AddUserStatus.Full);
            }

            var role = tables.Users.Values.Any(u => u.Role == Role.Admin) ? Role.User : user.Role;
            var stored = new User(new UserId(relations.NextId()), user.Name, user.Email, user.PasswordHash, role, user.CreatedAt.ToWholeMilliseconds());
            tables.Users[stored.Id] = stored;
            _roles[stored.Id] = stored.Role;
            _names[stored.Name.Key] = stored.Id;
            _emails[stored.Email.Key] = stored.Id;
            return new AddUserOutcome(AddUserStatus.Added, stored);
        },
        cancellationToken);

    public Task<User?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        relations.StepAsync(tables => tables.Users.GetValueOrDefault(userId), cancellationToken);

    public Task<Role?> FindRoleAsync(UserId userId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_roles.TryGetValue(userId, out var role) ? (Role?)role : null);
    }

    public Task<User?> FindByLoginAsync(string login, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var found = EmailAddress.TryCreate(login, out var email)
                ? _emails.TryGetValue(email.Key, out var id)
                : _names.TryGetValue(UserName.TryCreate(login, out var name) ? name.Key : string.Empty, out id);
            return found ? tables.Users.GetValueOrDefault(id) : null;
        },
        cancellationToken);

    public Task<bool> TryReplacePasswordHashAsync(UserId userId, Secret expected, Secret replacement, CancellationToken cancellationToken) =>
        ChangeAsync(userId, user => user.PasswordHash.Equals(expected) ? user with { PasswordHash = replacement } : null, cancellationToken);

    public Task<bool> SetRoleAsync(UserId userId, Role role, CancellationToken cancellationToken) => ChangeAsync(
        userId,
        user =>
        {
            _roles[userId] = role;
            return user with { Role = role };
        },
        cancellationToken);

    public Task<LinkOutcome> LinkPlayerAsync(UserId userId, Player player, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.Users.GetValueOrDefault(userId) is not { } user)
            {
                return LinkOutcome.NoSuchUser;
            }

            if (tables.Users.Values.Any(u => u.Id != userId && u.Player?.AccountId == player.AccountId))
            {
                return LinkOutcome.Taken;
            }

            tables.Users[userId] = user with { Player = player };
            return LinkOutcome.Linked;
        },
        cancellationToken);

    public Task<bool> UnlinkPlayerAsync(UserId userId, CancellationToken cancellationToken) =>
        ChangeAsync(userId, static user => user with { Player = null }, cancellationToken);

    public Task<MailPreferences?> ChangeMailPreferencesAsync(UserId userId, MailPreferencesChange change, CancellationToken cancellationToken) => relations.StepAsync(
        tables => tables.Users.GetValueOrDefault(userId) is { } user ? (tables.Users[userId] = user with { Mail = change.ApplyTo(user.Mail) }).Mail : null, cancellationToken);

    public Task<LinkOutcome> LinkTmxUserAsync(UserId userId, TmxUserId tmxUserId, UserName name, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.Users.GetValueOrDefault(userId) is not { } user)
            {
                return LinkOutcome.NoSuchUser;
            }

            if (tables.Users.Values.Any(u => u.Id != userId && u.TmxUserId == tmxUserId))
            {
                return LinkOutcome.Taken;
            }

            if (_names.TryGetValue(name.Key, out var bearer) && bearer != userId)
            {
                return LinkOutcome.NameTaken;
            }

            var former = user.FormerName ?? (user.Name == name ? null : user.Name);
            if (former != user.Name)
            {
                _names.Remove(user.Name.Key);
            }

            _names[name.Key] = userId;
            tables.Users[userId] = user with { Name = name, FormerName = former, TmxUserId = tmxUserId };
            if (user.Name.Value != name.Value && tables.Alerts.GetValueOrDefault(userId) is { } alert)
            {
                // His maps are those of the new name.
                alert.CountAnew(clock.GetUtcNow());
            }

            return LinkOutcome.Linked;
        },
        cancellationToken);

    public Task<UserPage> ListAsync(string? search, int skip, int limit, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var matches = tables.Users.Values.AsEnumerable();
            if (search is not null)
            {
                var part = TextKey.Of(search);
                matches = matches.Where(u => Holds(u.Name.Key) || Holds(u.Email.Key) || (u.Player is { } player && Holds(TextKey.Of(player.DisplayName))));

                bool Holds(string key) => key.Contains(part, StringComparison.Ordinal);
            }

            var all = matches.OrderByDescending(u => u.CreatedAt).ThenByDescending(u => u.Id.Value).ToList();
            return new UserPage([.. all.Skip(skip).Take(limit)], all.Count);
        },
        cancellationToken);

    public Task<int> CountAsync(CancellationToken cancellationToken) => relations.StepAsync(static tables => tables.Users.Count, cancellationToken);

    public Task<bool> RemoveAsync(UserId userId, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.Users.GetValueOrDefault(userId) is not { } user)
            {
                return false;
            }

            _names.Remove(user.Name.Key);
            _names.Remove(user.FormerName?.Key ?? user.Name.Key);
            _emails.Remove(user.Email.Key);
            _roles.TryRemove(userId, out _);
            return tables.RemoveUser(userId);
        },
        cancellationToken);

    /// <param name="change">Null: nothing changes.</param>
    private Task<bool> ChangeAsync(UserId userId, Func<User, User?> change, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.Users.GetValueOrDefault(userId) is not { } user || change(user) is not { } changed)
            {
                return false;
            }

            tables.Users[userId] = changed;
            return true;
        },
        cancellationToken);
}
