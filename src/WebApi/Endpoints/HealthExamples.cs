namespace Backend.WebApi.Endpoints;

internal static class HealthExamples
{
    public static HealthResponse Health { get; } = new(
        "OK",
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        86_400.125,
        "production",
        "1.0.0",
        new HealthServices("healthy", HealthServices.Configured));

    public static ReadinessResponse Ready { get; } = new("OK");
}
