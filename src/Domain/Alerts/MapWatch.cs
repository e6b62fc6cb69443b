using Backend.Domain.Tracks;

namespace Backend.Domain.Alerts;

/// <summary>A map that an alert looks at, as Trackmania Exchange lists it.</summary>
/// <param name="TmxId">The site's own number; null when it was noted before numbers were kept.</param>
public sealed record WatchedMap(MapUid Uid, string Name, long? TmxId)
{
    /// <summary>Those of the listed maps that have a leaderboard.</summary>
    public static IReadOnlyList<WatchedMap> Of(IEnumerable<MapListing> listed) =>
        [.. listed.Where(map => map.MapUid is not null).Select(map => new WatchedMap(map.MapUid!.Value, map.Name, map.MapId))];
}

/// <summary>
/// What an alert has seen of one map: how far it has told of records, and how the board stood. Both belong to the alert and
/// the map, and move only with what was found on a board that was read.
/// </summary>
/// <param name="Newest">When the newest record of any board that was evaluated was driven, whole seconds.</param>
/// <param name="SeenAtNewest">The records of that second that were on the board; another one of the same second is still new.</param>
public sealed record MapWatch(MapUid MapUid, DateTimeOffset Newest, IReadOnlyList<SeenRecord> SeenAtNewest)
{
    /// <summary>A moment so long after the board was read is none: it would hide all that comes before it.</summary>
    public static readonly TimeSpan MostSkew = TimeSpan.FromDays(1);

    /// <summary>How far the first look at a map goes back before the alert was made, so that the first mail is not empty.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromHours(24);

    /// <summary>Times of the first five rows, fastest first, fewer when the board has fewer; a secret one is null.</summary>
    public IReadOnlyList<long?> Best { get; init; } = [];

    /// <summary>
    /// How many players have a record, as the question for positions answered right before the board was read; null when it
    /// did not, and nobody knows.
    /// </summary>
    public int? Players { get; init; }

    /// <summary>Runs that found no reason to read the board since it was read.</summary>
    public int RunsSinceRead { get; init; }

    /// <summary>Of a map that was never looked at.</summary>
    public static MapWatch Unseen(MapUid mapUid, DateTimeOffset since) =>
        new(mapUid, DateTimeOffset.FromUnixTimeSeconds(since.ToUnixTimeSeconds()), []);

    /// <summary>What a board tells that was not told before, and how the watch goes on.</summary>
    /// <param name="players">See <see cref="Players"/>.</param>
    public (MapWatch Next, IReadOnlyList<NewRecord> Due) Evaluate(Leaderboard board, RecordFilter filter, int? players)
    {
        var entries = board.Entries.Select(entry => entry.DrivenAt > board.ReadAt + MostSkew ? entry with { DrivenAt = null } : entry).ToList();
        var due = entries
            .Where(entry => filter.Passes(entry.Position) && IsUnseen(entry))
            .OrderBy(entry => entry.Position)
            .Select(entry => new NewRecord(entry.AccountId, entry.ZoneName, entry.Position, entry.Time, entry.DrivenAt!.Value, GapOf(entry)))
            .ToList();
        var newest = entries.Select(entry => entry.DrivenAt).Append(Newest).Max()!.Value;
        var seen = entries.Where(entry => entry.DrivenAt == newest).Select(SeenRecord.Of);
        return (
            this with
            {
                Newest = newest,
                SeenAtNewest = [.. newest == Newest ? SeenAtNewest.Union(seen) : seen.Distinct()],
                Best = [.. entries.OrderBy(entry => entry.Position).Take(RecordFilters.TopPositions).Select(entry => entry.Time.IsSecret ? (long?)null : entry.Time.Milliseconds)],

                // Of a board with secret times no question can tell what changed.
                Players = entries.Exists(entry => entry.Time.IsSecret) ? null : players,
                RunsSinceRead = 0,
            },
            due);
    }

