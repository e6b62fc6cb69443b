using Backend.Application.DailyEmails;
using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>Does what a run does for one user, part by part, while it says again and again that the check is still being worked on.</summary>
internal sealed partial class DailyCheckRun(IMediator mediator, IDailyRunStore runs, TimeProvider clock, ILogger<DailyCheckRun> logger)
{
    private static readonly TimeSpan s_renewal = IDailyRunStore.Lease / 4;

    /// <returns>When the check goes on; null when it has ended, or is somebody else's.</returns>
    public async Task<TimeSpan?> RunAsync(DailyCheck check, CancellationToken cancellationToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(check, lost);
        try
        {
            var outcome = await WorkAsync(check, lost.Token);
            return outcome.Status == DailyPartStatus.PutOff ? outcome.Again : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Another goes on at once, and need not wait until the claim lapses.
            await runs.TryPutOffAsync(check, TimeSpan.Zero, isRetry: false, CancellationToken.None);
            throw;
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            return null;
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
        }

        if (outcome.Status == DailyPartStatus.Ended && check.Driver == DailyPartState.Due)
        {
            outcome = await TryAsync(check, DailyPart.Driver, new CheckDriverNotificationsCommand(check), cancellationToken);
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
                catch (StoreUnavailableException)
                {
                    // The next tick may reach it; if none does in time, the store refuses what this worker writes.
                }
            }
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            // The work has ended.
        }
    }

    [LoggerMessage(LogLevel.Error, "Check {Check} failed unexpectedly ({Part})")]
    private partial void LogFailed(Exception exception, DailyCheckKey check, string part);
}
