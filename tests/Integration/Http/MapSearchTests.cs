using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;

namespace Backend.Integration.Http;

public abstract class MapSearchTests : ProfileSuite
{
    private const string Mapper = "Demo Mapper";

    private readonly BackendHost _host;

    protected MapSearchTests(HostProfile profile)
        : base(profile) => _host = Start();

    [Fact]
    public async Task The_compatible_routes_answer_as_existing_clients_expect()
    {
        var user = await _host.SignInAsync();

        using var submitted = await user.Client.GetAsync("/api/v1/users/maps?username=Demo%20Mapper");
        var start = (await submitted.Content.ReadFromJsonAsync<JsonNode>())!;
        var status = await CompatibleEndAsync(user, (string)start["jobId"]!);

        submitted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        start.AsObject().Select(p => p.Key).ShouldBe(["jobId", "status", "message", "estimatedWaitTime"]);
        ((string)start["status"]!).ShouldBe("pending");
        status.AsObject().Select(p => p.Key).ShouldBe(["jobId", "status", "username", "period", "created_at", "updated_at", "progress", "result"]);
        ((string)status["username"]!).ShouldBe(Mapper);
        ((string)status["period"]!).ShouldBe("1d");
        status["created_at"]!.GetValueKind().ShouldBe(JsonValueKind.Number);
        ((long)status["updated_at"]!).ShouldBeGreaterThanOrEqualTo((long)status["created_at"]!);
        var result = status["result"]!.AsArray();
        result.Count.ShouldBeGreaterThan(0);
        foreach (var map in result)
        {
            map!.AsObject().Select(p => p.Key).ShouldBe(["mapId", "mapName", "leaderboard"]);
            var entries = map["leaderboard"]!.AsArray();
            entries.Count.ShouldBeGreaterThan(0);
            entries.Select(e => (int)e!["position"]!).ShouldBeInOrder();
            entries.ShouldAllBe(e => (long)e!["timestamp"]! * 1000 >= (long)status["created_at"]! - 86_400_000);
            entries[0]!.AsObject().Select(p => p.Key).Except(["playerName"]).ShouldBe(["accountId", "zoneId", "zoneName", "position", "score", "timestamp"]);
        }
    }

