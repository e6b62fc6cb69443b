using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;

namespace Backend.Application.DailyRuns;

/// <summary>
/// Says that a go at a check ended unexpectedly. It is put off, and after several times the part that was worked on is given up, so that
/// one user's trouble neither holds up the run nor hides the other part. A mail is never given up, since what it would tell counts as
/// told already: one that cannot be written goes out in its plainest form (<see cref="DailyEmails.PlainDailyEmail"/>), any other trouble is waited for.
/// </summary>
/// <param name="Part">Null when the mail was being composed.</param>
public sealed record FailDailyCheckCommand(DailyCheck Check, DailyPart? Part) : ICommand<DailyPartOutcome>;

internal sealed class FailDailyCheckHandler(IDailyRunStore runs, DailyRunOptions options) : ICommandHandler<FailDailyCheckCommand, DailyPartOutcome>
{
    private const int MostDoublings = 8;

    public async Task<Result<DailyPartOutcome>> Handle(FailDailyCheckCommand command, CancellationToken cancellationToken)
    {
        var check = command.Check;
        if (command.Part is not { } part || check.Retries < options.MaxRetries)
        {
            return await runs.PutOffAsync(check, options.PauseAfter(Math.Min(check.Retries, MostDoublings)), isRetry: true, cancellationToken);
        }

        // The other part goes on at once, with all its repetitions.
        return await runs.TryEndPartAsync(check, part, DailyPartState.Failed, new DailyPartSummary([], IsBroken: true), cancellationToken)
            ? await runs.PutOffAsync(check, TimeSpan.Zero, isRetry: false, cancellationToken)
            : DailyPartOutcome.Lost;
    }
}
