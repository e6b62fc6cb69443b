using System.Net;
using System.Net.Http.Json;
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
}
