using Backend.Domain.Accounts;
using Backend.Domain.Alerts;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps mapper alerts with the maps they watch. Every method is atomic and every read sees all earlier writes. Alerts go
/// with their user (<see cref="IUserStore.RemoveAsync"/>).
/// <para>
/// A new alert's maps are due for counting, and so are those of an alert whose mode was set. Of concurrent claims each
/// due count goes to one; it is due again after <see cref="CountLease"/>, by the store's own clock, unless the claimant
/// has said how it ended, so that a count outlives whoever was at it.
/// </para>
/// </summary>
public interface IAlertStore
{
    /// <summary>How long a claimed count is left alone.</summary>
    static readonly TimeSpan CountLease = TimeSpan.FromMinutes(5);

    /// <summary>Stores an alert unless its user has one, or is unknown. Of concurrent calls for one user exactly one adds.</summary>
    Task<AddAlertOutcome> AddAsync(NewAlert alert, CancellationToken cancellationToken);

    /// <summary>The user's alert.</summary>
    Task<MapperAlert?> FindAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>The alerts of these users; who has none is absent.</summary>
    Task<IReadOnlyDictionary<UserId, MapperAlert>> FindAllAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken);

    /// <summary>False when the user has no such alert.</summary>
    Task<bool> SetFilterAsync(UserId userId, AlertId alertId, RecordFilter filter, CancellationToken cancellationToken);

    /// <summary>Sets the mode of the user's alert and has its maps counted. The alert as it was before; null when there is none.</summary>
    Task<MapperAlert?> SetModeAsync(UserId userId, AlertMode mode, CancellationToken cancellationToken);

    /// <summary>False when the user has no such alert.</summary>
    Task<bool> RemoveAsync(UserId userId, AlertId alertId, CancellationToken cancellationToken);

    /// <summary>The maps that an alert watches, newest first; empty for an unknown alert.</summary>
    Task<IReadOnlyList<WatchedMap>> ReadMapsAsync(AlertId alertId, CancellationToken cancellationToken);

    /// <summary>Watched maps of all alerts together.</summary>
    Task<long> CountWatchedMapsAsync(CancellationToken cancellationToken);

    /// <summary>Claims the count that has been due for longest; null when none is due.</summary>
    Task<MapCountTicket?> TryClaimCountAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Ends a count: the alert has <paramref name="mapCount"/> maps, and from now on watches the first
    /// <paramref name="maxWatched"/> of <paramref name="maps"/> instead of those it watched before. False, and nothing
    /// changes, when the count was claimed anew or set due again since, or the alert is gone.
    /// </summary>
    /// <param name="maps">Newest first.</param>
    /// <param name="countedAt">Kept in whole milliseconds.</param>
    Task<bool> TrySaveCountAsync(
        MapCountTicket ticket, int mapCount, AlertMode mode, IReadOnlyList<WatchedMap> maps, int maxWatched, DateTimeOffset countedAt, CancellationToken cancellationToken);

    /// <summary>
    /// The same for a count that nobody had claimed, as the daily run makes one; a claim that is under way lapses. The alert
    /// as it is from then on; null when it is gone or its mode is not <paramref name="expected"/> any more, and nothing changes then.
    /// </summary>
    /// <inheritdoc cref="TrySaveCountAsync"/>
    Task<MapperAlert?> SaveCountAsync(
        AlertId alertId, AlertMode expected, int mapCount, AlertMode mode, IReadOnlyList<WatchedMap> maps, int maxWatched, DateTimeOffset countedAt, CancellationToken cancellationToken);

    /// <summary>Ends a claim without a count: it is due again after <paramref name="pause"/>, or given up when that is null. False as in <see cref="TrySaveCountAsync"/>.</summary>
    Task<bool> TryPutOffCountAsync(MapCountTicket ticket, TimeSpan? pause, CancellationToken cancellationToken);
}

/// <param name="Alert">When <see cref="AddAlertStatus.Added"/>.</param>
public sealed record AddAlertOutcome(AddAlertStatus Status, MapperAlert? Alert = null);

public enum AddAlertStatus
{
    Added,
    Exists,
    NoSuchUser,
}

/// <summary>A claim to count an alert's maps.</summary>
/// <param name="Alert">As it was when it was claimed.</param>
/// <param name="Attempt">From 1; counts the claims since the count became due.</param>
/// <param name="Fence">Names this claim to the store.</param>
public sealed record MapCountTicket(MapperAlert Alert, int Attempt, long Fence);
