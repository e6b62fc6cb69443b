using System.Globalization;
using Backend.Domain.Alerts;
using Backend.Domain.DailyEmails;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;

namespace Backend.Infrastructure.Email;

/// <summary>A daily mail in words, before it becomes a page or lines, so that both say the same.</summary>
internal sealed record DailyMailWords(string Subject, string Greeting, string Occasion, MapperWords? Mapper, DriverWords? Driver, string Reason)
{
    public const string ChangeIt = "Choose what you are told, or stop these mails";

    public static DailyMailWords Of(DailyDigest digest)
    {
        var name = NameOf(digest.Recipient.Value);
        var date = digest.RunDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var (subject, reason) = (digest.Mapper is { Maps.Count: > 0 }, digest.Driver is { Changes.Count: > 0 }) switch
        {
            (true, true) => ("Your daily Trackmania update: new records and position changes", "new records on your maps, and of changes of your own records"),
            (true, _) => ($"New times on {name}'s maps", "new records on your maps"),
            _ => ("Position changes on the maps you track", "changes of your own records"),
        };
        return new DailyMailWords(
            subject,
            $"Hello {name},",
            $"this is what has happened up to the daily check of {date}.",
            digest.Mapper is { } mapper ? MapperWords.Of(mapper, digest) : null,
            digest.Driver is { } driver ? DriverWords.Of(driver, digest) : null,
            $"You get this mail because you asked to be told of {reason}.");
    }

    /// <summary>Of a user, in a greeting or a subject.</summary>
    public static string NameOf(string user) => TrackmaniaText.Strip(user, "Trackmania player");

    public static string Time(RecordTime time) => time.IsSecret ? "hidden" : time.ToText();

    public static string Moment(DateTimeOffset moment, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(moment, zone);
        return local.ToString(local.Offset == TimeSpan.Zero ? "yyyy-MM-dd HH:mm 'UTC'" : "yyyy-MM-dd HH:mm 'UTC'zzz", CultureInfo.InvariantCulture);
    }

    public static string Many(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}

/// <param name="Summary">How much there is, and what the alert tells of.</param>
/// <param name="IsRanking">A line a map, with the best record only.</param>
/// <param name="Beyond">How many maps are not named; null when all are.</param>
/// <param name="Notes">What could not be told.</param>
internal sealed record MapperWords(string Summary, bool IsRanking, IReadOnlyList<MapWords> Maps, string? Beyond, IReadOnlyList<string> Notes)
{
    public const string Heading = "New times on your maps";

    /// <summary>Lines of a ranking; mail readers cut what is much longer.</summary>
    private const int MaxRanked = 100;

    /// <summary>Of maps that could not be checked.</summary>
    private const int MaxNamed = 100;

    private const string Late = "Improvements below the fifth position may be told some days later.";

    public static MapperWords Of(MapperDigest mapper, DailyDigest digest)
    {
        var shown = mapper.IsRanking ? Math.Min(mapper.Maps.Count, MaxRanked) : mapper.Maps.Count;
        var scope = mapper.Filter switch
        {
            RecordFilter.WorldRecord => "world records",
            RecordFilter.Top5 => "records among the first five",
            _ => "all records",
        };
        var found = mapper.Maps.Count == 0
            ? "No new records"
            : $"{DailyMailWords.Many(mapper.RecordCount, "new record", "new records")} on {DailyMailWords.Many(mapper.Maps.Count, "map", "maps")}{(mapper.IsRanking ? ", those with the most first" : "")}";
        return new MapperWords(
            $"{found}. Your alert tells of {scope}.",
            mapper.IsRanking,
            [.. mapper.Maps.Take(shown).Select(news => MapWords.Of(news, digest))],
            shown < mapper.Maps.Count ? $"And {DailyMailWords.Many(mapper.Maps.Count - shown, "more map", "more maps")} with new records." : null,
            [.. UnreadNote(mapper.Unread.Select(map => map.Name)), .. mapper.MayBeLate ? [Late] : (string[])[]]);
    }

