namespace Backend.WebApi.Endpoints;

internal static class DailyRunExamples
{
    private static readonly DateTimeOffset s_begun = new(2026, 3, 1, 4, 0, 0, TimeSpan.Zero);

    public static StartedDailyRunResponse Started { get; } = new(
        "The daily run has begun.",
        IsNew: true,
        "/api/v1/cron/daily/2026-03-01",
        new DailyRunResponse(new DateOnly(2026, 3, 1), "request", s_begun, FinishedAt: null, new DailyRunCountsResponse(25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)));

    public static FinishedDailyRunResponse Finished { get; } = new(
        "The daily run is finished.",
        new DateOnly(2026, 3, 1),
        Phase1Processed: 20,
        Phase2Processed: 8,
        Phase1Errors: 1,
        Phase2Errors: 0,
        EmailsSent: 11,
        EmailsSkipped: 14,
        TotalProcessed: 25,
        EmailsFailed: 0,
        EmailsPending: 0,
        EmailsUncertain: 0);

    public static DailyRunResponse Run { get; } = new(
        new DateOnly(2026, 3, 1), "request", s_begun, s_begun.AddMinutes(31), new DailyRunCountsResponse(25, 25, 20, 1, 8, 0, 14, 1, 10, 0, 0));
}
