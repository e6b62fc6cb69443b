using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps users. Names and e-mail addresses are stored exactly and are unique by <see cref="UserName.Key"/> and
/// <see cref="EmailAddress.Key"/>; a former name counts as a name. Every method is atomic and every read sees all earlier writes.
/// </summary>
public interface IUserStore
{
    /// <summary>
    /// Stores a new user under a fresh id. Uniqueness and <paramref name="maxUsers"/> are decided in the same step: of
    /// concurrent calls with one name exactly one succeeds, and the limit is never exceeded. When several reasons
    /// apply, the taken name is reported first, then the taken address, then the limit. Somebody who would be an
    /// administrator becomes one only while there is none.
    /// </summary>
    Task<AddUserOutcome> AddAsync(NewUser user, int maxUsers, CancellationToken cancellationToken);

    Task<User?> FindAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>
    /// The user's role, null for an unknown user, for every request that carries an access token: what this process has
    /// written counts at once, what another one has written counts within <see cref="ISessionStore.Staleness"/>.
    /// </summary>
    Task<Role?> FindRoleAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Finds by e-mail address, user name or former user name, without regard to case.</summary>
    /// <param name="login">As typed, outer white space included; anything is allowed.</param>
    Task<User?> FindByLoginAsync(string login, CancellationToken cancellationToken);

    /// <summary>Replaces the hash if it is still <paramref name="expected"/>. False otherwise, also for an unknown user.</summary>
    Task<bool> TryReplacePasswordHashAsync(UserId userId, Secret expected, Secret replacement, CancellationToken cancellationToken);

    /// <summary>Changes the role. False for an unknown user.</summary>
    Task<bool> SetRoleAsync(UserId userId, Role role, CancellationToken cancellationToken);

    /// <summary>Notes the user's Trackmania account. Of concurrent calls with one account exactly one links it.</summary>
    Task<LinkOutcome> LinkPlayerAsync(UserId userId, Player player, CancellationToken cancellationToken);

    /// <summary>Forgets the user's Trackmania account. False for an unknown user; true also when there was none.</summary>
    Task<bool> UnlinkPlayerAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>
    /// Notes which user of Trackmania Exchange this user is, and gives him that one's name; the name before it becomes
    /// <see cref="User.FormerName"/> if it was another, and his alert's maps are due for counting. Nothing changes unless the answer is <see cref="LinkOutcome.Linked"/>.
    /// </summary>
    Task<LinkOutcome> LinkTmxUserAsync(UserId userId, TmxUserId tmxUserId, UserName name, CancellationToken cancellationToken);

    /// <summary>Notes what the user wants to be told by mail, and answers what that is now; null for an unknown user. Of concurrent changes of different things none is lost.</summary>
    Task<MailPreferences?> ChangeMailPreferencesAsync(UserId userId, MailPreferencesChange change, CancellationToken cancellationToken);

    /// <summary>Users, newest first (later <see cref="User.CreatedAt"/>, then larger id).</summary>
    /// <param name="search">Part of the name, the address or the display name in Trackmania, without regard to case; null for everybody.</param>
    /// <param name="skip">So many of them are left out at the beginning.</param>
    /// <param name="limit">At most so many come back.</param>
    Task<UserPage> ListAsync(string? search, int skip, int limit, CancellationToken cancellationToken);

    /// <summary>How many users there are.</summary>
    Task<int> CountAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the user and everything of him in <see cref="IAlertStore"/>, <see cref="IDriverNotificationStore"/>,
    /// <see cref="INotificationHistory"/>, <see cref="IFeedbackStore"/> and <see cref="IPasswordResetStore"/>, in one step after which those refuse to add
    /// anything; the id is never given again, names and address are free at once. False for an unknown user.
    /// </summary>
    Task<bool> RemoveAsync(UserId userId, CancellationToken cancellationToken);
}

/// <param name="Total">Users that match, on whatever page.</param>
public sealed record UserPage(IReadOnlyList<User> Users, int Total);

/// <summary>What became of an attempt to say that a user is somebody elsewhere.</summary>
public enum LinkOutcome
{
    Linked,

    /// <summary>Another user is.</summary>
    Taken,

    /// <summary>Another user has the name.</summary>
    NameTaken,

    NoSuchUser,
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
