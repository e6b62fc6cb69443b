using System.Runtime.InteropServices;

namespace Backend.TrackmaniaSandbox;

/// <summary>How a map's board is populated and how it moves. Periods are seconds; 0 means never.</summary>
/// <param name="ActivePlayers">Players who keep improving, in turns, one a period.</param>
/// <param name="QuietPlayers">Players whose only record is an old one.</param>
/// <param name="Period">Bucket length of improvements. Two of them are less than two periods apart.</param>
/// <param name="NewcomerPeriod">Bucket length of first records by new players.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Activity(int ActivePlayers, int QuietPlayers, long Period, long NewcomerPeriod)
{
    private const long Hour = 3600;
    private const long Day = 24 * Hour;

    public static Activity None => default;

    public static Activity For(int seed, SandboxMapper mapper, int map)
    {
        var h = Hash.Of(seed, HashTag.Activity, (ulong)mapper.Index, (ulong)map);
        return mapper.Index switch
        {
            Cast.Demo => Demo(map, h),
            Cast.Solo => new Activity(45, 80, 9 * Hour + Spread(h, 60), 40 * Hour),
            Cast.Prolific => map < 3 ? new Activity(14, 20, 10 * Hour, 0) : Mixed(h, 40),
            Cast.Unicode => Unicode(map, h),
            Cast.Huge => Huge(map, h),
            _ => Mixed(h, h % 7 == 0 ? 800 : 60),
        };
    }

    // The improving players of the busy maps outnumber a week's buckets, and a day, a week and a month therefore
    // always give different results.
    private static Activity Demo(int map, ulong h) => map switch
    {
        < 8 => new Activity(40 + (int)(h % 30), (int)(h / 64 % 50), 5 * Hour + map * 3000 + Spread(h, 600), (30 + map * 7) * Hour),
        < 14 => new Activity(30 + (int)(h % 20), 20 + (int)(h / 64 % 180), 36 * Hour + (map - 8) * 6 * Hour + Spread(h, 3600), (96 + map * 9) * Hour),
        < 19 => new Activity(15 + (int)(h % 10), (int)(h / 64 % 400), 8 * Day + (map - 14) * Day + Spread(h, Day), 20 * Day),
        < 22 => new Activity(8, 10 + (int)(h % 30), (60 + (map - 19) * 40) * Day, 0),
        22 => new Activity(0, 60, 0, 0),
        _ => None,
    };

    private static Activity Unicode(int map, ulong h) => map switch
    {
        < 4 => new Activity(12 + (int)(h % 8), 30 + (int)(h / 64 % 100), 8 * Day + map * 2 * Day - Spread(h, Hour), 45 * Day),
        < 11 => new Activity(6, (int)(h / 64 % 150), 20 * Day + map * 10 * Day, 0),
        _ => None,
    };

    private static Activity Huge(int map, ulong h) => map switch
    {
        0 => new Activity(60, 10_400, 6 * Hour, 2 * Day),
        1 => new Activity(60, 12_500, 20 * Hour, 3 * Day),
        2 => new Activity(40, 9_950, 3 * Day, 9 * Day),
        3 => new Activity(40, 9_960, 5 * Day, 0),
        4 => new Activity(30, 500, Day + Spread(h, Hour), 5 * Day),
        _ => None,
    };

    private static Activity Mixed(ulong h, int quiet)
    {
        var players = 5 + (int)(h / 128 % 16);
        var others = (int)(h / 4096 % (ulong)quiet);
        return (h % 100) switch
        {
            < 5 => new Activity(players, others, 12 * Hour + Spread(h, 12 * Hour), 12 * Day),
            < 25 => new Activity(players, others, 2 * Day + Spread(h, 4 * Day), 30 * Day),
            < 60 => new Activity(players, others, 8 * Day + Spread(h, 17 * Day), 90 * Day),
            < 90 => new Activity(players, others, 40 * Day + Spread(h, 160 * Day), 0),
            < 96 => new Activity(0, others + 1, 0, 0),
            _ => None,
        };
    }

    private static long Spread(ulong h, long range) => (long)(h / 1_000_003 % (ulong)range);
}
