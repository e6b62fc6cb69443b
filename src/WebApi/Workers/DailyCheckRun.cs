using Backend.Application.DailyEmails;
using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>Does what a run does for one user, part by part, while it says again and again that the check is still being worked on; and what becomes of its delivery.</summary>
internal sealed partial class DailyCheckRun(IDailyCheckQueue queue, IMediator mediator, IDailyRunStore runs, TimeProvider clock, ILogger<DailyCheckRun> logger)
{
    private static readonly TimeSpan s_renewal = IDailyRunStore.Lease / 4;

    /// <summary>
    /// Does the check and settles its delivery. After an exception that nobody foresaw it is not settled: the check comes back by itself,
    /// and a queue that counts deliveries can count this one.
    /// </summary>
    /// <param name="stop">Gives the check back with everything saved; another goes on at once.</param>
    public async Task RunAsync(DailyCheckDelivery delivery, CancellationToken stop)
    {
        TimeSpan? again;
        try
        {
            again = await WorkUntilAsync(delivery.Check, stop);
        }
        catch (StoreUnavailableException exception)
        {
            LogAway(delivery.Check.Key, exception.Message);
            again = IDailyRunStore.Lease;
        }

        await queue.SettleAsync(delivery, again, CancellationToken.None);
    }

    /// <returns>When the check goes on; null when it has ended.</returns>
    private async Task<TimeSpan?> WorkUntilAsync(DailyCheck check, CancellationToken stop)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var renewing = RenewAsync(check, lost);
        try
        {
            var outcome = await WorkAsync(check, lost.Token);
            return outcome.Status switch
            {
                DailyPartStatus.Ended => null,
                DailyPartStatus.PutOff => outcome.Again,

                // Whoever has it may die, and this may be the only message of it.
                _ => IDailyRunStore.Lease,
            };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Another goes on at once, and need not wait until the claim lapses.
            await runs.TryPutOffAsync(check, TimeSpan.Zero, isRetry: false, CancellationToken.None);
            return TimeSpan.Zero;
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            return IDailyRunStore.Lease;
        }
        finally
        {
            await lost.CancelAsync();
            await renewing;
        }
    }

    private async Task<DailyPartOutcome> WorkAsync(DailyCheck check, CancellationToken cancellationToken)
    {
        var outcome = DailyPartOutcome.Ended;
        if (check.Mapper == DailyPartState.Due)
        {
            outcome = await TryAsync(check, DailyPart.Mapper, new CheckMapperAlertCommand(check), cancellationToken);
            check = check with { Retries = 0 };
        }

        if (outcome.Status == DailyPartStatus.Ended && check.Driver == DailyPartState.Due)
        {
            outcome = await TryAsync(check, DailyPart.Driver, new CheckDriverNotificationsCommand(check), cancellationToken);
            check = check with { Retries = 0 };
        }

        return outcome.Status == DailyPartStatus.Ended ? await TryAsync(check, part: null, new ComposeDailyEmailCommand(check), cancellationToken) : outcome;
    }

    private async Task<DailyPartOutcome> TryAsync(DailyCheck check, DailyPart? part, IRequest<Result<DailyPartOutcome>> command, CancellationToken cancellationToken)
    {
        try
        {
            return (await mediator.Send(command, cancellationToken)).Value;
        }
        catch (Exception exception) when (exception is not StoreUnavailableException && !cancellationToken.IsCancellationRequested)
        {
            LogFailed(exception, check.Key, part?.ToWord() ?? "mail");
            return (await mediator.Send(new FailDailyCheckCommand(check, part), cancellationToken)).Value;
        }
    }

    private async Task RenewAsync(DailyCheck check, CancellationTokenSource lost)
    {
        try
        {
            using var timer = new PeriodicTimer(s_renewal, clock);
            while (await timer.WaitForNextTickAsync(lost.Token))
            {
                try
                {
                    if (!await runs.TryRenewAsync(check, lost.Token))
                    {
                        await lost.CancelAsync();
                    }
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // The next tick may reach it; if none does in time, the store refuses what this worker writes.
                    LogUnrenewed(check.Key, exception.Message);
                }
            }
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            // The work has ended.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Check {Check} waits: {Reason}")]
    private partial void LogAway(DailyCheckKey check, string reason);

    [LoggerMessage(LogLevel.Warning, "Check {Check} gives no sign of life: {Reason}")]
    private partial void LogUnrenewed(DailyCheckKey check, string reason);

    [LoggerMessage(LogLevel.Error, "Check {Check} failed unexpectedly ({Part})")]
    private partial void LogFailed(Exception exception, DailyCheckKey check, string part);
}
