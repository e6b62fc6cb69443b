using System.Net;
using System.Net.Http.Json;

namespace Backend.Integration.Support;

/// <summary>An answer as a client sees it, and how long it had to wait for it.</summary>
internal sealed record TimedAnswer(string Request, HttpStatusCode Status, TimeSpan Took, TimeSpan? RetryAfter, string Body)
{
    public static async Task<TimedAnswer> AskAsync(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        var started = TimeProvider.System.GetTimestamp();
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new TimedAnswer(path, answer.StatusCode, TimeProvider.System.GetElapsedTime(started), answer.Headers.RetryAfter?.Delta, text);
    }
}
