using Backend.Domain.MapSearches;

namespace Backend.Application.Ports;

/// <summary>
/// Tells workers which searches wait. Delivers at least once, sometimes twice, and in the order of their turn as far as the
/// queue keeps one: the job store, not the queue, decides who may work. A
/// ticket that is neither acknowledged nor returned nor extended for <see cref="Visibility"/> is delivered again.
/// </summary>
public interface IMapSearchQueue
{
    /// <summary>How long a delivered ticket stays hidden without <see cref="ExtendAsync"/>.</summary>
    TimeSpan Visibility { get; }

    /// <summary>Gives a pending search a ticket that is due now, unless it has one or the queue cannot tell; two do no harm.</summary>
    /// <param name="key">Of a search that is in the job store.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task EnqueueAsync(MapSearchKey key, CancellationToken cancellationToken);

    /// <summary>Waits for the next tickets: at least one, at most <paramref name="max"/>; those that became due earlier come first.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; no ticket was taken.</exception>
    Task<IReadOnlyList<MapSearchTicket>> ReceiveAsync(int max, CancellationToken cancellationToken);

    /// <summary>Hides the ticket for another <see cref="Visibility"/>. Nothing happens when it was delivered again meanwhile.</summary>
    Task ExtendAsync(MapSearchTicket ticket, CancellationToken cancellationToken);

    /// <summary>Removes the ticket. Nothing happens when it was delivered again meanwhile, or is gone.</summary>
    Task AcknowledgeAsync(MapSearchTicket ticket, CancellationToken cancellationToken);

    /// <summary>Has the ticket delivered again after <paramref name="delay"/>. Nothing happens when it was delivered again meanwhile, or is gone.</summary>
    Task ReturnAsync(MapSearchTicket ticket, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Number of searches that will be started before this one; null when it does not wait, or when the queue cannot tell.</summary>
    Task<int?> FindPlaceAsync(MapSearchKey key, CancellationToken cancellationToken);
}

/// <summary>One delivery.</summary>
/// <param name="Receipt">Names this delivery to the queue that made it; a later delivery of the same search has another.</param>
public sealed record MapSearchTicket(MapSearchKey Key, string Receipt);
