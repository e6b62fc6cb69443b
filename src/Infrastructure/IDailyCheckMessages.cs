using Backend.Application.Ports;
using Backend.Domain.DailyRuns;

namespace Backend.Infrastructure;

/// <summary>For hosts that are handed the messages of the queue of checks instead of receiving them themselves.</summary>
public interface IDailyCheckMessages
{
    /// <summary>The check that a message is about; null for a message that is about none.</summary>
    DailyCheckKey? TryRead(string body);

    /// <summary>Claims the check of a message. Null when there is nothing to do: it has ended, or is not due; then another message comes later.</summary>
    /// <exception cref="StoreUnavailableException">A message comes again.</exception>
    Task<DailyCheckDelivery?> TryClaimAsync(DailyCheckKey key, string receiptHandle, CancellationToken cancellationToken);
}
