using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Backend.TrackmaniaSandbox;

/// <summary>Authentication, map information by uid or id, records of given accounts, zones.</summary>
internal sealed class CoreHost(SandboxWorld world, SandboxCredentials credentials, NadeoTokens tokens)
{
    public const string BasePath = "/core";
    private const int RequestLineLimit = 8220;
    private const long NoValue = uint.MaxValue;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(BasePath + "/v2/authentication/token/basic", LogInAsync);
        app.MapPost(BasePath + "/v2/authentication/token/refresh", RefreshAsync);
        Get(app, "/maps/by-uid", context => MapsAsync(context, "mapUidList"));
        Get(app, "/maps/by-id", context => MapsAsync(context, "mapIdList"));
        Get(app, "/maps/{mapId}", OneMapAsync);
        Get(app, "/v2/mapRecords/by-account", RecordsAsync);
        Get(app, "/zones", ZonesAsync);
    }

    public static Task ErrorAsync(HttpContext context, int status, string code, string message, Action<Utf8JsonWriter>? info = null) =>
        Json.WriteAsync(context, status, w =>
        {
            w.WriteStartObject();
            w.WriteString("code", code);
            w.WriteString("correlation_id", "00000000000000000000000000000000");
            w.WriteString("message", message);
            if (info is not null)
            {
                w.WritePropertyName("info");
                info(w);
            }

            w.WriteEndObject();
        });

    /// <summary>The upstream proxy refuses long request lines before it looks at anything else.</summary>
    public static bool IsRequestLineTooLong(string method, string target) =>
        method.Length + 1 + target.Length + " HTTP/1.1".Length >= RequestLineLimit;

    private static Task InvalidAsync(HttpContext context, Action<Utf8JsonWriter> info) =>
        ErrorAsync(context, StatusCodes.Status400BadRequest, "C-AA-00-03", "There was a validation error.", info);

    private static Task InvalidAsync(HttpContext context, string problem) => InvalidAsync(context, w =>
    {
        w.WriteStartArray();
        w.WriteStringValue(problem);
        w.WriteEndArray();
    });

    private static Task NotFoundAsync(HttpContext context) =>
        ErrorAsync(context, StatusCodes.Status404NotFound, "C-AL-02-03", "Not Found");

    private static Task UnauthorizedAsync(HttpContext context, string message) =>
        ErrorAsync(context, StatusCodes.Status401Unauthorized, "C-AA-00-01", message);

    private static Task PairAsync(HttpContext context, NadeoTokenPair pair) => Json.OkAsync(context, w =>
    {
        w.WriteStartObject();
        w.WriteString("accessToken", pair.AccessToken);
        w.WriteString("refreshToken", pair.RefreshToken);
        w.WriteEndObject();
    });

    private static string[] List(HttpContext context, string name) =>
        ((string?)context.Request.Query[name] ?? string.Empty)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static (string Login, string Password)? BasicCredentials(string? authorization)
    {
        const string scheme = "Basic ";
        if (authorization is null || !authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[scheme.Length..].Trim(), bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }

    private static async Task<string?> AudienceAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        if (string.IsNullOrWhiteSpace(body))
        {
            return NadeoTokens.CoreAudience;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            return document.RootElement.TryGetProperty("audience", out var audience)
                ? audience.ValueKind == JsonValueKind.String ? audience.GetString() : null
                : NadeoTokens.CoreAudience;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Get(IEndpointRouteBuilder app, string path, RequestDelegate handle) =>
        app.MapGet(BasePath + path, context => tokens.Accepts(context.Request.Headers.Authorization, SandboxHost.Core)
            ? handle(context)
            : UnauthorizedAsync(context, "Invalid or expired token."));

    private async Task LogInAsync(HttpContext context)
    {
        var given = BasicCredentials(context.Request.Headers.Authorization);
        if (given?.Login != credentials.ServerLogin)
        {
            await UnauthorizedAsync(context, "Username could not be found.");
            return;
        }

        if (given?.Password != credentials.ServerPassword)
        {
            await UnauthorizedAsync(context, "Invalid credentials.");
            return;
        }

        var audience = await AudienceAsync(context);
        await (audience is not null && NadeoTokens.IsAudience(audience)
            ? PairAsync(context, tokens.Issue(audience))
            : InvalidAsync(context, "audience: Invalid audience."));
    }

    private Task RefreshAsync(HttpContext context) =>
        tokens.Refresh(context.Request.Headers.Authorization) is { } pair
            ? PairAsync(context, pair)
            : UnauthorizedAsync(context, "Invalid or expired refresh token.");

    private Task MapsAsync(HttpContext context, string parameter)
    {
        var keys = List(context, parameter);
        if (keys.Length == 0)
        {
            return InvalidAsync(context, $"{parameter}: This value should not be blank.");
        }

        var byId = parameter == "mapIdList";
        if (byId && keys.Any(key => !Guid.TryParse(key, out _)))
        {
            // This route is an old one: its details are an object, not a list.
            return InvalidAsync(context, w =>
            {
                w.WriteStartObject();
                w.WriteString(parameter, "Invalid uuid.");
                w.WriteEndObject();
            });
        }

        // Sorted by id: upstream does not keep the order of the request.
        var maps = keys
            .Select(key => byId ? world.Catalog.ByOnlineMapId(Guid.Parse(key)) : world.FindMap(key))
            .OfType<SandboxMap>()
            .Distinct()
            .OrderBy(map => map.OnlineMapId);
        return Json.OkAsync(context, w =>
        {
            w.WriteStartArray();
            foreach (var map in maps)
            {
                WriteMap(w, map);
            }

            w.WriteEndArray();
        });
    }

    private Task OneMapAsync(HttpContext context)
    {
        if (!Guid.TryParse(Json.Route(context, "mapId"), out var id))
        {
            return InvalidAsync(context, w =>
            {
                w.WriteStartObject();
                w.WriteString("mapId", "Invalid uuid.");
                w.WriteEndObject();
            });
        }

        return world.Catalog.ByOnlineMapId(id) is { } map
            ? Json.OkAsync(context, w => WriteMap(w, map))
            : NotFoundAsync(context);
    }

    private static void WriteMap(Utf8JsonWriter w, SandboxMap map)
    {
        w.WriteStartObject();
        w.WriteString("author", map.Uploader.AccountId);
        w.WriteNumber("authorScore", map.AuthorTime);
        w.WriteNumber("bronzeScore", map.BronzeTime);
        w.WriteString("collectionName", "Stadium");
        w.WriteNull("createdWithGamepadEditor");
        w.WriteBoolean("createdWithSimpleEditor", false);
        w.WriteString("fileUrl", $"https://core.trackmania.nadeo.live/maps/{map.OnlineMapId}/file");
        w.WriteString("filename", map.Name + ".Map.Gbx");
        w.WriteNumber("goldScore", map.GoldTime);
        w.WriteBoolean("hasClones", false);
        w.WriteBoolean("isPlayable", true);
        w.WriteString("mapId", map.OnlineMapId);
        w.WriteString("mapStyle", string.Empty);
        w.WriteString("mapType", "TrackMania\\TM_Race");
        w.WriteString("mapUid", map.Uid);
        w.WriteString("name", map.FormattedName);
        w.WriteNumber("silverScore", map.SilverTime);
        w.WriteString("submitter", map.Uploader.AccountId);
        w.WriteString("thumbnailUrl", $"https://core.trackmania.nadeo.live/maps/{map.OnlineMapId}/thumbnail.jpg");
        w.WriteString("timestamp", Moment(map.UploadedAt.ToUnixTimeSeconds()));
        w.WriteEndObject();
    }

    private static string Moment(long unixSeconds) =>
        DateTimeOffset.FromUnixTimeSeconds(unixSeconds).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private Task RecordsAsync(HttpContext context)
    {
        var accounts = List(context, "accountIdList");
        if (accounts.Length == 0 || accounts.Any(a => !Guid.TryParse(a, out _)))
        {
            return InvalidAsync(context, "accountIdList: Invalid account id.");
        }

        if (!Guid.TryParse(context.Request.Query["mapId"], out var mapId))
        {
            return InvalidAsync(context, "mapId: Invalid map id.");
        }

        string? season = context.Request.Query["seasonId"];
        if (!string.IsNullOrEmpty(season) && !Guid.TryParse(season, out _))
        {
            return InvalidAsync(context, "seasonId: Invalid season id.");
        }

        string? mode = context.Request.Query["gameMode"];
        if (mode is "Stunt" or "Platform" || world.Catalog.ByOnlineMapId(mapId) is not { } map)
        {
            return NotFoundAsync(context);
        }

        var wanted = accounts.Select(a => world.Accounts.IndexOf(Guid.Parse(a))).ToHashSet();
        var rows = string.IsNullOrEmpty(season) && mode != "TimeAttackClone"
            ? world.BoardAt(map, world.Now).Rows.ToArray().Where(row => wanted.Contains(row.Account))
            : [];
        return Json.OkAsync(context, w =>
        {
            w.WriteStartArray();
            foreach (var row in rows)
            {
                WriteRecord(w, map, row);
            }

            w.WriteEndArray();
        });
    }

    private void WriteRecord(Utf8JsonWriter w, SandboxMap map, BoardRow row)
    {
        var id = MapGenerator.MakeGuid(
            Hash.Of(world.Seed, HashTag.RecordId, map.Key, (ulong)row.Account),
            Hash.Of(world.Seed, HashTag.RecordIdLow, map.Key, (ulong)row.Account));
        w.WriteStartObject();
        w.WriteString("accountId", world.Accounts.IdOf(row.Account));
        w.WriteString("filename", "Replays\\Downloaded\\sandbox.replay.gbx");
        w.WriteString("gameMode", "TimeAttack");
        w.WriteString("gameModeCustomData", string.Empty);
        w.WriteString("mapId", map.OnlineMapId);
        w.WriteString("mapRecordId", id);
        w.WriteNumber("medal", Medal(map, row.Score));
        w.WriteStartObject("recordScore");
        w.WriteNumber("respawnCount", NoValue);
        w.WriteNumber("score", 0);
        w.WriteNumber("time", SandboxWorld.VisibleScore(map, row) < 0 ? NoValue : row.Score);
        w.WriteEndObject();
        w.WriteBoolean("removed", false);
        w.WriteNull("scopeId");
        w.WriteString("scopeType", "PersonalBest");
        w.WriteString("timestamp", Moment(row.Timestamp));
        w.WriteString("url", $"https://core.trackmania.nadeo.live/mapRecords/{id}/replay");
        w.WriteEndObject();
    }

    private static int Medal(SandboxMap map, int score)
    {
        if (score <= map.AuthorTime)
        {
            return 4;
        }

        if (score <= map.GoldTime)
        {
            return 3;
        }

        if (score <= map.SilverTime)
        {
            return 2;
        }

        return score <= map.BronzeTime ? 1 : 0;
    }

    private static Task ZonesAsync(HttpContext context) => Json.OkAsync(context, w =>
    {
        w.WriteStartArray();
        foreach (var zone in Zones.All)
        {
            w.WriteStartObject();
            w.WriteString("icon", "file://ZoneFlags/Path/" + zone.Name);
            w.WriteString("name", zone.Name);
            w.WriteString("parentId", zone.Parent < 0 ? null : Zones.All[zone.Parent].Id);
            w.WriteString("timestamp", "2020-05-14T10:00:00+00:00");
            w.WriteString("zoneId", zone.Id);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });
}
