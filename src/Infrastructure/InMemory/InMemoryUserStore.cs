using System.Collections.Concurrent;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryUserStore : IUserStore
{
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<UserId, User> _users = new();
    private readonly ConcurrentDictionary<string, UserId> _names = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, UserId> _emails = new(StringComparer.Ordinal);
    private long _lastId;

    public Task<AddUserOutcome> AddAsync(NewUser user, int maxUsers, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            if (_names.ContainsKey(user.Name.Key))
            {
                return Task.FromResult(new AddUserOutcome(AddUserStatus.NameTaken));
            }

            if (_emails.ContainsKey(user.Email.Key))
            {
                return Task.FromResult(new AddUserOutcome(AddUserStatus.EmailTaken));
            }

            if (_users.Count >= maxUsers)
            {
                return Task.FromResult(new AddUserOutcome(AddUserStatus.Full));
            }

            var stored = new User(new UserId(++_lastId), user.Name, user.Email, user.PasswordHash, user.Role, user.CreatedAt.ToWholeMilliseconds());
            _users[stored.Id] = stored;
            _names[stored.Name.Key] = stored.Id;
            _emails[stored.Email.Key] = stored.Id;
            return Task.FromResult(new AddUserOutcome(AddUserStatus.Added, stored));
        }
    }

    public Task<User?> FindAsync(UserId userId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_users.GetValueOrDefault(userId));
    }

    public async Task<Role?> FindRoleAsync(UserId userId, CancellationToken cancellationToken) => (await FindAsync(userId, cancellationToken))?.Role;

    public Task<User?> FindByLoginAsync(string login, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = EmailAddress.TryCreate(login, out var email)
            ? _emails.TryGetValue(email.Key, out var id)
            : _names.TryGetValue(UserName.TryCreate(login, out var name) ? name.Key : string.Empty, out id);
        return Task.FromResult(found ? _users.GetValueOrDefault(id) : null);
    }

    public Task<bool> TryReplacePasswordHashAsync(UserId userId, Secret expected, Secret replacement, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            if (_users.GetValueOrDefault(userId) is not { } user || !user.PasswordHash.Equals(expected))
            {
                return Task.FromResult(false);
            }

            _users[userId] = user with { PasswordHash = replacement };
            return Task.FromResult(true);
        }
    }

    public Task<bool> SetRoleAsync(UserId userId, Role role, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            if (_users.GetValueOrDefault(userId) is not { } user)
            {
                return Task.FromResult(false);
            }

            _users[userId] = user with { Role = role };
            return Task.FromResult(true);
        }
    }

    public Task<bool> RemoveAsync(UserId userId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            if (!_users.TryRemove(userId, out var user))
            {
                return Task.FromResult(false);
            }

            _names.TryRemove(user.Name.Key, out _);
            _emails.TryRemove(user.Email.Key, out _);
            return Task.FromResult(true);
        }
    }
}
