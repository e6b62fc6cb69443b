using System.Globalization;
using System.Text.Json.Nodes;

namespace Backend.TrackmaniaSandbox;

/// <summary>The public field list of the map search.</summary>
internal static class TmxMapFields
{
    public static readonly (int Id, string Name, string Color)[] Tags =
    [
        (1, "Race", ""), (2, "FullSpeed", ""), (3, "Tech", ""), (4, "RPG", ""), (5, "LOL", ""), (6, "Press Forward", ""),
        (7, "SpeedTech", ""), (8, "MultiLap", ""), (9, "Offroad", "705100"), (10, "Trial", ""),
    ];

    public static IReadOnlyDictionary<string, TmxField<SandboxMap>> For(SandboxWorld world)
    {
        TmxField<SandboxMap>[] fields =
        [
            new("MapId", m => m.MapId),
            new("MapUid", m => m.Uid),
            new("OnlineMapId", m => m.Uid is null ? null : m.OnlineMapId.ToString("D")),
            new("Name", m => m.Name),
            new("GbxMapName", m => m.FormattedName),
            new("Uploader", m => User(m.Uploader), "UserId", "Name"),
            new("Authors", Authors, "User", "User.UserId", "User.Name", "Role"),
            new("UploadedAt", m => Moment(m.UploadedAt)),
            new("UpdatedAt", m => Moment(m.UpdatedAt)),
            new("ActivityAt", m => m.Details % 6 == 0 ? null : Moment(m.UpdatedAt.AddDays(m.Details % 40))),
            new("Type", _ => 0),
            new("Environment", _ => 1),
            new("Vehicle", _ => 1),
            new("Style", m => Tag(m).Id),
            new("Routes", m => (int)(m.Details % 3)),
            new("Difficulty", m => Difficulty(m)),
            new("ReplayType", _ => 0),
            new("MapType", _ => "TM_Race"),
            new("VehicleName", _ => "CarSport"),
            new("Mood", m => m.Details % 9 == 0 ? null : "Day"),
            new("MoodFull", m => m.Details % 9 == 0 ? null : "48x48Day"),
            new("TitlePack", _ => "TMStadium"),
            new("Medals", Medals, "Author", "Gold", "Silver", "Bronze"),
            new("CustomLength", m => m.Details % 4 == 0 ? m.AuthorTime : null),
            new("Length", m => m.AuthorTime),
            new("AwardCount", m => Awards(m)),
            new("CommentCount", m => (int)(m.Details % 11)),
            new("DownloadCount", m => Downloads(m)),
            new("ReplayCount", m => (int)(m.Details % 5)),
            new("TrackValue", m => (int)(m.Details % 700)),
            new("OnlineWR", m => OnlineRecord(world, m), "AccountId", "DisplayName", "RecordTime", "User"),
            new("OnlineRecordCount", m => m.Uid is null ? 0 : world.BoardAt(m, world.Now).Count),
            new("Tags", TagList, "TagId", "Name", "Color"),
            new("Images", _ => new JsonArray(), "Position", "Width", "Height", "HasHighQuality"),
            new("HasThumbnail", _ => true),
            new("HasImages", _ => false),
            new("IsPublic", _ => true),
            new("IsListed", m => m.IsListed),
            new("ServerSizeExceeded", _ => false),
            new("Feature", _ => null, "Comment", "Pinned"),
        ];
        return fields.ToDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);
    }

    public static int Difficulty(SandboxMap map) => (int)(map.Details / 32 % 6);

    public static int Awards(SandboxMap map) => (int)(map.Details / 128 % 90);

    public static int Downloads(SandboxMap map) => (int)(map.Details / 1024 % 3000);

    /// <summary>Without a zone and with the fraction digits that are needed, none to three.</summary>
    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF", CultureInfo.InvariantCulture);

    private static (int Id, string Name, string Color) Tag(SandboxMap map) => Tags[(int)(map.Details % (ulong)Tags.Length)];

    private static JsonObject User(SandboxMapper mapper) => new() { ["UserId"] = mapper.UserId, ["Name"] = mapper.Name };

    private static JsonArray Authors(SandboxMap map) => new([.. map.Authors.Select((author, i) => new JsonObject
    {
        ["User"] = User(author),
        ["Role"] = i == 0 ? string.Empty : "Scenery",
    })]);

    private static JsonObject Medals(SandboxMap map) => new()
    {
        ["Author"] = map.AuthorTime,
        ["Gold"] = map.GoldTime,
        ["Silver"] = map.SilverTime,
        ["Bronze"] = map.BronzeTime,
    };

    private static JsonArray TagList(SandboxMap map)
    {
        var (id, name, color) = Tag(map);
        return [new JsonObject { ["TagId"] = id, ["Name"] = name, ["Color"] = color }];
    }

    private static JsonObject? OnlineRecord(SandboxWorld world, SandboxMap map)
    {
        if (map.Uid is null)
        {
            return null;
        }

        var rows = world.BoardAt(map, world.Now).Rows;
        return rows.Length == 0
            ? new JsonObject { ["AccountId"] = null, ["DisplayName"] = null, ["RecordTime"] = 0, ["User"] = null }
            : new JsonObject
            {
                ["AccountId"] = world.Accounts.IdOf(rows[0].Account).ToString("D").ToUpperInvariant(),
                ["DisplayName"] = world.NameOf(rows[0].Account),
                ["RecordTime"] = rows[0].Score,
                ["User"] = null,
            };
    }
}
