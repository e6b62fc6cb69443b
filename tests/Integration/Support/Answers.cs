using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backend.Integration.Support;

/// <summary>Asks, and gives status and body together.</summary>
internal static class Answers
{
    public static Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(this SignedInUser user, string method, string path, object? body = null) => user.Client.AskAsync(method, path, body);

    public static async Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(this HttpClient client, string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = body is string json ? new StringContent(json, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json", "utf-8")) : JsonContent.Create(body);
        }

        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }

    /// <summary>The members of an answer, in their order.</summary>
    public static string Keys(this JsonNode node) => string.Join(' ', node.AsObject().Select(p => p.Key));

    /// <summary>The answer is a problem with this status and code, and says one sentence in every place where clients look.</summary>
    public static async Task ShouldFailAsync(this Task<(HttpStatusCode Status, JsonNode Body)> asking, int status, string code)
    {
        var (actual, body) = await asking;
        ((int)actual, (string?)body["code"]).ShouldBe((status, code));
        ((string)body["msg"]!).ShouldNotBeNullOrWhiteSpace();
        ((string)body["error"]!).ShouldBe((string)body["msg"]!);
    }

    public static async Task<JsonNode> ShouldSucceedAsync(this Task<(HttpStatusCode Status, JsonNode Body)> asking, int status = 200)
    {
        var (actual, body) = await asking;
        ((int)actual).ShouldBe(status, body.ToJsonString());
        return body;
    }

    /// <param name="members">Paths, each with the types that its values may have: <c>items[].name string null</c> speaks of every item, and of one at least. What may be <c>missing</c> has to be there once.</param>
    public static void ShouldHave(this JsonNode body, params string[] members)
    {
        foreach (var member in members)
        {
            var (path, types) = (member.Split(' ')[0], member.Split(' ')[1..]);
            IReadOnlyList<JsonNode?> found = [body];
            foreach (var part in path.Split('.'))
            {
                if (part.Replace("[]", string.Empty, StringComparison.Ordinal) is { Length: > 0 } name)
                {
                    found = types.Contains("missing", StringComparer.Ordinal) ? [.. found.Where(node => node is not JsonObject item || item.ContainsKey(name))] : found;
                    found.ShouldAllBe(node => node is JsonObject && node.AsObject().ContainsKey(name), $"{member} in {body.ToJsonString()}");
                    found = [.. found.Select(node => node![name])];
                }

                found = part.EndsWith("[]", StringComparison.Ordinal) ? [.. found.SelectMany(node => node!.AsArray())] : found;
            }

            found.Count.ShouldBeGreaterThan(0, $"{member} in {body.ToJsonString()}");
            found.Select(TypeOf).Except(types, StringComparer.Ordinal).ShouldBeEmpty($"{member} in {body.ToJsonString()}");
        }
    }

    private static string TypeOf(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.True or JsonValueKind.False => "bool",
        var kind => kind.Value.ToString().ToLowerInvariant(),
    };
}
