using Backend.Application.MapSearches;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// Looks at unfinished searches all the time, so that the lease of a worker that died has been seen lapsing by the time its message is
/// delivered again, and need not be waited for from then on.
/// </summary>
internal sealed partial class MapSearchWatch(DynamoMapSearchJobStore jobs, MapSearchOptions options, TimeProvider clock, ILogger<MapSearchWatch> logger) : BackgroundService
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
                    await jobs.LookAtUnfinishedAsync(stoppingToken);
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
