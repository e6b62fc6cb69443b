using System.Text.Json.Nodes;

namespace Backend.TrackmaniaSandbox;

/// <summary>A field that a search may ask for.</summary>
/// <param name="Name">Spelling in the answer.</param>
/// <param name="Build">Its full value.</param>
/// <param name="Nested">Paths below it that may be asked for on their own.</param>
internal sealed record TmxField<T>(string Name, Func<T, JsonNode?> Build, params string[] Nested);

/// <summary>
/// The <c>fields</c> parameter: which fields of a row are wanted, nested ones with a dot, lists with or without
/// brackets.
/// </summary>
internal sealed class TmxProjection<T>
{
    private readonly List<(TmxField<T> Field, List<string[]> Paths)> _wanted = [];

    private TmxProjection()
    {
    }

    /// <summary>Null, with the offending field, when one is not known.</summary>
    public static TmxProjection<T>? Parse(string fields, IReadOnlyDictionary<string, TmxField<T>> known, out string unknown)
    {
        var projection = new TmxProjection<T>();
        foreach (var asked in fields.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            unknown = asked;
            var path = asked.Replace("[]", string.Empty, StringComparison.Ordinal).Split('.');
            if (!known.TryGetValue(path[0], out var field))
            {
                return null;
            }

            var nested = Array.Find(field.Nested, n => string.Equals(n, string.Join('.', path[1..]), StringComparison.OrdinalIgnoreCase));
            if (path.Length > 1 && nested is null)
            {
                return null;
            }

            var entry = projection._wanted.Find(w => w.Field == field);
            if (entry.Field is null)
            {
                entry = (field, []);
                projection._wanted.Add(entry);
            }

            // The empty path is the whole field.
            entry.Paths.Add(nested?.Split('.') ?? []);
        }

        unknown = string.Empty;
        return projection._wanted.Count == 0 ? null : projection;
    }

    public JsonObject Apply(T row)
    {
        var result = new JsonObject();
        foreach (var (field, paths) in _wanted)
        {
            var value = field.Build(row);
            result[field.Name] = paths.Exists(p => p.Length == 0) ? value : Keep(value, paths);
        }

        return result;
    }

    private static JsonNode? Keep(JsonNode? value, List<string[]> paths)
    {
        switch (value)
        {
            case JsonArray list:
                return new JsonArray([.. list.Select(item => Keep(item, paths))]);
            case JsonObject source:
                var kept = new JsonObject();
                foreach (var group in paths.GroupBy(p => p[0], StringComparer.Ordinal))
                {
                    var rest = group.Select(p => p[1..]).ToList();
                    var child = source[group.Key];
                    kept[group.Key] = rest.Exists(p => p.Length == 0) ? child?.DeepClone() : Keep(child, rest);
                }

                return kept;
            default:
                return value?.DeepClone();
        }
    }
}
