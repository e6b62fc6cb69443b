using Backend.Domain.Alerts;
using Backend.Domain.DailyEmails;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Email;

/// <summary>What daily mails are made of.</summary>
internal static class Digests
{
    /// <summary>Two hours ahead of UTC, all the year.</summary>
    public static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(2), displayName: null, standardDisplayName: null);

    private static readonly DateTimeOffset s_driven = new(2026, 5, 1, 16, 4, 30, TimeSpan.Zero);

    public static readonly MapperDigest Mapper = new(
        [
            new MapNews(new WatchedMap(Make.Uid(1), "$f80Summer$z 2026 - $o01", 123456), 3, [
                new NewRecord(Make.Account(1), "Bayern", 1, RecordTime.FromMilliseconds(45_123), s_driven, -123),
                new NewRecord(Make.Account(2), "Île-de-France", 4, RecordTime.FromMilliseconds(65_004), s_driven.AddMinutes(-70), 50),
                new NewRecord(Make.Account(3), "", 5, RecordTime.Secret, s_driven.AddDays(-1), Gap: null),
            ]),
            new MapNews(new WatchedMap(Make.Uid(2), "Old map", TmxId: null), 1, [new NewRecord(Make.Account(9), "World", 2, RecordTime.FromMilliseconds(3_723_004), s_driven, 0)]),
            new MapNews(new WatchedMap(Make.Uid(3), "Crowded", 99), 24, [
                new NewRecord(Make.Account(1), "Bayern", 1, RecordTime.FromMilliseconds(30_000), s_driven, Gap: null),
                new NewRecord(Make.Account(2), "Île-de-France", 2, RecordTime.FromMilliseconds(30_001), s_driven, Gap: null),
                new NewRecord(Make.Account(4), "Kansai", 3, RecordTime.FromMilliseconds(30_002), s_driven, Gap: null),
            ]),
        ],
        [new WatchedMap(Make.Uid(4), "$i$l[https://example.org]Away", 7)],
        RecordFilter.All,
        IsProbing: true);

    public static readonly DriverDigest Driver = new(
        [
            Change(DriverChangeKind.Better, "Fast one", 3, 2, 45_500, 45_123),
            Change(DriverChangeKind.Better, "Same place", 1, 1, 45_500, 45_499),
            Change(DriverChangeKind.Back, "Home again", DriverNotification.OffTheBoard, 4, 61_000, 60_000),
            Change(DriverChangeKind.Worse, "$sSlow one", 3, 5, 45_123, 45_123),
            Change(DriverChangeKind.KnockedOut, "Crowded", 5, DriverNotification.OffTheBoard, 45_123, 45_123),
            new DriverChange(DriverChangeKind.Worse, Make.Uid(6), "Hidden", 1, 2, RecordTime.Secret, RecordTime.Secret, s_driven),
        ],
        ["Not read"],
        new Dictionary<MapUid, long> { [Make.Uid(6)] = 4711 });

    private static readonly Dictionary<AccountId, string> s_players = new()
    {
        [Make.Account(1)] = "$fffBolt$z",
        [Make.Account(2)] = "Zoé & Co",
        [Make.Account(3)] = "Ghost",
        [Make.Account(4)] = "スピード",
    };

    public static DailyDigest Of(MapperDigest? mapper, DriverDigest? driver, string recipient = "Demo Mapper") =>
        new(new DateOnly(2026, 5, 2), Make.Name(recipient), mapper, driver, s_players, Zone);

    /// <summary>So many that they are ranked.</summary>
    public static MapperDigest Ranking(int maps) => new(
        [.. Enumerable.Range(1, maps).Select(n => new MapNews(new WatchedMap(Make.Uid(n), $"Map {n}", n), 1 + maps - n, [new NewRecord(Make.Account(1), "Bayern", 1, RecordTime.FromMilliseconds(40_000 + n), s_driven, Gap: null)]))],
        [],
        RecordFilter.Top5,
        IsProbing: true);

    private static DriverChange Change(DriverChangeKind kind, string map, int from, int to, long before, long now) =>
        new(kind, Make.Uid(5), map, from, to, RecordTime.FromMilliseconds(before), RecordTime.FromMilliseconds(now), s_driven);
}
