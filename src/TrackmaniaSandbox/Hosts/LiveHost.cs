using System.Globalization;
using System.Text.Json;

namespace Backend.TrackmaniaSandbox;

/// <summary>Leaderboards, positions of given times, neighbours of a time, map information.</summary>
internal sealed class LiveHost(SandboxWorld world, SandboxOptions options, NadeoTokens tokens, FaultPlan faults)
{
    public const string BasePath = "/live";
    private const string GlobalGroup = "Personal_Best";
    private const int Window = 10_000;
    private const int MaxLength = 100;
    private const int DefaultLength = 5;
    private const int MaxPositions = 50;
    private const int MaxMapInfos = 100;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(BasePath + "/api/token/leaderboard/group/{groupUid}/map/{mapUid}/top", Guarded(TopAsync));
        app.MapGet(BasePath + "/api/token/leaderboard/group/{groupUid}/map/{mapUid}/surround/{lower:int}/{upper:int}", Guarded(SurroundAsync));
        app.MapPost(BasePath + "/api/token/leaderboard/group/map", Guarded(PositionsAsync));
        app.MapGet(BasePath + "/api/token/map/get-multiple", Guarded(MapsAsync));
        app.MapGet(BasePath + "/api/token/map/{mapUid}", Guarded(MapAsync));
    }

    public static Task ErrorAsync(HttpContext context, int status, string error, string message) =>
        Json.WriteAsync(context, status, w =>
        {
            w.WriteStartObject();
            w.WriteString("error", error);
            w.WriteString("message", message);
            w.WriteString("traceId", "Root=1-00000000-000000000000000000000000");
            w.WriteEndObject();
        });

    private static Task BadRequestAsync(HttpContext context, string problem) =>
        Json.WriteAsync(context, StatusCodes.Status400BadRequest, w =>
        {
            w.WriteStartArray();
            w.WriteStringValue(problem);
            w.WriteEndArray();
        });

    private static Task EmptyObjectAsync(HttpContext context) => Json.OkAsync(context, w =>
    {
        w.WriteStartObject();
        w.WriteEndObject();
    });

    private static Task EmptyArrayAsync(HttpContext context) => Json.OkAsync(context, w =>
    {
        w.WriteStartArray();
        w.WriteEndArray();
    });

    private static bool IsTrue(string? text) => text is "1" || string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);

    private RequestDelegate Guarded(RequestDelegate handle) => context =>
    {
        context.Response.Headers.Vary = "Authorization";
        return tokens.Accepts(context.Request.Headers.Authorization, SandboxHost.Live)
            ? handle(context)
            : ErrorAsync(context, StatusCodes.Status401Unauthorized, "UnauthorizedHttpException", "Invalid or expired token");
    };

    /// <summary>The board as this request sees it: now, or earlier under a staleness fault.</summary>
    private Board BoardFor(HttpContext context, SandboxMap? map)
    {
        if (map is null)
        {
            return Board.Empty;
        }

        var stale = faults.Take(SandboxHost.Live, SandboxServer.TargetOf(context), kind => kind == FaultKind.Stale);
        return world.BoardAt(map, world.Now - (long)(stale?.Fault.Delay.TotalSeconds ?? 0));
    }

    private Task TopAsync(HttpContext context)
    {
        var length = Json.Number(context, "length", DefaultLength);
        var offset = Json.Number(context, "offset", 0);
        if (length is null or < 0 || offset is null or < 0)
        {
            return BadRequestAsync(context, "leaderboard:error-invalidParameter");
        }

        if (Json.Route(context, "groupUid") != GlobalGroup)
        {
            return EmptyObjectAsync(context);
        }

        var uid = Json.Route(context, "mapUid");
        var map = world.FindMap(uid);
        var board = BoardFor(context, map);
        if (!IsTrue(context.Request.Query["onlyWorld"]))
        {
            return ShortTopAsync(context, uid, map, board);
        }

        var first = (int)Math.Min(offset.Value, Window);
        var end = Math.Min(Math.Min(board.Count, Window), first + (int)Math.Min(length.Value, MaxLength));
        return EnvelopeAsync(context, uid, Zones.World, w =>
        {
            var rows = board.Rows;
            for (var i = first; i < end; i++)
            {
                WriteRow(w, map!, rows[i], i + 1, withTimestamp: true);
            }
        });
    }

    /// <summary>Without onlyWorld there are five rows from the top, whatever length and offset say.</summary>
    private Task ShortTopAsync(HttpContext context, string uid, SandboxMap? map, Board board)
    {
        string? zoneId = context.Request.Query["zoneId"];
        var zone = Zones.All.FirstOrDefault(z => string.Equals(z.Id, zoneId, StringComparison.OrdinalIgnoreCase)) ?? Zones.World;
        return EnvelopeAsync(context, uid, zone, w =>
        {
            var position = 0;
            foreach (var row in board.Rows)
            {
                if (position == DefaultLength)
                {
                    break;
                }

                if (Zones.IsInside(ZoneOf(row.Account), zone.Id))
                {
                    WriteRow(w, map!, row, ++position, withTimestamp: true);
                }
            }
        });
    }

    private static Task EnvelopeAsync(HttpContext context, string uid, Zone zone, Action<Utf8JsonWriter> rows) => Json.OkAsync(context, w =>
    {
        w.WriteStartObject();
        w.WriteString("groupUid", GlobalGroup);
        w.WriteString("mapUid", uid);
        w.WriteStartArray("tops");
        w.WriteStartObject();
        w.WriteString("zoneId", zone.Id);
        w.WriteString("zoneName", zone.Name);
        w.WriteStartArray("top");
        rows(w);
        w.WriteEndArray();
        w.WriteEndObject();
        w.WriteEndArray();
        w.WriteEndObject();
    });

    private Zone ZoneOf(int account) => Zones.OfAccount(world.Seed, account);

    private void WriteRow(Utf8JsonWriter w, SandboxMap map, BoardRow row, int position, bool withTimestamp)
    {
        var zone = ZoneOf(row.Account);
        w.WriteStartObject();
        w.WriteString("accountId", world.Accounts.IdOf(row.Account));
        w.WriteString("zoneId", zone.Id);
        w.WriteString("zoneName", zone.Name);
        w.WriteNumber("position", position);
        w.WriteNumber("score", SandboxWorld.VisibleScore(map, row));
        if (withTimestamp)
        {
            w.WriteNumber("timestamp", row.Timestamp);
        }

        w.WriteEndObject();
    }

    private Task SurroundAsync(HttpContext context)
    {
        var score = Json.Number(context, "score", -1);
        if (score is null)
        {
            return BadRequestAsync(context, "leaderboard:error-invalidParameter");
        }

        if (Json.Route(context, "groupUid") != GlobalGroup || score < 0)
        {
            return EmptyObjectAsync(context);
        }

        var uid = Json.Route(context, "mapUid");
        var map = world.FindMap(uid);
        var board = BoardFor(context, map);
        var better = board.CountUpTo(score.Value);
        return EnvelopeAsync(context, uid, Zones.World, w =>
        {
            if (Json.Route(context, "lower") != "0" && better > 0)
            {
                WriteRow(w, map!, board.Rows[better - 1], better, withTimestamp: false);
            }

            w.WriteStartObject();
            w.WriteString("accountId", tokens.ServerAccountId);
            w.WriteString("zoneId", Zones.WorldId);
            w.WriteString("zoneName", Zones.World.Name);
            w.WriteNumber("position", better + 1);
            w.WriteNumber("score", score.Value);
            w.WriteEndObject();

            // The asked score takes a place itself, so everything slower is one further down.
            if (Json.Route(context, "upper") != "0" && better < board.Count)
            {
                WriteRow(w, map!, board.Rows[better], better + 2, withTimestamp: false);
            }
        });
    }

    private async Task PositionsAsync(HttpContext context)
    {
        if (Scores(context) is not { } scores || await AskedMapsAsync(context) is not { } asked)
        {
            await BadRequestAsync(context, "leaderboard:error-invalidParameter");
            return;
        }

        if (scores.Keys.Any(uid => !asked.Exists(map => map.Uid == uid)))
        {
            await ErrorAsync(context, StatusCodes.Status500InternalServerError, "ErrorException", "Nadeo Live Services Internal Log");
            return;
        }

        var target = SandboxServer.TargetOf(context);
        if (scores.Count == 0 || faults.Take(SandboxHost.Live, target, kind => kind == FaultKind.EmptyPositions) is not null)
        {
            await EmptyArrayAsync(context);
            return;
        }

        var stale = faults.Take(SandboxHost.Live, target, kind => kind == FaultKind.Stale);
        var moment = world.Now - (long)(stale?.Fault.Delay.TotalSeconds ?? 0);
        await Json.OkAsync(context, w =>
        {
            w.WriteStartArray();
            foreach (var (uid, group) in asked.Take(MaxPositions))
            {
                if (group == GlobalGroup && world.FindMap(uid) is { } map && scores.TryGetValue(uid, out var score))
                {
                    WritePosition(w, uid, score, world.BoardAt(map, moment).CountUpTo(score) + 1);
                }
            }

            w.WriteEndArray();
        });
    }

    private static void WritePosition(Utf8JsonWriter w, string uid, int score, int position)
    {
        w.WriteStartObject();
        w.WriteString("groupUid", GlobalGroup);
        w.WriteString("mapUid", uid);
        w.WriteNumber("score", score);
        w.WriteStartArray("zones");
        w.WriteStartObject();
        w.WriteString("zoneId", Zones.WorldId);
        w.WriteString("zoneName", Zones.World.Name);
        w.WriteStartObject("ranking");
        w.WriteNumber("position", position);
        w.WriteNumber("length", 0);
        w.WriteEndObject();
        w.WriteEndObject();
        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static Dictionary<string, int>? Scores(HttpContext context)
    {
        var scores = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (key, values) in context.Request.Query)
        {
            if (key.StartsWith("scores[", StringComparison.Ordinal) && key.EndsWith(']'))
            {
                if (!int.TryParse(values[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var score))
                {
                    return null;
                }

                scores[key["scores[".Length..^1]] = score;
            }
        }

        return scores;
    }

    private static async Task<List<(string Uid, string Group)>?> AskedMapsAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            return [.. document.RootElement.GetProperty("maps").EnumerateArray().Select(map =>
                (map.GetProperty("mapUid").GetString()!, map.GetProperty("groupUid").GetString()!))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private Task MapAsync(HttpContext context)
    {
        if (world.FindMap(Json.Route(context, "mapUid")) is { } map)
        {
            return Json.OkAsync(context, w => WriteMap(w, map));
        }

        return ErrorAsync(context, options.LiveUnknownMapStatus, "NotFoundHttpException", "Nadeo Live Services Internal Log");
    }

    private Task MapsAsync(HttpContext context)
    {
        var uids = ((string?)context.Request.Query["mapUidList"] ?? string.Empty)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (uids.Length is 0 or > MaxMapInfos)
        {
            return BadRequestAsync(context, "map:error-invalidParameter");
        }

        var maps = uids.Distinct(StringComparer.Ordinal).Select(world.FindMap).OfType<SandboxMap>().ToArray();
        return Json.OkAsync(context, w =>
        {
            w.WriteStartObject();
            w.WriteStartArray("mapList");
            foreach (var map in maps)
            {
                WriteMap(w, map);
            }

            w.WriteEndArray();
            w.WriteNumber("itemCount", maps.Length);
            w.WriteEndObject();
        });
    }

    private static void WriteMap(Utf8JsonWriter w, SandboxMap map)
    {
        w.WriteStartObject();
        w.WriteString("uid", map.Uid);
        w.WriteString("mapId", map.OnlineMapId);
        w.WriteString("name", map.FormattedName);
        w.WriteString("author", map.Uploader.AccountId);
        w.WriteString("submitter", map.Uploader.AccountId);
        w.WriteNumber("authorTime", map.AuthorTime);
        w.WriteNumber("goldTime", map.GoldTime);
        w.WriteNumber("silverTime", map.SilverTime);
        w.WriteNumber("bronzeTime", map.BronzeTime);
        w.WriteNumber("nbLaps", 0);
        w.WriteBoolean("valid", false);
        w.WriteString("downloadUrl", $"https://core.trackmania.nadeo.live/maps/{map.OnlineMapId}/file");
        w.WriteString("thumbnailUrl", $"https://core.trackmania.nadeo.live/maps/{map.OnlineMapId}/thumbnail.jpg");
        w.WriteNumber("uploadTimestamp", map.UploadedAt.ToUnixTimeSeconds());
        w.WriteNumber("updateTimestamp", map.UpdatedAt.ToUnixTimeSeconds());
        if (map.Details % 2 == 0)
        {
            w.WriteNull("fileSize");
        }
        else
        {
            w.WriteNumber("fileSize", map.Details % 4_000_000);
        }

        w.WriteBoolean("public", false);
        w.WriteBoolean("favorite", false);
        w.WriteBoolean("playable", true);
        w.WriteString("mapStyle", string.Empty);
        w.WriteString("mapType", "TrackMania\\TM_Race");
        w.WriteString("collectionName", "Stadium");
        w.WriteEndObject();
    }
}
