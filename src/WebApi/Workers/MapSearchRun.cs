using Backend.Application.MapSearches;
using Backend.Application.Ports;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>The run that a ticket calls for, and what becomes of the ticket.</summary>
internal sealed partial class MapSearchRun(IMapSearchQueue queue, IMediator mediator, TimeProvider clock, ILogger<MapSearchRun> logger)
{
    private static readonly TimeSpan s_pauseInOutage = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Runs the search, hiding its ticket from others meanwhile, and acknowledges the ticket or gives it back. After an exception
    /// that nobody foresaw it does neither: the ticket comes back by itself, and a queue that counts deliveries can count this one.
    /// </summary>
    /// <param name="current">The latest ticket of the search; it may change while the run goes on.</param>
    /// <param name="stop">Ends the run with everything saved; the ticket is given back then.</param>
    public async Task RunAsync(Func<MapSearchTicket> current, CancellationToken stop)
    {
        using var over = new CancellationTokenSource();
        var extending = ExtendAsync(current, over.Token);
        TimeSpan? comeBackAfter;
        try
        {
            var result = await mediator.Send(new RunMapSearchCommand(current().Key), stop);
            comeBackAfter = result.IsSuccess ? result.Value.ComeBackAfter : s_pauseInOutage;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It had not begun.
            comeBackAfter = TimeSpan.Zero;
        }
        catch (StoreUnavailableException exception)
        {
            LogAway(exception.Message);
            comeBackAfter = s_pauseInOutage;
        }
        finally
        {
            await over.CancelAsync();
            await extending;
        }

        await (comeBackAfter is { } delay
            ? queue.ReturnAsync(current(), delay, CancellationToken.None)
            : queue.AcknowledgeAsync(current(), CancellationToken.None));
    }

    private async Task ExtendAsync(Func<MapSearchTicket> current, CancellationToken over)
    {
        try
        {
            using var timer = new PeriodicTimer(queue.Visibility / 3, clock);
            while (await timer.WaitForNextTickAsync(over))
            {
                try
                {
                    await queue.ExtendAsync(current(), over);
                }
                catch (StoreUnavailableException exception)
                {
                    LogAway(exception.Message);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    LogTrouble(exception);
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Map searches wait: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Error, "The map search queue gives trouble")]
    private partial void LogTrouble(Exception exception);
}
