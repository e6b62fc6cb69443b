using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;
using FluentValidation;
using Microsoft.Extensions.Logging;

namespace Backend.Application.DailyRuns;

/// <summary>Begins the run of a date, or finds it begun.</summary>
/// <param name="Trigger">Who asks, for operators.</param>
/// <param name="Date">In UTC; today's when null.</param>
public sealed record StartDailyRunCommand(string Trigger, DateOnly? Date = null) : ICommand<StartedDailyRun>;

/// <param name="IsNew">This request began it.</param>
public sealed record StartedDailyRun(DailyRun Run, bool IsNew);

internal sealed class StartDailyRunValidator : AbstractValidator<StartDailyRunCommand>
{
    public StartDailyRunValidator() => RuleFor(c => c.Trigger).NotEmpty().MaximumLength(50);
}

internal sealed partial class StartDailyRunHandler(IDailyRunStore runs, IDailyCheckQueue queue, TimeProvider clock, ILogger<StartDailyRunHandler> logger)
    : ICommandHandler<StartDailyRunCommand, StartedDailyRun>
{
    public async Task<Result<StartedDailyRun>> Handle(StartDailyRunCommand command, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var date = command.Date ?? DateOnly.FromDateTime(now.UtcDateTime);
        var (run, isNew) = await runs.StartAsync(date, command.Trigger, now, cancellationToken);
        if (run is null)
        {
            LogTooEarly(date, command.Trigger);
            return DailyRunErrors.TooEarly;
        }

        if (run.Date > date)
        {
            // A clock that was ahead once, here or elsewhere, is the likely reason, and nobody would notice otherwise.
            LogTooLate(date, run.Date, command.Trigger);
        }

        if (isNew)
        {
            LogStarted(run.Date, run.Counts.Users, command.Trigger);

            // Whatever is not announced because this process dies now is announced by the upkeep.
            await queue.AnnounceAsync(cancellationToken);
        }

        return new StartedDailyRun(run, isNew);
    }

    [LoggerMessage(LogLevel.Error, "No daily run of {Date} is begun, as that day is yet to come by the clock of the store; triggered by {Trigger}")]
    private partial void LogTooEarly(DateOnly date, string trigger);

    [LoggerMessage(LogLevel.Warning, "No daily run of {Date} is begun, as there is one of {Latest} already; triggered by {Trigger}")]
    private partial void LogTooLate(DateOnly date, DateOnly latest, string trigger);

    [LoggerMessage(LogLevel.Information, "The daily run of {Date} begins: {Users} users, triggered by {Trigger}")]
    private partial void LogStarted(DateOnly date, int users, string trigger);
}
