namespace Backend.TrackmaniaSandbox;

/// <summary>Keeps the independent random-looking streams of one seed apart.</summary>
internal enum HashTag
{
    Credentials,
    SigningKey,
    AccountHigh,
    AccountLow,
    AccountName,
    AccountZone,
    AccountResolves,
    Mapper,
    MapCount,
    MapUid,
    MapUidTail,
    OnlineMapId,
    OnlineMapIdLow,
    MapDetails,
    MapName,
    Upload,
    CoAuthor,
    Activity,
    Board,
    ActiveScore,
    ActiveGain,
    ActiveTime,
    BaseScore,
    BaseTime,
    NewcomerScore,
    NewcomerTime,
    RecordId,
    RecordIdLow,
}

/// <summary>
/// A fixed mixing function. <see cref="HashCode"/> and <see cref="Random"/> are not used: the first differs between
/// processes, the second may differ between framework versions, and two sandboxes must agree about everything.
/// </summary>
internal static class Hash
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    public static ulong Of(int seed, HashTag tag, ulong a, ulong b = 0)
    {
        var h = Mix((ulong)(uint)seed + Golden);
        h = Mix(h ^ ((ulong)tag + 1) * Golden);
        h = Mix(h + a * 0xD1B54A32D192ED03);
        return Mix(h + b * 0x8CB92BA72F3D8DD7);
    }

    /// <summary>A number in [0, 1).</summary>
    public static double Unit(ulong hash) => (hash >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number in [min, max].</summary>
    public static long Between(ulong hash, long min, long max) => min + (long)(hash % (ulong)(max - min + 1));

    private static ulong Mix(ulong x)
    {
        x ^= x >> 30;
        x *= 0xBF58476D1CE4E5B9;
        x ^= x >> 27;
        x *= 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
