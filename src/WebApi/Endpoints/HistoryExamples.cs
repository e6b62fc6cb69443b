namespace Backend.WebApi.Endpoints;

internal static class HistoryExamples
{
    private static readonly DateTimeOffset s_run = new(2026, 3, 1, 5, 0, 12, TimeSpan.Zero);

    public static NotificationHistoryResponse History { get; } = new(
        "The notifications of the last days.",
        [
            new HistoryDayResponse(
                "2026-03-01",
                new HistoryEntryResponse("sent", "New records on 2 maps.", 2, s_run),
                new HistoryEntryResponse("no_new_times", Message: null, 0, s_run)),
        ]);

    public static StatisticsResponse Statistics { get; } = new(42, 1234, 97);
}