    /// <summary>
    /// The times to ask for, one question each, and the position that each has as long as the board stays as it was read.
    /// A time one millisecond faster than a row's is one place behind all that are faster than the row. Null when the board
    /// has to be read anyway: fewer than five rows, secret times, or nothing known.
    /// </summary>
    public IReadOnlyList<PositionQuestion>? QuestionsFor(RecordFilter filter)
    {
        if (Players is not { } players || Best.Count < RecordFilters.TopPositions || Best.Any(time => time is null or < 1))
        {
            return null;
        }

        var asked = filter == RecordFilter.WorldRecord ? 1 : RecordFilters.TopPositions;
        return
        [
            .. Enumerable.Range(0, asked).Select(rank => new PositionQuestion(Best[rank]!.Value - 1, 1 + Best.Count(time => time < Best[rank]))),
            new PositionQuestion(PositionQuestion.SlowerThanAny, 1 + players),
        ];
    }

    private bool IsUnseen(LeaderboardEntry entry) =>
        entry.DrivenAt > Newest || (entry.DrivenAt == Newest && !SeenAtNewest.Any(SeenRecord.Of(entry).IsTheSameAs));

    /// <summary>Null unless both times are known: to the time that held this position when the board was read before.</summary>
    private long? GapOf(LeaderboardEntry entry) =>
        !entry.Time.IsSecret && entry.Position <= Best.Count && Best[entry.Position - 1] is { } before ? entry.Time.Milliseconds - before : null;
}

/// <summary>A record as far as it must be told apart from others of the same second.</summary>
/// <param name="Score">As on the wire; secret ones look alike.</param>
public readonly record struct SeenRecord(AccountId AccountId, long Score)
{
    public static SeenRecord Of(LeaderboardEntry entry) => new(entry.AccountId, entry.Time.OnTheWire);

    /// <summary>An author who uncovers the times of his map, or hides them, makes no new records.</summary>
    public bool IsTheSameAs(SeenRecord other) =>
        AccountId == other.AccountId && (Score == other.Score || Score == RecordTime.SecretOnTheWire || other.Score == RecordTime.SecretOnTheWire);
}

/// <param name="Time">Milliseconds.</param>
/// <param name="Unchanged">The answer that says that nothing changed.</param>
public readonly record struct PositionQuestion(long Time, int Unchanged)
{
    /// <summary>Slower than any record; its position counts the players.</summary>
    public const long SlowerThanAny = 9_999_999;
}

/// <summary>A record that an alert tells of.</summary>
/// <param name="Gap">Milliseconds to the time that held the position before, negative when this one is faster; null when that is not known.</param>
public sealed record NewRecord(AccountId AccountId, string ZoneName, int Position, RecordTime Time, DateTimeOffset DrivenAt, long? Gap);

/// <summary>What an alert tells of one map.</summary>
/// <param name="Count">New records that passed the filter.</param>
/// <param name="Records">By position: all of them, or the first few of many.</param>
public sealed record MapNews(WatchedMap Map, int Count, IReadOnlyList<NewRecord> Records)
{
    /// <summary>How many of too many are named.</summary>
    public const int ListedOfMany = 3;

    /// <summary>There are more than are listed.</summary>
    public bool IsFolded => Count > Records.Count;

    /// <summary>Null when there is nothing to tell.</summary>
    /// <param name="maxListed">More are told as a number and the best of them.</param>
    public static MapNews? Of(WatchedMap map, IReadOnlyList<NewRecord> due, int maxListed) =>
        due.Count == 0 ? null : new MapNews(map, due.Count, due.Count <= maxListed ? due : [.. due.Take(ListedOfMany)]);
}

public static class RecordFilters
{
    /// <summary>Positions that count as the top.</summary>
    public const int TopPositions = 5;

    public static bool Passes(this RecordFilter filter, int position) => filter switch
    {
        RecordFilter.WorldRecord => position == 1,
        RecordFilter.Top5 => position <= TopPositions,
        _ => true,
    };
}
