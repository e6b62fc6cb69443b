using System.Globalization;
using System.Text.Json.Nodes;

namespace Backend.Integration.Api;

/// <summary>What an API document lacks, each in words that name the operation and the part.</summary>
internal static class ApiGaps
{
    /// <summary>Nobody may start the daily run yet, so it neither succeeds nor asks a store.</summary>
    private const string NobodyMay = "StartDailyRun";

    private static readonly string[] s_kinds = ["type", "$ref", "oneOf", "anyOf", "allOf", "enum"];

    public static IReadOnlyList<string> Find(ApiDocument document) =>
    [
        .. document.Operations.CountBy(operation => operation.Id).Where(id => id.Value > 1).Select(id => $"{id.Key}: its operationId names {id.Value} operations"),
        .. document.Operations.SelectMany(operation => Find(document, operation).Select(gap => $"{operation.Id}: {gap}")),
        .. (document.Root["components"]?["schemas"]?.AsObject() ?? []).SelectMany(schema => Find(schema.Key, schema.Value!)),
    ];

    private static IEnumerable<string> Find(ApiDocument document, ApiOperation operation) =>
    [
        .. Identity(document, operation),
        .. operation.Parameters.SelectMany(Parameter),
        .. Body(operation),
        .. Answers(document, operation),
        .. Expected(operation).Where(expected => !operation.Lists(expected.Status)).Select(expected => $"no {expected.Status}, but {expected.Reason}"),
    ];

    private static IEnumerable<string> Identity(ApiDocument document, ApiOperation operation)
    {
        if (operation.Node["operationId"] is null)
        {
            yield return "no operationId; give the route WithName";
        }

        if (IsEmpty(operation.Node["summary"]))
        {
            yield return "no summary; give the route WithSummary";
        }

        if (operation.Node["tags"] is not JsonArray { Count: 1 } tags)
        {
            yield return "not exactly one tag; give its group WithTag";
        }
        else if (!(document.Root["tags"]?.AsArray() ?? []).Any(tag => (string?)tag!["name"] == (string)tags[0]! && !IsEmpty(tag["description"])))
        {
            yield return $"its tag '{tags[0]}' has no description; give its group WithTag";
        }

        if (operation.Node["security"] is not JsonArray security)
        {
            yield return "no security, not even an empty list";
        }
        else if (security.SelectMany(requirement => requirement!.AsObject()).Any(scheme => document.Root["components"]?["securitySchemes"]?[scheme.Key] is null))
        {
            yield return "its security names a scheme that is not described";
        }
    }

    private static IEnumerable<string> Parameter(JsonObject parameter)
    {
        if (IsEmpty(parameter["description"]))
        {
            yield return $"no description of the parameter '{parameter["name"]}'; give it [Description]";
        }

        if (!IsTyped(parameter["schema"]))
        {
            yield return $"no type of the parameter '{parameter["name"]}'";
        }
    }

    private static IEnumerable<string> Body(ApiOperation operation)
    {
        if (operation.Node["requestBody"] is null)
        {
            yield break;
        }

        if (operation.Body is not { } body || !IsTyped(body["schema"]))
        {
            yield return "no type of its request body";
        }
        else if (!body.ContainsKey("example"))
        {
            yield return "no example of its request body; give the route WithExamples";
        }
    }

    private static IEnumerable<string> Answers(ApiDocument document, ApiOperation operation)
    {
        if (operation.Id != NobodyMay && !operation.Responses.Any(answer => answer.Key[0] == '2'))
        {
            yield return "no success";
        }

        foreach (var (key, answer) in operation.Responses)
        {
            var status = int.Parse(key, CultureInfo.InvariantCulture);
            foreach (var gap in status >= 400 ? Failure(document, status, answer!) : Success(status, answer!))
            {
                yield return gap;
            }
        }
    }

    private static IEnumerable<string> Success(int status, JsonNode answer)
    {
        if (status is 204 or 304)
        {
            yield break;
        }

        if (answer["content"] is not JsonObject { Count: > 0 } content || !content.All(media => IsTyped(media.Value!["schema"])))
        {
            yield return $"no type of its {status}";
        }
        else if (content[ApiOperation.Json] is JsonObject json && !json.ContainsKey("example"))
        {
            yield return $"no example of its {status}; give the route WithExamples";
        }
    }

    private static IEnumerable<string> Failure(ApiDocument document, int status, JsonNode answer)
    {
        if (answer["content"] is not JsonObject { Count: 1 } content || content[ApiOperation.Problem] is not JsonObject problem || problem["schema"] is not { } schema || !ReferenceEquals(document.Resolve(schema), document.Root["components"]?["schemas"]?["Problem"]))
        {
            yield return $"its {status} is no problem";
        }
        else if (problem["examples"] is not JsonObject { Count: > 0 } examples)
        {
            yield return $"no example of its {status}; give the route Fails";
        }
        else if (examples.Any(example => (int?)example.Value!["value"]?["status"] != status))
        {
            yield return $"an example of its {status} has another status";
        }
        else if (examples.Any(example => example.Key is "request.failed" or "request.not_found" or "internal_error"))
        {
            yield return $"its {status} does not say which error it is; give Fails the error instead of the status";
        }
    }

    private static IEnumerable<(int Status, string Reason)> Expected(ApiOperation operation)
    {
        if (operation.Node["requestBody"] is not null)
        {
            yield return (400, "its body may be malformed");
            yield return (413, "its body may be too large");
            yield return (415, "its body may be of another type");
        }
        else if (operation.Parameters.Any(parameter => parameter["schema"]?["type"]?.ToJsonString() is { } type && type != "\"string\""))
        {
            yield return (400, "a parameter may be malformed");
        }

        if (operation.NeedsSession)
        {
            yield return (401, "the caller may not be signed in");
        }

        if (operation.Parameters.Any(parameter => (string?)parameter["in"] == "path"))
        {
            yield return (404, "there may be nothing at its path");
        }

        if (operation.Path.StartsWith("/api/", StringComparison.Ordinal) && operation.Id != NobodyMay)
        {
            yield return (503, "its store may be away");
        }
    }

    private static IEnumerable<string> Find(string name, JsonNode schema) =>
        (schema["properties"]?.AsObject() ?? []).Where(member => !IsTyped(member.Value)).Select(member => $"{name}: no type of '{member.Key}'");

    private static bool IsTyped(JsonNode? schema) => schema is JsonObject members && Array.Exists(s_kinds, members.ContainsKey);

    private static bool IsEmpty(JsonNode? text) => string.IsNullOrWhiteSpace((string?)text);
}
