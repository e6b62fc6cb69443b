using Backend.Application.Ports;

namespace Backend.WebApi.Workers;

/// <summary>Works on the checks of daily runs, one after the other: the pace of the Trackmania services is what they wait for.</summary>
internal sealed partial class DailyCheckWorker(IDailyCheckQueue queue, DailyCheckRun run, TimeProvider clock, ILogger<DailyCheckWorker> logger) : BackgroundService
{
    private static readonly TimeSpan s_afterTrouble = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isTroubled = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var delivery = await queue.ReceiveAsync(stoppingToken);
                await run.RunAsync(delivery, stoppingToken);
                isTroubled = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Said once of each outage.
                if (exception is not StoreUnavailableException)
                {
                    LogTrouble(exception);
                }
                else if (!isTroubled)
                {
                    LogAway(exception.Message);
                }

                isTroubled = true;
                await Task.Delay(s_afterTrouble, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Daily checks wait: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Error, "Daily checks give trouble")]
    private partial void LogTrouble(Exception exception);
}
