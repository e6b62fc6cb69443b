using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>
/// Begins the daily run on schedule. Of several instances that do so one wins, since a date has one run. What was missed while
/// nobody was up is caught up at start: the latest moment that passed since the last run, if there ever was one.
/// </summary>
internal sealed partial class DailyScheduleWorker(DailySchedule schedule, IMediator mediator, TimeProvider clock, ILogger<DailyScheduleWorker> logger) : BackgroundService
{
    /// <summary>A clock that is set, or a machine that sleeps, is noticed after so long.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_afterTrouble = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Taken first: a store that is away may take its time to say that there was no run yet.
            var begun = clock.GetUtcNow();
            var since = await PersistAsync(FindLastRunAsync, stoppingToken) ?? begun;
            while (true)
            {
                var now = clock.GetUtcNow();
                if (schedule.LastBetween(since, now) is { } due)
                {
                    var started = await PersistAsync(token => mediator.Send(new StartDailyRunCommand("schedule", DateOnly.FromDateTime(due.UtcDateTime)), token), stoppingToken);

                    // One that is refused, for the clock's sake, is asked for again when the clock may have been set.
                    since = started.IsSuccess ? due : since;
                }

                var wait = schedule.NextAfter(now) is { } next && next - now < s_longestWait ? next - now : s_longestWait;
                await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.FromSeconds(1), clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start sees what was missed.
        }
    }

    private async Task<DateTimeOffset?> FindLastRunAsync(CancellationToken cancellationToken)
    {
        var found = await mediator.Send(new FindDailyRunQuery(Date: null), cancellationToken);
        return found.IsSuccess ? found.Value.StartedAt : null;
    }

    private async Task<T> PersistAsync<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await step(cancellationToken);
            }
            catch (StoreUnavailableException exception)
            {
                LogAway(exception.Message);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                LogTrouble(exception);
            }

            await Task.Delay(s_afterTrouble, clock, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The daily run waits: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Error, "The daily run cannot begin")]
    private partial void LogTrouble(Exception exception);
}
