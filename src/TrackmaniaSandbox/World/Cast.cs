namespace Backend.TrackmaniaSandbox;

/// <summary>The mappers: first the ones that are always there with fixed map counts, then a mixed crowd.</summary>
internal static class Cast
{
    public const int Demo = 0;
    public const int Solo = 1;
    public const int Prolific = 2;
    public const int Unicode = 3;
    public const int Nobody = 4;
    public const int Huge = 5;

    private static readonly (string Name, int Maps)[] Fixed =
    [
        ("Demo Mapper", 24), ("Solo", 1), ("Prolific Mapper", 1200), ("Ünï Cödé.Mapper-42", 12), ("Nobody", 0), ("Grand Stadium", 6),
    ];

    private static readonly string[] Crowd =
    [
        "Alpine Builder", "Bloc.Party", "Célestin", "Dirt Dreamer", "Élan Vital", "Fjord.Racer", "Grüne Welle", "Håkon V.",
        "Ice Box", "Jürgen.K", "Kestrel Nine", "Łucja", "Magnet Mile", "Niño Veloz", "Øystein", "Plastic.Fantastic",
        "Quiet Apex", "Røde Svinger", "Scenery Nerd", "Tech.Lab", "Über Schanze", "Vertigo Loop", "Wåhlberg", "Xylo.Phone",
        "Yellow Brick", "Zażółć Gęślą", "Ada.Curve", "Brückenbauer", "Corkscrew 77", "Die Rampe", "Endless Ribbon", "Full.Speed",
        "Gravel & Sons", "Hairpin Harry", "Ísbjörn", "Jump Start", "Kačka", "Long.Jump-Larry", "Mixed Surface", "Nadir",
        "Orange Kerb", "Penalty Pad", "Queen of Trial", "Reactor.Core", "São Circuito", "Trackside Tea", "Unit 404", "Vlčí Stopa",
        "Wood.Chip", "X Marks", "Yamabushi 山", "Zero Respawn", "Ångström", "Bobsleigh Ben", "Çağla", "Drop.In",
        "Ekko", "Free Wheel", "Gear Five", "Hover.Board", "Inga D'Or", "Jet Lag", "Kilo Watt", "Late Brake",
    ];

    public static IReadOnlyList<SandboxMapper> Create(int seed, Accounts accounts)
    {
        var mappers = new List<SandboxMapper>(Fixed.Length + Crowd.Length);
        long userId = 40_000;
        for (var i = 0; i < Fixed.Length + Crowd.Length; i++)
        {
            var h = Hash.Of(seed, HashTag.Mapper, (ulong)i);
            userId += Hash.Between(h, 1, 60);
            mappers.Add(new SandboxMapper(
                userId,
                i < Fixed.Length ? Fixed[i].Name : Crowd[i - Fixed.Length],
                accounts.IdOf(Accounts.FirstMapper + i),
                DateTimeOffset.FromUnixTimeSeconds(WorldTime.FirstUpload - Hash.Between(h >> 8, 0, 40_000_000)))
            {
                Index = i,
                OwnMaps = i < Fixed.Length ? Fixed[i].Maps : CrowdMaps(seed, i),
            });
        }

        return mappers;
    }

    private static int CrowdMaps(int seed, int mapper)
    {
        var h = Hash.Of(seed, HashTag.MapCount, (ulong)mapper);
        return (mapper % 8) switch
        {
            0 => 1,
            1 => 2,
            2 or 3 => (int)Hash.Between(h, 3, 9),
            4 or 5 => (int)Hash.Between(h, 10, 30),
            6 => (int)Hash.Between(h, 31, 90),
            _ => (int)Hash.Between(h, 91, 260),
        };
    }
}
