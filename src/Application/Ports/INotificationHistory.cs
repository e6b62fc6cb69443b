using Backend.Domain.Accounts;
using Backend.Domain.History;

namespace Backend.Application.Ports;

/// <summary>
/// Remembers what daily runs brought. Every method is atomic, every read sees all earlier writes, instants keep whole
/// milliseconds. Entries go with their user (<see cref="IUserStore.RemoveAsync"/>).
/// </summary>
public interface INotificationHistory
{
    /// <summary>Adds an entry. False when the user is unknown.</summary>
    Task<bool> AddAsync(HistoryEntry entry, CancellationToken cancellationToken);

    /// <summary>A user's entries from <paramref name="since"/> on, newest date first, and of one date those that were added first come first.</summary>
    Task<IReadOnlyList<HistoryEntry>> ListAsync(UserId userId, DateOnly since, CancellationToken cancellationToken);

    /// <summary>All users' entries from <paramref name="since"/> on, in the same order.</summary>
    Task<IReadOnlyList<NamedHistoryEntry>> ListAllAsync(DateOnly since, CancellationToken cancellationToken);

    /// <summary>Mapper alerts that were sent, ever.</summary>
    Task<long> CountSentAlertsAsync(CancellationToken cancellationToken);
}

/// <param name="UserName">Of the entry's user, now.</param>
public sealed record NamedHistoryEntry(UserName UserName, HistoryEntry Entry);
