using Backend.Application.Maintenance;
using Backend.Application.Ports;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// A run is written first and announced then, and messages may be lost, set aside, or hidden behind a worker that has died. Checks that nobody
/// takes though nothing else waits in the queue are announced again.
/// </summary>
internal sealed partial class DailyCheckSweep(IDailyRunStore runs, SqsDailyCheckQueue queue, ILogger<DailyCheckSweep> logger) : IUpkeep
{
    /// <summary>SQS may be a minute behind with its counts; a worker that has the message needs less.</summary>
    internal static readonly TimeSpan Unnoticed = TimeSpan.FromMinutes(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await runs.FindOverdueAsync(Unnoticed, SqsDailyCheckQueue.MaxAnnounced, cancellationToken) is { Count: > 0 } overdue && await queue.IsDrainedAsync(cancellationToken))
        {
            LogAnnounced(overdue.Count, overdue[0].RunDate);
            await queue.AnnounceAsync(overdue, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} checks of daily runs, the first of {RunDate}, wait though the queue is empty and get another message")]
    private partial void LogAnnounced(int count, DateOnly runDate);
}
