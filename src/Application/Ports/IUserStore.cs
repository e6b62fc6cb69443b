using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps users. Names and e-mail addresses are stored exactly and are unique by <see cref="UserName.Key"/> and
/// <see cref="EmailAddress.Key"/>. Every method is atomic and every read sees all earlier writes.
/// </summary>
public interface IUserStore
{
    /// <summary>
    /// Stores a new user under a fresh id. Uniqueness and <paramref name="maxUsers"/> are decided in the same step: of
    /// concurrent calls with one name exactly one succeeds, and the limit is never exceeded. When several reasons
    /// apply, the taken name is reported first, then the taken address, then the limit.
    /// </summary>
    Task<AddUserOutcome> AddAsync(NewUser user, int maxUsers, CancellationToken cancellationToken);

    Task<User?> FindAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>
    /// The user's role, null for an unknown user, for every request that carries an access token: what this process has
    /// written counts at once, what another one has written counts within <see cref="ISessionStore.Staleness"/>.
    /// </summary>
    Task<Role?> FindRoleAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Finds by e-mail address or user name, without regard to case.</summary>
    /// <param name="login">As typed, outer white space included; anything is allowed.</param>
    Task<User?> FindByLoginAsync(string login, CancellationToken cancellationToken);

    /// <summary>Replaces the hash if it is still <paramref name="expected"/>. False otherwise, also for an unknown user.</summary>
    Task<bool> TryReplacePasswordHashAsync(UserId userId, Secret expected, Secret replacement, CancellationToken cancellationToken);

    /// <summary>Changes the role. False for an unknown user.</summary>
    Task<bool> SetRoleAsync(UserId userId, Role role, CancellationToken cancellationToken);

    /// <summary>Deletes the user; the id is never given again, name and address are free at once. False for an unknown user.</summary>
    Task<bool> RemoveAsync(UserId userId, CancellationToken cancellationToken);
}

/// <summary>What became of <see cref="IUserStore.AddAsync"/>.</summary>
public sealed record AddUserOutcome(AddUserStatus Status, User? User = null);

public enum AddUserStatus
{
    Added,
    NameTaken,
    EmailTaken,
    Full,
}
