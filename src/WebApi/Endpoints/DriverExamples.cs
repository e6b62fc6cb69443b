namespace Backend.WebApi.Endpoints;

internal static class DriverExamples
{
    public static FoundMapsResponse FoundMaps { get; } = new(
        [
            new FoundMapResponse(
                300_123,
                "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8",
                "Spring Sprint",
                ["Demo Mapper"],
                new MedalsResponse(41_500, 45_000, 50_000, 63_000),
                new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
                DownloadCount: 12),
        ],
        new PaginationResponse(CurrentPage: 1, PageSize: 20, HasMore: false, TotalResults: 1));
}
