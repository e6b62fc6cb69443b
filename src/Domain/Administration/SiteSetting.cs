using System.Diagnostics.CodeAnalysis;

namespace Backend.Domain.Administration;

/// <summary>A number that administrators can change while the service runs.</summary>
/// <param name="Key">Its name for clients and stores.</param>
/// <param name="Standard">In force until somebody sets another.</param>
public sealed record SiteSetting(string Key, int Standard, int Min, int Max, string Description)
{
    public static SiteSetting MaxUsers { get; } = new("max_users_registration", 200, 1, 10_000, "Users who can be registered.");

    public static SiteSetting MaxMapsPerUser { get; } = new("max_maps_per_user", 200, 1, 1000, "Maps that one mapper alert watches; the newest ones.");

    public static SiteSetting MaxDriverNotifications { get; } = new("max_driver_notifications", 200, 1, 1000, "Driver notifications of one user.");

    public static SiteSetting MaxNewRecordsPerMap { get; } = new("max_new_records_per_map", 20, 1, 100, "New records of one map that a mail lists one by one.");

    public static SiteSetting ApiMonthlyLimit { get; } = new("trackmania_api_monthly_limit", 5_184_000, 1, 100_000_000, "For information: requests a month to Trackmania's services at two a second.");

    public static SiteSetting ApiRatePerSecond { get; } = new("api_rate_limit_per_second", 2, 1, 10, "For information: the pace towards Trackmania's services is a setting of the server.");

    /// <summary>Every setting there is.</summary>
    public static IReadOnlyList<SiteSetting> All { get; } =
        [MaxUsers, MaxMapsPerUser, MaxDriverNotifications, MaxNewRecordsPerMap, ApiMonthlyLimit, ApiRatePerSecond];

    public static bool TryFind([NotNullWhen(true)] string? key, [NotNullWhen(true)] out SiteSetting? setting)
    {
        setting = All.FirstOrDefault(s => s.Key == key);
        return setting is not null;
    }

    public bool Allows(long value) => value >= Min && value <= Max;
}
