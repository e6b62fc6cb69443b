namespace Backend.Domain.Tracks;

/// <summary>One row of a map's world leaderboard.</summary>
/// <param name="Position">From 1, consecutive; equal times are ordered by who was first.</param>
/// <param name="DrivenAt">When the record was driven, whole seconds; null where upstream does not say.</param>
public sealed record LeaderboardEntry(AccountId AccountId, string ZoneId, string ZoneName, int Position, RecordTime Time, DateTimeOffset? DrivenAt);

/// <summary>The first 100 rows of a map's world leaderboard as they were at one moment.</summary>
/// <param name="ReadAt">When upstream was asked.</param>
public sealed record Leaderboard(MapUid MapUid, DateTimeOffset ReadAt, IReadOnlyList<LeaderboardEntry> Entries);