    /// <summary>One sentence, or none.</summary>
    public static IEnumerable<string> UnreadNote(IEnumerable<string> maps)
    {
        var names = maps.Select(MapWords.NameOf).ToList();
        if (names.Count > 0)
        {
            var more = names.Count > MaxNamed ? $" and {DailyMailWords.Many(names.Count - MaxNamed, "more map", "more maps")}" : "";
            yield return $"Could not be checked; will be caught up: {string.Join(", ", names.Take(MaxNamed))}{more}.";
        }
    }
}

/// <param name="Link">Null when the site's number is not known.</param>
/// <param name="Count">How many new records, and that not all follow if so.</param>
internal sealed record MapWords(string Name, Uri? Link, string Count, IReadOnlyList<RecordWords> Records)
{
    /// <summary>The first of them, for a ranking; null when none was kept.</summary>
    public RecordWords? Best => Records.Count > 0 ? Records[0] : null;

    public static string NameOf(string map) => TrackmaniaText.Strip(map, "unnamed map");

    public static MapWords Of(MapNews news, DailyDigest digest) => new(
        NameOf(news.Map.Name),
        news.Map.TmxId is { } id ? TmxMapPage.Of(id) : null,
        DailyMailWords.Many(news.Count, "new record", "new records") + (news.IsFolded && !digest.Mapper!.IsRanking ? "; the best of them:" : ""),
        [.. news.Records.Select(record => RecordWords.Of(record, digest))]);
}

/// <param name="Zone">Null when it is not known.</param>
/// <param name="Gap">Signed seconds to who held the position before; null when that is not known.</param>
internal sealed record RecordWords(string Position, string Player, string? Zone, string Time, string? Gap, string Moment)
{
    public static RecordWords Of(NewRecord record, DailyDigest digest)
    {
        var zone = TrackmaniaText.Strip(record.ZoneName, "");
        return new RecordWords(
            DriverWords.Rank(record.Position),
            TrackmaniaText.Strip(digest.Players.GetValueOrDefault(record.AccountId), record.AccountId.ToString()),
            zone.Length > 0 ? zone : null,
            DailyMailWords.Time(record.Time),
            record.Gap is { } gap ? GapOf(gap) : null,
            DailyMailWords.Moment(record.DrivenAt, digest.TimeZone));
    }

    private static string GapOf(long gap) =>
        (gap switch { < 0 => "−", > 0 => "+", _ => "±" }) + RecordTime.FromMilliseconds(Math.Abs(gap)).ToText();
}

/// <param name="Notes">What could not be told.</param>
internal sealed record DriverWords(IReadOnlyList<ChangeWords> Changes, IReadOnlyList<string> Notes)
{
    public const string Heading = "Your records on the maps you track";

    public static DriverWords Of(DriverDigest driver, DailyDigest digest) =>
        new([.. driver.Changes.Select(change => ChangeWords.Of(change, driver, digest.TimeZone))], [.. MapperWords.UnreadNote(driver.Unread)]);

    public static string Rank(int position) =>
        position == DriverNotification.OffTheBoard ? "not among the first 100" : string.Create(CultureInfo.InvariantCulture, $"#{position}");
}

/// <param name="Link">Null when the site's number is not known.</param>
internal sealed record ChangeWords(string Kind, string Map, Uri? Link, string Positions, string Times, string SeenAt)
{
    public static ChangeWords Of(DriverChange change, DriverDigest driver, TimeZoneInfo zone)
    {
        var (from, to) = (DriverWords.Rank(change.From), DriverWords.Rank(change.To));
        var (before, now) = (DailyMailWords.Time(change.TimeBefore), DailyMailWords.Time(change.Time));
        return new ChangeWords(
            change.Kind switch
            {
                DriverChangeKind.Better => "Better",
                DriverChangeKind.Worse => "Worse",
                DriverChangeKind.KnockedOut => "Knocked out",
                _ => "Back among the first five",
            },
            MapWords.NameOf(change.MapName),
            driver.TmxIds.TryGetValue(change.MapUid, out var id) ? TmxMapPage.Of(id) : null,
            from == to ? from : $"{from} → {to}",
            before == now ? now : $"{before} → {now}",
            DailyMailWords.Moment(change.SeenAt, zone));
    }
}
