using Backend.Application.MapSearches;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// Looks at unfinished searches all the time, so that the lease of a worker that fell silent has been seen lapsing by the time its message is
/// delivered again, and need not be waited for from then on. The message may not come for long, since SQS may have given it to the silent
/// one once more, which had asked; then its searches are taken from it.
/// </summary>
internal sealed partial class MapSearchWatch(DynamoMapSearchJobStore jobs, MapSearchSweep sweep, MapSearchOptions options, TimeProvider clock, ILogger<MapSearchWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.LeaseRenewal / 3, clock);
        var isTroubled = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await sweep.TakeFromDeadWorkersAsync(await jobs.LookAtUnfinishedAsync(stoppingToken), stoppingToken);
                    isTroubled = false;
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // Said once: others say the same of the same outage.
                    if (!isTroubled)
                    {
                        LogTrouble(exception.Message);
                    }

                    isTroubled = true;

                    // While this process could not look, others may have been unable to give a sign.
                    jobs.ForgetWhatWasSeen();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Unfinished map searches cannot be watched: {Reason}")]
    private partial void LogTrouble(string reason);
}
