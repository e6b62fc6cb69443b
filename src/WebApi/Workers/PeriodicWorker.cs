using Backend.Application.Ports;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>Sends a command again and again; where a schedule from outside does so, it does not run.</summary>
/// <param name="what">For the log: what waits in an outage.</param>
internal abstract partial class PeriodicWorker(string what, TimeSpan interval, IMediator mediator, TimeProvider clock, ILogger logger) : BackgroundService
{
    protected abstract Task SendAsync(IMediator mediator, CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        var isTroubled = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await SendAsync(mediator, stoppingToken);
                    isTroubled = false;
                }
                catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
                {
                    // Said once of each outage.
                    if (exception is not StoreUnavailableException)
                    {
                        LogTrouble(exception, what);
                    }
                    else if (!isTroubled)
                    {
                        LogAway(what, exception.Message);
                    }

                    isTroubled = true;
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was under way is due for whoever comes next.
        }
    }

    [LoggerMessage(LogLevel.Warning, "{What} wait: {Reason}")]
    private partial void LogAway(string what, string reason);

    [LoggerMessage(LogLevel.Error, "{What} give trouble")]
    private partial void LogTrouble(Exception exception, string what);
}
