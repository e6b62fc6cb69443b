using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;

namespace Backend.Integration.Http;

public sealed class MapSearchTests
{
    [Fact]
    public async Task A_search_of_a_mapper_ends_with_records_of_the_last_day()
    {
        await using var host = BackendHost.Start();
        var user = await host.SignInAsync();

        using var submitted = await user.Client.GetAsync("/api/v1/users/maps?username=Demo%20Mapper&period=1d");

        submitted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var jobId = (string)(await submitted.Content.ReadFromJsonAsync<JsonNode>())!["jobId"]!;
        var status = await Eventually.GetAsync(
            async () => (await user.Client.GetFromJsonAsync<JsonNode>($"/api/v1/users/maps/status/{jobId}"))!,
            s => (string)s["status"]! == "completed");
        status["result"]!.AsArray().Count.ShouldBeGreaterThan(0);
    }
}
