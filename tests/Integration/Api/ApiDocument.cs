using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;
using Json.Schema;

namespace Backend.Integration.Api;

/// <summary>The API as its OpenAPI document describes it, and whether JSON is what the document says.</summary>
internal sealed class ApiDocument
{
    private const string Components = "#/components/schemas/";
    private const string Definitions = "#/$defs/";

    private static readonly string[] s_methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
    private static readonly EvaluationOptions s_strict = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private readonly ConcurrentDictionary<string, JsonSchema> _schemas = new(StringComparer.Ordinal);
    private readonly string _definitions;

    public ApiDocument(JsonNode root)
    {
        Root = root.AsObject();
        Operations =
        [
            .. from path in Root["paths"]!.AsObject()
               from method in path.Value!.AsObject()
               where s_methods.Contains(method.Key, StringComparer.Ordinal)
               select new ApiOperation(method.Key.ToUpperInvariant(), path.Key, method.Value!.AsObject()),
        ];
        _definitions = (Root["components"]?["schemas"]?.ToJsonString() ?? "{}").Replace(Components, Definitions, StringComparison.Ordinal);
    }

    public JsonObject Root { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    /// <summary>A test of the running service keeps it true.</summary>
    public static ApiDocument ReadApproved() => Parse(File.ReadAllText(ApprovedPath));

    public static ApiDocument Parse(string json) => new(JsonNode.Parse(json)!);

    public static string ApprovedPath { get; } = Path.Combine(Repository.Root, "docs", "api", "openapi.json");

    /// <summary>What follows a reference, or the schema itself.</summary>
    public JsonObject Resolve(JsonNode schema) => (string?)schema["$ref"] is { } reference
        ? Root["components"]!["schemas"]![reference[Components.Length..]]!.AsObject()
        : schema.AsObject();

    /// <summary>Where the JSON is not what the schema says.</summary>
    public IReadOnlyList<string> Violations(JsonNode schema, string json)
    {
        var text = schema.ToJsonString();
        var built = _schemas.GetOrAdd(text, static (text, definitions) => JsonSchema.FromText($$"""{"$defs":{{definitions}},"allOf":[{{text.Replace(Components, Definitions, StringComparison.Ordinal)}}]}"""), _definitions);
        using var instance = JsonDocument.Parse(json);
        var verdict = built.Evaluate(instance.RootElement, s_strict);
        return verdict.IsValid
            ? []
            : [.. (verdict.Details ?? []).Where(detail => detail.Errors is not null).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation} {error.Key}: {error.Value}"))];
    }
}

/// <param name="Path">As in the document, with parameters in braces.</param>
internal sealed record ApiOperation(string Method, string Path, JsonObject Node)
{
    public const string Json = "application/json";
    public const string Problem = "application/problem+json";

    public string Id => (string?)Node["operationId"] ?? $"{Method} {Path}";

    public string Tag => (string)Node["tags"]![0]!;

    public IReadOnlyList<JsonObject> Parameters => [.. (Node["parameters"]?.AsArray() ?? []).Select(parameter => parameter!.AsObject())];

    /// <summary>What it says of the JSON that it takes; null when it takes none.</summary>
    public JsonObject? Body => Node["requestBody"]?["content"]?[Json]?.AsObject();

    public JsonObject Responses => Node["responses"]?.AsObject() ?? [];

    public bool NeedsSession => Node["security"] is JsonArray { Count: > 0 };

    public bool Lists(int status) => Responses.ContainsKey($"{status}");

    public override string ToString() => $"{Id} ({Method} {Path})";
}
