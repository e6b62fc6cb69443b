using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Backend.Integration.Support;

/// <summary>Searches as a client makes them.</summary>
internal static class Searches
{
    private const string Path = "/api/v1/map-searches";

    public static async Task<string> SubmitAsync(this SignedInUser user, string mapper, string period = "1m")
    {
        using var answer = await user.Client.PostAsJsonAsync(Path, new { mapper, period });
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
    }

    public static async Task<JsonNode> StatusAsync(this SignedInUser user, string id) => (await user.Client.GetFromJsonAsync<JsonNode>($"{Path}/{id}"))!;

    /// <summary>Polls until the search has ended, one way or another.</summary>
    public static Task<JsonNode> EndAsync(this SignedInUser user, string id, TimeSpan? deadline = null) =>
        Eventually.GetAsync(() => user.StatusAsync(id), s => (string)s["status"]! is "completed" or "failed" or "cancelled", deadline);

    /// <summary>Polls until so many maps are done.</summary>
    public static Task<JsonNode> DoneAsync(this SignedInUser user, string id, int maps) =>
        Eventually.GetAsync(() => user.StatusAsync(id), s => (int)s["progress"]!["mapsDone"]! >= maps);

    /// <summary>All rows that have records or failed, read page by page.</summary>
    public static async Task<IReadOnlyList<JsonNode>> ResultsAsync(this SignedInUser user, string id)
    {
        var rows = new List<JsonNode>();
        for (var after = -1; ;)
        {
            var page = (await user.Client.GetFromJsonAsync<JsonNode>($"{Path}/{id}/results?after={after}&limit=500"))!;
            rows.AddRange(page["items"]!.AsArray().Select(row => row!));
            var next = (int)page["next"]!;
            if (next == after)
            {
                return rows;
            }

            after = next;
        }
    }

    public static async Task CancelAsync(this SignedInUser user, string id)
    {
        using var answer = await user.Client.DeleteAsync($"{Path}/{id}");
        answer.EnsureSuccessStatusCode();
    }
}
