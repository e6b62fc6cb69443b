using System.Globalization;
using System.Text.Json;

namespace Backend.TrackmaniaSandbox;

/// <summary>The sandbox's own routes: what there is, faults, scenarios and traffic, by query parameters.</summary>
internal sealed class AdminHost(
    SandboxWorld world, SandboxCredentials credentials, FaultPlan faults, TrafficLog traffic, ScenarioDriver scenario, TimeProvider clock)
{
    public const string BasePath = "/sandbox";

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(BasePath, OverviewAsync);
        app.MapGet(BasePath + "/credentials", CredentialsAsync);
        app.MapGet(BasePath + "/maps", Checked(MapsAsync));
        app.MapGet(BasePath + "/faults", FaultsAsync);
        app.MapPost(BasePath + "/faults", Checked(AddFaultAsync));
        app.MapDelete(BasePath + "/faults", context =>
        {
            faults.Clear();
            return NoContentAsync(context);
        });
        app.MapPost(BasePath + "/revoke", Checked(context =>
        {
            faults.RevokeTokens(Host(context, "host"));
            return NoContentAsync(context);
        }));
        app.MapPost(BasePath + "/scenario/{step}", Checked(ScenarioAsync));
        app.MapGet(BasePath + "/traffic", Checked(TrafficAsync));
        app.MapDelete(BasePath + "/traffic", context =>
        {
            traffic.Reset();
            return NoContentAsync(context);
        });
    }

    private static RequestDelegate Checked(RequestDelegate handle) => async context =>
    {
        try
        {
            await handle(context);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            await Json.WriteAsync(context, StatusCodes.Status400BadRequest, w =>
            {
                w.WriteStartObject();
                w.WriteString("error", e.Message);
                w.WriteEndObject();
            });
        }
    };

    private static Task NoContentAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static string? Optional(HttpContext context, string name)
    {
        string? value = context.Request.Query[name];
        return string.IsNullOrEmpty(value) ? null : value;
    }

    private static string Required(HttpContext context, string name) =>
        Optional(context, name) ?? throw new FormatException($"The parameter '{name}' is missing.");

    private static int? Whole(HttpContext context, string name) =>
        Optional(context, name) is { } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    private static TimeSpan? Seconds(HttpContext context, string name) =>
        Optional(context, name) is { } text
            ? TimeSpan.FromSeconds(double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture))
            : null;

    private static Guid? Account(HttpContext context) => Optional(context, "account") is { } text ? Guid.Parse(text) : null;

    private static SandboxHost Host(HttpContext context, string name) => ParseHost(Required(context, name));

    private static SandboxHost ParseHost(string text) => ParseName<SandboxHost>(text);

    private static T ParseName<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw new FormatException($"'{text}' is not one of {string.Join(", ", Enum.GetNames<T>())}.");

    private Task OverviewAsync(HttpContext context) => Json.OkAsync(context, w =>
    {
        w.WriteStartObject();
        w.WriteString("what", "Stand-in for the upstream hosts of a Trackmania record tracker; all data is invented.");
        w.WriteNumber("seed", world.Seed);
        w.WriteString("now", clock.GetUtcNow());
        w.WriteStartObject("hosts");
        foreach (var (host, path) in new[] { ("core", CoreHost.BasePath), ("live", LiveHost.BasePath), ("oauth", OAuthHost.BasePath), ("tmx", TmxHost.BasePath) })
        {
            w.WriteString(host, $"{context.Request.Scheme}://{context.Request.Host}{path}/");
        }

        w.WriteEndObject();
        w.WriteStartObject("mappers");
        foreach (var mapper in world.Mappers)
        {
            w.WriteNumber(mapper.Name, TmxUserFields.MapCount(world, mapper));
        }

        w.WriteEndObject();
        w.WriteEndObject();
    });

    private Task CredentialsAsync(HttpContext context) => Json.OkAsync(context, w =>
    {
        w.WriteStartObject();
        w.WriteString("serverLogin", credentials.ServerLogin);
        w.WriteString("serverPassword", credentials.ServerPassword);
        w.WriteString("basicAuthorization", credentials.BasicAuthorization);
        w.WriteString("oauthClientId", credentials.OAuthClientId);
        w.WriteString("oauthClientSecret", credentials.OAuthClientSecret);
        w.WriteEndObject();
    });

    private Task MapsAsync(HttpContext context)
    {
        var maps = world.MapsOf(Required(context, "mapper"));
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

    private void WriteMap(Utf8JsonWriter w, SandboxMap map)
    {
        w.WriteStartObject();
        w.WriteString("name", map.Name);
        w.WriteNumber("mapId", map.MapId);
        w.WriteString("uid", map.Uid);
        w.WriteString("onlineMapId", map.OnlineMapId);
        w.WriteNumber("records", world.BoardAt(map, world.Now).Count);
        w.WriteEndObject();
    }

    private Task FaultsAsync(HttpContext context) => Json.OkAsync(context, w =>
    {
        w.WriteStartArray();
        foreach (var rule in faults.Rules)
        {
            WriteRule(w, rule);
        }

        w.WriteEndArray();
    });

    private static void WriteRule(Utf8JsonWriter w, FaultRule rule)
    {
        w.WriteStartObject();
        w.WriteString("host", rule.Fault.Host.ToString());
        w.WriteString("kind", rule.Fault.Kind.ToString());
        w.WriteString("match", rule.Fault.Match);
        w.WriteNumber("everyNth", rule.Fault.EveryNth);
        w.WriteNumber("seen", rule.Seen);
        w.WriteNumber("applied", rule.Applied);
        if (rule.Fault.Times is { } times)
        {
            w.WriteNumber("times", times);
        }

        w.WriteEndObject();
    }

    private Task AddFaultAsync(HttpContext context)
    {
        var fault = new Fault(Host(context, "host"), ParseName<FaultKind>(Required(context, "kind")))
        {
            Match = Optional(context, "match"),
            Times = Whole(context, "times"),
            EveryNth = Whole(context, "everyNth") ?? 1,
            RetryAfter = Seconds(context, "retryAfterSeconds"),
        };
        if (Seconds(context, "delaySeconds") is { } delay)
        {
            fault = fault with { Delay = delay };
        }

        var rule = faults.Add(fault);
        return Json.WriteAsync(context, StatusCodes.Status201Created, w => WriteRule(w, rule));
    }

    private Task ScenarioAsync(HttpContext context)
    {
        string Uid() => Required(context, "map");

        switch (Json.Route(context, "step"))
        {
            case "new-player":
                return RecordAsync(context, scenario.NewPlayer(Uid(), Whole(context, "score")));
            case "improve":
                return RecordAsync(context, scenario.Improve(Uid(), Account(context), Whole(context, "by") ?? 10));
            case "tie":
                return RecordAsync(context, scenario.Tie(Uid(), Whole(context, "position") ?? 1));
            case "overtake":
                return RecordAsync(context, scenario.Overtake(Uid(), Account(context)));
            case "remove":
                scenario.Remove(Uid(), Account(context));
                return NoContentAsync(context);
            case "grow":
                scenario.Grow(Uid(), Whole(context, "to") ?? 10_050);
                return NoContentAsync(context);
            case "rename":
                scenario.Rename(Guid.Parse(Required(context, "account")), Required(context, "name"));
                return NoContentAsync(context);
            case "update-map":
                var updated = scenario.UpdateMap(Uid());
                return Json.OkAsync(context, w => WriteMap(w, updated));
            case "unlist":
                scenario.Unlist(Uid());
                return NoContentAsync(context);
            case "upload-map":
                var uploaded = scenario.UploadMap(Required(context, "mapper"), Optional(context, "name"));
                return Json.OkAsync(context, w => WriteMap(w, uploaded));
            case "upload-map-during-paging":
                scenario.UploadMapDuringPaging(Required(context, "mapper"));
                return NoContentAsync(context);
            default:
                throw new FormatException("There is no such scenario step.");
        }
    }

    private static Task RecordAsync(HttpContext context, SandboxRecord record) => Json.OkAsync(context, w =>
    {
        w.WriteStartObject();
        w.WriteNumber("position", record.Position);
        w.WriteString("accountId", record.AccountId);
        w.WriteNumber("score", record.Score);
        w.WriteNumber("timestamp", record.Timestamp.ToUnixTimeSeconds());
        w.WriteEndObject();
    });

    private Task TrafficAsync(HttpContext context)
    {
        var contains = Optional(context, "contains");
        var window = TimeSpan.FromMilliseconds(Whole(context, "windowMs") ?? 1000);
        SandboxHost[] hosts = Optional(context, "hosts") is { } list
            ? [.. list.Split(',').Select(ParseHost)]
            : Enum.GetValues<SandboxHost>();
        var last = Whole(context, "last") ?? 0;
        return Json.OkAsync(context, w =>
        {
            w.WriteStartObject();
            w.WriteStartObject("counts");
            foreach (var host in hosts)
            {
                w.WriteNumber(host.ToString(), traffic.Count(host, contains));
            }

            w.WriteEndObject();
            w.WriteNumber("windowMs", window.TotalMilliseconds);
            w.WriteNumber("maxInWindow", traffic.MaxInWindow(window, hosts));
            w.WriteStartArray("last");
            foreach (var entry in traffic.Entries.TakeLast(last))
            {
                w.WriteStartObject();
                w.WriteString("at", entry.At);
                w.WriteString("host", entry.Host.ToString());
                w.WriteString("method", entry.Method);
                w.WriteString("pathAndQuery", entry.PathAndQuery);
                w.WriteNumber("status", entry.Status);
                w.WriteString("userAgent", entry.UserAgent);
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteEndObject();
        });
    }
}