    [Fact]
    public async Task The_resource_says_where_it_is_how_far_it_is_and_when_to_ask_again()
    {
        var user = await _host.SignInAsync();

        using var submitted = await user.Client.PostAsJsonAsync("/api/v1/map-searches", new { mapper = "  Demo Mapper ", period = "1w" });
        var job = (await submitted.Content.ReadFromJsonAsync<JsonNode>())!;
        var ended = await user.EndAsync((string)job["id"]!);
        using var last = await user.Client.GetAsync(submitted.Headers.Location);

        submitted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        submitted.Headers.RetryAfter.ShouldNotBeNull();
        submitted.Headers.Location!.ToString().ShouldBe($"/api/v1/map-searches/{job["id"]}");
        ((string)job["mapper"]!).ShouldBe(Mapper);
        DateTimeOffset.Parse((string)job["createdAt"]!).Offset.ShouldBe(TimeSpan.Zero);
        ended["progress"]!.AsObject().Select(p => p.Key).ShouldBe(["phase", "mapsDone", "mapsTotal", "mapsFailed", "recordsFound", "attempt", "secondsLeft", "queuePlace"]);
        ((string)ended["progress"]!["phase"]!).ShouldBe("finished");
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(24);
        ((int)ended["progress"]!["mapsTotal"]!).ShouldBe(24);
        ended.AsObject().ContainsKey("error").ShouldBeFalse();
        last.Headers.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task A_known_version_is_answered_with_304()
    {
        var user = await _host.SignInAsync();
        var id = await user.SubmitAsync("Solo");
        await user.EndAsync(id);
        foreach (var path in new[] { $"/api/v1/map-searches/{id}", $"/api/v1/users/maps/status/{id}" })
        {
            using var first = await user.Client.GetAsync(path);
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using var known = await user.Client.SendAsync(request);
            using var other = new HttpRequestMessage(HttpMethod.Get, path);
            other.Headers.IfNoneMatch.ParseAdd("\"1\"");
            using var changed = await user.Client.SendAsync(other);

            known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            known.Headers.ETag.ShouldBe(first.Headers.ETag);
            (await known.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
            changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Pages_of_results_add_up_to_the_compatible_result()
    {
        var user = await _host.SignInAsync();
        var id = await user.SubmitAsync(Mapper, "1w");
        await user.EndAsync(id);

        var paged = new List<JsonNode>();
        for (var (after, complete) = (-1, false); !complete;)
        {
            var page = (await user.Client.GetFromJsonAsync<JsonNode>($"/api/v1/map-searches/{id}/results?after={after}&limit=5"))!;
            page["items"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(5);
            paged.AddRange(page["items"]!.AsArray().Select(i => i!));
            ((int)page["next"]!).ShouldBeGreaterThan(after);
            after = (int)page["next"]!;
            complete = (bool)page["complete"]!;
        }

        var compatible = (await CompatibleEndAsync(user, id))["result"]!.AsArray();
        paged.Select(r => r["leaderboard"]!.ToJsonString()).ShouldBe(compatible.Select(r => r!["leaderboard"]!.ToJsonString()));
        paged.Select(r => (string)r["mapName"]!).ShouldBe(compatible.Select(r => (string)r!["mapName"]!));
    }

    [Fact]
    public async Task Longer_periods_hold_shorter_ones_in_the_order_of_the_site()
    {
        var user = await _host.SignInAsync();
        var found = new List<HashSet<string>>();
        foreach (var period in new[] { "1d", "1w", "1m" })
        {
            var id = await user.SubmitAsync(Mapper, period);
            await user.EndAsync(id);
            var rows = await user.ResultsAsync(id);
            var order = _host.Sandbox.World.MapsOf(Mapper).OrderByDescending(m => m.UploadedAt).Select(m => m.MapId).ToList();
            rows.Select(r => order.IndexOf((long)r["mapId"]!)).ShouldBeInOrder();
            found.Add([.. rows.SelectMany(r => r["leaderboard"]!.AsArray().Select(e => $"{r["mapId"]} {e!["accountId"]} {e["timestamp"]}"))]);
        }

        found[0].Count.ShouldBeGreaterThan(0);
        found[0].IsProperSubsetOf(found[1]).ShouldBeTrue();
        found[1].IsProperSubsetOf(found[2]).ShouldBeTrue();
    }

    [Theory]
    [InlineData("Ünï Cödé.Mapper-42", 12)]
    [InlineData("ünï cödé.mapper-42", 12)]
    [InlineData("Solo", 1)]
    public async Task Mappers_of_any_spelling_are_found(string mapper, int maps)
    {
        var user = await _host.SignInAsync();

        var ended = await user.EndAsync(await user.SubmitAsync(mapper));

        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["mapsTotal"]!).ShouldBe(maps);
        ((long)ended["progress"]!["recordsFound"]!).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("Nobody")]
    [InlineData("no such mapper at all")]
    [InlineData("O'Reilly -- <b>;select")]
    public async Task A_mapper_without_maps_and_an_unknown_one_complete_with_nothing(string mapper)
    {
        var user = await _host.SignInAsync();

        var id = await user.SubmitAsync(mapper);
        var status = await CompatibleEndAsync(user, id);

        ((string)status["status"]!).ShouldBe("completed");
        ((string)status["username"]!).ShouldBe(mapper);
        status["result"]!.ToJsonString().ShouldBe("[]");
    }

    [Fact]
    public async Task A_cancelled_search_keeps_what_it_found_and_shows_as_failed_to_existing_clients()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Trackmania:NadeoRate"] = "20" });
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Prolific Mapper");
        await user.DoneAsync(id, 5);

        using var first = await user.Client.DeleteAsync($"/api/v1/map-searches/{id}");
        using var second = await user.Client.DeleteAsync($"/api/v1/map-searches/{id}");
        var compatible = (await user.Client.GetFromJsonAsync<JsonNode>($"/api/v1/users/maps/status/{id}"))!;

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        ((string)(await user.StatusAsync(id))["status"]!).ShouldBe("cancelled");
        ((string)compatible["status"]!).ShouldBe("failed");
        ((string)compatible["error"]!).ShouldNotBeEmpty();
        compatible.AsObject().ContainsKey("result").ShouldBeFalse();
        (await user.ResultsAsync(id)).Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Searches_are_listed_newest_first()
    {
        var user = await _host.SignInAsync();
        var ids = new List<string>();
        foreach (var mapper in new[] { "Solo", "Nobody", Mapper })
        {
            ids.Add(await user.SubmitAsync(mapper));
            await user.EndAsync(ids[^1]);
        }

        var items = (await user.Client.GetFromJsonAsync<JsonNode>("/api/v1/map-searches"))!["items"]!.AsArray();

        items.Select(i => (string)i!["id"]!).ShouldBe(ids.AsEnumerable().Reverse());
    }

    [Fact]
    public async Task A_player_without_a_name_has_none_in_the_result()
    {
        var user = await _host.SignInAsync();
        var id = await user.SubmitAsync("Grand Stadium");
        await user.EndAsync(id);

        var entries = (await user.ResultsAsync(id)).SelectMany(r => r["leaderboard"]!.AsArray()).ToList();
        foreach (var entry in entries)
        {
            var name = _host.Sandbox.World.DisplayNameOf(Guid.Parse((string)entry!["accountId"]!));
            ((string?)entry["playerName"]).ShouldBe(name);
            entry.AsObject().ContainsKey("playerName").ShouldBe(name is not null);
        }

        entries.Count.ShouldBeGreaterThan(0);
    }

    private static Task<JsonNode> CompatibleEndAsync(SignedInUser user, string id) => Eventually.GetAsync(
        async () => (await user.Client.GetFromJsonAsync<JsonNode>($"/api/v1/users/maps/status/{id}"))!,
        s => (string)s["status"]! is "completed" or "failed");
}
