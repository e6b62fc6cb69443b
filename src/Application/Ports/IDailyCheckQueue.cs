namespace Backend.Application.Ports;

/// <summary>
/// Hands the checks of daily runs to workers, claimed (<see cref="IDailyRunStore"/>). Delivers at least once; that a check is
/// done once is the store's doing.
/// </summary>
public interface IDailyCheckQueue
{
    /// <summary>There are new checks.</summary>
    Task AnnounceAsync(CancellationToken cancellationToken);

    /// <summary>Waits for a check.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; no check was claimed.</exception>
    Task<DailyCheckDelivery> ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>The check has ended, or goes on after <paramref name="again"/>.</summary>
    Task SettleAsync(DailyCheckDelivery delivery, TimeSpan? again, CancellationToken cancellationToken);
}

/// <param name="Receipt">Names this delivery to the queue that made it; empty where the store alone knows.</param>
public sealed record DailyCheckDelivery(DailyCheck Check, string Receipt);
