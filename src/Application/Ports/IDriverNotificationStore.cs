using Backend.Domain.Accounts;
using Backend.Domain.DriverNotifications;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps driver notifications, at most one for each user and map. Every method is atomic, every read sees all earlier
/// writes, instants keep whole milliseconds and text is kept exactly. Notifications go with their user
/// (<see cref="IUserStore.RemoveAsync"/>).
/// </summary>
public interface IDriverNotificationStore
{
    /// <summary>
    /// Stores an active notification that counts as checked at its creation, unless the user has one for the map, has
    /// <paramref name="maxPerUser"/> already, or is unknown; the reasons are reported in this order. Concurrent calls
    /// never exceed the limit.
    /// </summary>
    Task<AddDriverNotificationOutcome> AddAsync(NewDriverNotification notification, int maxPerUser, CancellationToken cancellationToken);

    /// <summary>The user's notifications, newest first (later <see cref="DriverNotification.CreatedAt"/>, then larger id).</summary>
    Task<IReadOnlyList<DriverNotification>> ListAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>False when the user has no such notification.</summary>
    Task<bool> RemoveAsync(UserId userId, DriverNotificationId id, CancellationToken cancellationToken);

    /// <summary>How many each of these users has; who has none is absent.</summary>
    Task<IReadOnlyDictionary<UserId, int>> CountOfAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken);

    /// <summary>How many there are.</summary>
    Task<long> CountAsync(CancellationToken cancellationToken);
}

/// <param name="Notification">When <see cref="AddDriverNotificationStatus.Added"/>.</param>
public sealed record AddDriverNotificationOutcome(AddDriverNotificationStatus Status, DriverNotification? Notification = null);

public enum AddDriverNotificationStatus
{
    Added,
    Exists,
    Full,
    NoSuchUser,
}
