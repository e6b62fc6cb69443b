namespace Backend.WebApi.Endpoints;

internal static class DriverNotificationExamples
{
    public const int Limit = 200;

    private const string MapUid = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8";
    private const string MapName = "Spring Sprint";
    private const string Time = "48.123";

    private static readonly DateTimeOffset s_created = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static DriverNotificationListResponse Notifications { get; } =
        new([new DriverNotificationResponse("12", MapUid, MapName, CurrentPosition: 2, PersonalBest: 48_123, Time, "active", s_created, s_created.AddDays(1), IsActive: true)]);

    public static CreateDriverNotificationBody Creation { get; } = new(MapUid, MapName);

    public static CreatedDriverNotificationResponse Created { get; } = new(true, "You are number 2 and will be told when you are beaten.", 2, 48_123, Time);

    public static SuccessResponse Deleted { get; } = new(true, "The notification is deleted.");
}
