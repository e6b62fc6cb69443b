namespace Backend.TrackmaniaSandbox;

/// <summary>Moments that the world is anchored to, in unix seconds.</summary>
internal static class WorldTime
{
    /// <summary>
    /// When records start to arrive by time bucket. Two months before the first supported clock value, so that by
    /// then every promise about recent records holds.
    /// </summary>
    public static readonly long Epoch = new DateTimeOffset(2023, 11, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    public static readonly long FirstUpload = new DateTimeOffset(2020, 7, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    public static readonly long LastUpload = new DateTimeOffset(2023, 10, 20, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
}
