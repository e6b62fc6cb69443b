using System.Globalization;

namespace Backend.TrackmaniaSandbox;

/// <summary>Map search, user search and the lists that describe them.</summary>
internal sealed class TmxHost(SandboxWorld world, ScenarioDriver scenario)
{
    public const string BasePath = "/tmx";
    private const int DefaultCount = 40;
    private const int MaxCount = 1000;
    private const int MaxIds = 100;

    private static readonly (int Key, string Name)[] Orders =
    [
        (1, "Name (ascending)"), (2, "Name (descending)"), (5, "Uploaded (oldest first)"), (6, "Uploaded (newest first)"),
        (8, "Updated (newest first)"), (11, "Awards (least first)"), (12, "Awards (most first)"), (15, "Difficulty (easiest first)"),
        (16, "Difficulty (hardest first)"), (19, "Downloads (least first)"), (20, "Downloads (most first)"),
    ];

    private readonly Lazy<IReadOnlyDictionary<string, TmxField<SandboxMap>>> _mapFields = new(() => TmxMapFields.For(world));
    private readonly Lazy<IReadOnlyDictionary<string, TmxField<SandboxMapper>>> _userFields = new(() => TmxUserFields.For(world));

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(BasePath + "/api/maps", MapsAsync);
        app.MapGet(BasePath + "/api/users", UsersAsync);
        app.MapGet(BasePath + "/api/meta/maporders", context => Json.OkAsync(context, w =>
        {
            w.WriteStartArray();
            foreach (var (key, name) in Orders)
            {
                w.WriteStartObject();
                w.WriteNumber("Key", key);
                w.WriteString("Name", name);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        }));
        app.MapGet(BasePath + "/api/meta/tags", context => Json.OkAsync(context, w =>
        {
            w.WriteStartArray();
            foreach (var (id, name, color) in TmxMapFields.Tags)
            {
                w.WriteStartObject();
                w.WriteNumber("ID", id);
                w.WriteString("Name", name);
                w.WriteString("Color", color);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        }));
    }

    private static string? Text(HttpContext context, string name)
    {
        string? value = context.Request.Query[name];
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }

    private static Task InvalidAsync(HttpContext context, string title) =>
        Json.WriteAsync(context, StatusCodes.Status400BadRequest, w =>
        {
            w.WriteStartObject();
            w.WriteString("title", title);
            w.WriteNumber("status", StatusCodes.Status400BadRequest);
            w.WriteEndObject();
        });

    private Task MapsAsync(HttpContext context)
    {
        var ids = Ids(Text(context, "id"));
        var uids = Text(context, "uid")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (ids?.Count > MaxIds || uids?.Length > MaxIds)
        {
            return InvalidAsync(context, "Too many ids.");
        }

        IEnumerable<SandboxMap> maps = world.Catalog.Listed;
        if (ids is not null)
        {
            maps = maps.Where(m => ids.Contains(m.MapId));
        }

        if (uids is not null)
        {
            maps = maps.Where(m => m.Uid is not null && uids.Contains(m.Uid, StringComparer.Ordinal));
        }

        if (Text(context, "author") is { } author)
        {
            maps = maps.Where(m => m.Authors.Any(a => string.Equals(a.Name, author, StringComparison.OrdinalIgnoreCase)));
        }

        if (Text(context, "authoruserid") is { } userId)
        {
            maps = long.TryParse(userId, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted)
                ? maps.Where(m => m.Authors.Any(a => a.UserId == wanted))
                : [];
        }

        if (Text(context, "name") is { } name)
        {
            maps = maps.Where(m => HasWords(m.Name, name));
        }

        if (Moment(Text(context, "uploadedafter")) is { } after)
        {
            maps = maps.Where(m => m.UploadedAt >= after);
        }

        if (Moment(Text(context, "uploadedbefore")) is { } before)
        {
            maps = maps.Where(m => m.UploadedAt < before);
        }

        return PageAsync(context, [.. Sort(maps, Text(context, "order1"))], _mapFields.Value, m => m.MapId, scenario.MapPageServed);
    }

    private Task UsersAsync(HttpContext context)
    {
        var ids = Ids(Text(context, "id"));
        if (ids?.Count > MaxIds)
        {
            return InvalidAsync(context, "Too many ids.");
        }

        IEnumerable<SandboxMapper> users = world.Mappers;
        if (ids is not null)
        {
            users = users.Where(u => ids.Contains(u.UserId));
        }

        if (Text(context, "name") is { } name)
        {
            users = users.Where(u => HasWords(u.Name, name));
        }

        if (long.TryParse(Text(context, "mapsmin"), NumberStyles.None, CultureInfo.InvariantCulture, out var least))
        {
            users = users.Where(u => TmxUserFields.MapCount(world, u) >= least);
        }

        if (long.TryParse(Text(context, "mapsmax"), NumberStyles.None, CultureInfo.InvariantCulture, out var most))
        {
            users = users.Where(u => TmxUserFields.MapCount(world, u) <= most);
        }

        return PageAsync(context, [.. users], _userFields.Value, u => u.UserId, served: null);
    }

    private static Task PageAsync<T>(
        HttpContext context, T[] rows, IReadOnlyDictionary<string, TmxField<T>> known, Func<T, long> key, Action<bool>? served)
    {
        if (Text(context, "fields") is not { } fields)
        {
            return InvalidAsync(context, "The fields parameter is required.");
        }

        if (TmxProjection<T>.Parse(fields, known, out var unknown) is not { } projection)
        {
            return InvalidAsync(context, $"Unknown field '{unknown}'.");
        }

        if (Json.Number(context, "count", DefaultCount) is not { } count || count < 1)
        {
            return InvalidAsync(context, "The count parameter is not valid.");
        }

        var (start, end) = Range(context, rows, key, (int)Math.Min(count, MaxCount));
        return RespondAsync();

        async Task RespondAsync()
        {
            await Json.OkAsync(context, w =>
            {
                w.WriteStartObject();
                w.WriteBoolean("More", end < rows.Length);
                w.WriteStartArray("Results");
                for (var i = start; i < end; i++)
                {
                    projection.Apply(rows[i]).WriteTo(w);
                }

                w.WriteEndArray();
                w.WriteEndObject();
            });
            served?.Invoke(end < rows.Length);
        }
    }

    /// <summary>A cursor that is not among the rows gives an empty page, as upstream does for unlisted maps.</summary>
    private static (int Start, int End) Range<T>(HttpContext context, T[] rows, Func<T, long> key, int count)
    {
        int Find(string cursor) => long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? Array.FindIndex(rows, row => key(row) == value)
            : -1;

        if (Text(context, "after") is { } after)
        {
            var at = Find(after);
            return at < 0 ? (rows.Length, rows.Length) : (at + 1, Math.Min(rows.Length, at + 1 + count));
        }

        if (Text(context, "from") is { } from)
        {
            var at = Find(from);
            return at < 0 ? (rows.Length, rows.Length) : (at, Math.Min(rows.Length, at + count));
        }

        if (Text(context, "before") is { } before)
        {
            var at = Find(before);
            return at < 0 ? (rows.Length, rows.Length) : (Math.Max(0, at - count), at);
        }

        return (0, Math.Min(rows.Length, count));
    }

    private static IEnumerable<SandboxMap> Sort(IEnumerable<SandboxMap> maps, string? order) => order switch
    {
        "1" => maps.OrderBy(m => m.Name, StringComparer.OrdinalIgnoreCase).ThenBy(m => m.MapId),
        "2" => maps.OrderByDescending(m => m.Name, StringComparer.OrdinalIgnoreCase).ThenBy(m => m.MapId),
        "5" => maps.Reverse(),
        "8" => maps.OrderByDescending(m => m.UpdatedAt).ThenByDescending(m => m.MapId),
        "11" => maps.OrderBy(TmxMapFields.Awards).ThenBy(m => m.MapId),
        "12" => maps.OrderByDescending(TmxMapFields.Awards).ThenBy(m => m.MapId),
        "15" => maps.OrderBy(TmxMapFields.Difficulty).ThenBy(m => m.MapId),
        "16" => maps.OrderByDescending(TmxMapFields.Difficulty).ThenBy(m => m.MapId),
        "19" => maps.OrderBy(TmxMapFields.Downloads).ThenBy(m => m.MapId),
        "20" => maps.OrderByDescending(TmxMapFields.Downloads).ThenBy(m => m.MapId),
        _ => maps,
    };

    private static HashSet<long>? Ids(string? text) => text?
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1)
        .ToHashSet();

    private static bool HasWords(string text, string words) =>
        words.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;
}
