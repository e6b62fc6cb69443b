using Backend.Domain.Common;

namespace Backend.Application.DailyRuns;

/// <summary>Every failure of the daily run.</summary>
public static class DailyRunErrors
{
    public static Error NotFound { get; } = new(ErrorKind.NotFound, "daily_run.not_found", "There is no run of this date.");

    public static Error TooEarly { get; } = new(
        ErrorKind.Conflict, "daily_run.too_early", "The day of this run is yet to come by the clock of the store. Is the clock of this server ahead?");
}
