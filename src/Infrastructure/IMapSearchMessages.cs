using Backend.Application.Ports;

namespace Backend.Infrastructure;

/// <summary>For hosts that are handed the messages of a queue instead of receiving them themselves.</summary>
public interface IMapSearchMessages
{
    /// <summary>The ticket that a message is, for the queue that it came from; null for a message that is none.</summary>
    /// <param name="deliveries">Of this message so far, from 1.</param>
    MapSearchTicket? TryRead(string body, string receiptHandle, int deliveries);
}
