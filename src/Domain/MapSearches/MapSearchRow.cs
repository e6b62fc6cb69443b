using Backend.Domain.Tracks;

namespace Backend.Domain.MapSearches;

/// <summary>What a search found out about one map.</summary>
/// <param name="Index">Place in the search's result, from 0, without gaps, in the order in which Trackmania Exchange lists the maps.</param>
/// <param name="Entries">Records inside the period in leaderboard order; may be empty.</param>
/// <param name="Failure">Why the map's leaderboard could not be read, for people; null when it was read.</param>
public sealed record MapSearchRow(int Index, MapListing Map, IReadOnlyList<LeaderboardEntry> Entries, string? Failure)
{
    /// <summary>The row of a map whose leaderboard was read: its entries at or after <paramref name="cutoff"/>.</summary>
    public static MapSearchRow Read(int index, MapListing map, Leaderboard board, DateTimeOffset cutoff) =>
        new(index, map, board.DrivenSince(cutoff), Failure: null);

    /// <summary>The row of a map that has no leaderboard to read, such as one without a UID.</summary>
    public static MapSearchRow Empty(int index, MapListing map) => new(index, map, [], Failure: null);

    /// <summary>The row of a map whose leaderboard could not be read.</summary>
    public static MapSearchRow Failed(int index, MapListing map, string failure) => new(index, map, [], failure);
}
