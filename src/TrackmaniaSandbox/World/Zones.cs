namespace Backend.TrackmaniaSandbox;

/// <summary>One node of the zone tree.</summary>
/// <param name="Id">Zone id as it appears on the wire.</param>
/// <param name="Name">Zone name.</param>
/// <param name="Parent">Index of the parent; -1 for the World.</param>
internal sealed record Zone(string Id, string Name, int Parent);

/// <summary>A small zone tree: World, continents, countries and regions, all invented but the World.</summary>
internal static class Zones
{
    public const string WorldId = "301e1b69-7e13-11e8-8060-e284abfd2bc4";
    private const string Suffix = "-7e13-11e8-8060-e284abfd2bc4";

    private static readonly (string Name, int Parent)[] Tree =
    [
        ("World", -1),
        ("Northland", 0), ("Southland", 0), ("Islands", 0),
        ("Fjordia", 1), ("Pinewood", 1), ("Dunes", 2), ("Savanna", 2), ("Coral Bay", 3), ("Lagoon", 3),
        ("Fjordia East", 4), ("Fjordia West", 4), ("Pinewood Hills", 5), ("Dunes Coast", 6), ("Upper Savanna", 7),
    ];

    public static IReadOnlyList<Zone> All { get; } =
        [.. Tree.Select((z, i) => new Zone(i == 0 ? WorldId : $"30aa{i:x4}{Suffix}", z.Name, z.Parent))];

    public static Zone World => All[0];

    /// <summary>The zone of a player: a country or a region, never something wider.</summary>
    public static Zone OfAccount(int seed, int account) =>
        All[(int)Hash.Between(Hash.Of(seed, HashTag.AccountZone, (ulong)account), 4, Tree.Length - 1)];

    public static bool IsInside(Zone zone, string zoneId)
    {
        for (var current = zone; ; current = All[current.Parent])
        {
            if (string.Equals(current.Id, zoneId, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            if (current.Parent < 0)
            {
                return false;
            }
        }
    }
}
