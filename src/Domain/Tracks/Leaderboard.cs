namespace Backend.Domain.Tracks;

/// <summary>One row of a map's world leaderboard.</summary>
/// <param name="Position">From 1, consecutive; equal times are ordered by who was first.</param>
/// <param name="DrivenAt">When the record was driven, whole seconds; null where upstream does not say.</param>
public sealed record LeaderboardEntry(AccountId AccountId, string ZoneId, string ZoneName, int Position, RecordTime Time, DateTimeOffset? DrivenAt);

/// <summary>The first 100 rows of a map's world leaderboard as they were at one moment.</summary>
/// <param name="ReadAt">When upstream was asked.</param>
public sealed record Leaderboard(MapUid MapUid, DateTimeOffset ReadAt, IReadOnlyList<LeaderboardEntry> Entries)
{
    /// <summary>What Nadeo calls the board of everybody's best times.</summary>
    public const string Group = "Personal_Best";

    /// <summary>Rows of a full board.</summary>
    public const int Size = 100;

    /// <summary>Nadeo's id of the zone that holds all others.</summary>
    public const string WorldZoneId = "301e1b69-7e13-11e8-8060-e284abfd2bc4";

    /// <summary>Nadeo's name of that zone.</summary>
    public const string WorldZoneName = "World";

    /// <summary>The entries driven at or after <paramref name="cutoff"/>, in order. Those without a time of driving never count as new.</summary>
    public IReadOnlyList<LeaderboardEntry> DrivenSince(DateTimeOffset cutoff) => [.. Entries.Where(e => e.DrivenAt >= cutoff)];
}
