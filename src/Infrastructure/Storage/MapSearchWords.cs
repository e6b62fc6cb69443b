using Backend.Domain.MapSearches;

namespace Backend.Infrastructure.Storage;

/// <summary>How states, phases and periods of a search are written down; stored data knows them by these words.</summary>
internal static class MapSearchWords
{
    private static readonly string[] s_states = ["pending", "processing", "completed", "failed", "cancelled"];
    private static readonly string[] s_phases = ["queued", "listing-maps", "reading-leaderboards", "resolving-names", "finished"];

    public static string Of(MapSearchState state) => s_states[(int)state];

    public static string Of(MapSearchPhase phase) => s_phases[(int)phase];

    public static MapSearchState State(string word) => (MapSearchState)Array.IndexOf(s_states, word);

    public static MapSearchPhase Phase(string word) => (MapSearchPhase)Array.IndexOf(s_phases, word);

    public static SearchPeriod Period(string word) =>
        SearchPeriod.TryParse(word, out var period) ? period : throw new InvalidOperationException($"A stored search has the unknown period '{word}'.");
}
