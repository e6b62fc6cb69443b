using Backend.Application.Alerts;
using Backend.Application.Ports;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>Has the maps of new and switched alerts counted, soon after; where a schedule from outside does so, this does not run.</summary>
internal sealed partial class MapCountWorker(IMediator mediator, TimeProvider clock, ILogger<MapCountWorker> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        var isTroubled = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await mediator.Send(new CountAlertMapsCommand(), stoppingToken);
                    isTroubled = false;
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
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
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was being counted is due for whoever comes next.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Counts of maps wait: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Error, "Counting maps gives trouble")]
    private partial void LogTrouble(Exception exception);
}
