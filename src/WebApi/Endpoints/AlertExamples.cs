namespace Backend.WebApi.Endpoints;

internal static class AlertExamples
{
    public const string BadFilter = "The record filter must be one of top5, wr, all.";

    private static readonly DateTimeOffset s_created = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static AlertListResponse Alerts { get; } =
        new([new AlertResponse("40", "Ada's map alerts", "map_40", s_created, "top5", IsActive: true, "accurate", MapCount: 24, WatchedMaps: 24, "counted", s_created.AddSeconds(2))]);

    public static CreateAlertBody Creation { get; } = new("accurate", "top5", 0);

    public static CreatedAlertResponse Created { get; } = new(true, "The alert is created. Your maps are being counted.", 40, "accurate", 0, "top5", "counting");

    public static ChangeAlertBody Change { get; } = new("wr");

    public static ChangedAlertResponse Changed { get; } = new(true, "wr");

    public static SuccessResponse Deleted { get; } = new(true, "The alert is deleted.");
}
