using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Http;

/// <summary>What is asked of the Trackmania services while the client waits.</summary>
public abstract class LookupTests(HostProfile profile) : ProfileSuite(profile)
{
    [Fact]
    public async Task Anybody_finds_users_of_the_site_by_a_part_of_their_name()
    {
        await using var host = Start();
        using var client = host.CreateClient();

        var mappers = (await client.GetFromJsonAsync<JsonArray>("/api/v1/users/search?username=%20MAPPER"))!;
        var unicode = (await client.GetFromJsonAsync<JsonArray>($"/api/v1/users/search?username={Uri.EscapeDataString("ünï cödé.mapper-42")}"))!;
        var nobody = await client.GetStringAsync($"/api/v1/users/search?username={Uri.EscapeDataString("O'Reilly -- <b>;select")}");
        using var many = await client.GetAsync("/api/v1/users/search?username=e");
        var problem = (await many.Content.ReadFromJsonAsync<JsonNode>())!;

        mappers.ShouldAllBe(user => string.Join(' ', user!.AsObject().Select(p => p.Key)) == "Name UserId");
        mappers.Select(user => ((string)user!["Name"]!, (long)user["UserId"]!)).ShouldBe(
            host.Sandbox.World.Mappers.Where(mapper => mapper.Name.Contains("mapper", StringComparison.OrdinalIgnoreCase)).Select(mapper => (mapper.Name, mapper.UserId)));
        unicode.Select(user => (string)user!["Name"]!).ShouldBe(["Ünï Cödé.Mapper-42"]);
        nobody.ShouldBe("[]");
        many.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string)problem["code"]!).ShouldBe("account.too_many_tmx_users");
        ((string)problem["message"]!).ShouldBe((string)problem["error"]!);
        host.Sandbox.Traffic.Entries.ShouldContain(entry => entry.PathAndQuery.Contains("O%27Reilly%20--%20%3Cb%3E%3Bselect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_driver_finds_maps_page_by_page_though_new_ones_are_uploaded_meanwhile()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        var expected = host.Sandbox.World.Maps
            .Where(map => map is { IsListed: true, Uid: not null } && map.Name.Contains("hidden", StringComparison.OrdinalIgnoreCase))
            .Take(60).ToList();

        var seen = new List<JsonNode>();
        for (var page = 1; page <= 3; page++)
        {
            var (found, about) = await PageAsync($"query=%20HIDDEN%20&type=name{(page == 1 ? "" : $"&page={page}")}");
            seen.AddRange(found);
            about.ToJsonString().ShouldBe($$"""{"currentPage":{{page}},"pageSize":20,"hasMore":true,"totalResults":20}""");
            host.Sandbox.Scenario.UploadMap("Solo", $"Hidden {page}");
        }

        seen.Select(map => (long)map["mapId"]!).ShouldBe(expected.Select(map => map.MapId));
        host.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(1);
        var (first, listed) = (seen[0], expected[0]);
        first.AsObject().Select(p => p.Key).ShouldBe(["mapId", "mapUid", "name", "authors", "medals", "uploadedAt", "downloadCount"]);
        ((string)first["mapUid"]!, (string)first["name"]!, (int)first["downloadCount"]!).ShouldBe((listed.Uid!, listed.Name, TmxMapFields.Downloads(listed)));
        first["authors"]!.AsArray().Select(author => (string)author!).ShouldBe(listed.Authors.Select(author => author.Name));
        first["medals"]!.ToJsonString().ShouldBe($$"""{"author":{{listed.AuthorTime}},"gold":{{listed.GoldTime}},"silver":{{listed.SilverTime}},"bronze":{{listed.BronzeTime}}}""");
        ((string)first["uploadedAt"]!).ShouldBe(listed.UploadedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));

        (await PageAsync($"query={listed.Uid}&type=uid")).Maps.ShouldHaveSingleItem()!["mapId"]!.GetValue<long>().ShouldBe(listed.MapId);
        foreach (var nothing in new[] { $"query={listed.Uid![..^1]}&type=uid", "query=..%2f..%2fetc&type=uid", "query=no%20such%20map%20at%20all&type=name", "query=hidden%20canyon&type=name&page=50" })
        {
            var (maps, about) = await PageAsync(nothing);
            maps.ShouldBeEmpty(nothing);
            ((bool)about["hasMore"]!, (int)about["totalResults"]!).ShouldBe((false, 0), nothing);
        }

        async Task<(IReadOnlyList<JsonNode> Maps, JsonNode About)> PageAsync(string query)
        {
            var body = (await user.Client.GetFromJsonAsync<JsonNode>($"/api/v1/driver/maps/search?{query}"))!;
            body.AsObject().Select(p => p.Key).ShouldBe(["results", "pagination"]);
            return ([.. body["results"]!.AsArray().Select(map => map!)], body["pagination"]!);
        }
    }

    [Fact]
    public async Task Names_of_accounts_come_under_the_ids_as_they_were_sent_all_of_them_or_none()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Trackmania:MaxRetries"] = "0" });
        var user = await host.SignInAsync();
        var mappers = host.Sandbox.World.Mappers.Take(55).ToList();
        var upper = mappers[0].AccountId.ToString().ToUpperInvariant();
        string[] ids = [upper, .. mappers.Select(mapper => mapper.AccountId.ToString()), upper, "junk", "ffffffff-0000-4000-8000-000000000001"];

        using var answer = await user.Client.PostAsJsonAsync("/api/v1/users/accountNames", new { accountIds = ids });
        // Not read as the client library does, which takes ids for the same that differ in case only.
        var names = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

        names.Select(p => (p.Key, (string)p.Value!)).ShouldBe([(upper, mappers[0].Name), .. mappers.Select(mapper => (mapper.AccountId.ToString(), mapper.Name))]);
        host.Sandbox.Traffic.Count(SandboxHost.OAuth, "/api/display-names").ShouldBe(2);

        host.Sandbox.Faults.Add(new Fault(SandboxHost.OAuth, FaultKind.InternalServerError) { Match = "/api/display-names", EveryNth = 2 });
        using var failed = await user.Client.PostAsJsonAsync("/api/v1/users/accountNames", new { accountIds = ids });
        failed.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Fact]
    public async Task Latest_records_are_those_of_the_period_and_the_board_is_read_once()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        var now = TimeProvider.System.GetUtcNow();
        var (map, board) = host.Sandbox.World.MapsOf("Demo Mapper")
            .Select(map => (map, host.Sandbox.World.BoardOf(map.Uid!).Take(100).ToList()))
            .First(pair => pair.Item2.Exists(record => record.IsSecret && record.Timestamp > now.AddDays(-29)));
        foreach (var (period, days) in new[] { ("1d", 1), ("1w", 7), ("1m", 30) })
        {
            var body = (await user.Client.GetFromJsonAsync<JsonNode>($"/api/v1/records/latest?mapUid={map.Uid}&period={period}"))!;

            body.AsObject().Select(p => p.Key).ShouldBe(["groupUid", "mapUid", "tops"]);
            ((string)body["groupUid"]!, (string)body["mapUid"]!).ShouldBe(("Personal_Best", map.Uid!));
            var world = body["tops"]!.AsArray().ShouldHaveSingleItem()!;
            world.AsObject().Select(p => p.Key).ShouldBe(["zoneId", "zoneName", "top"]);
            ((string)world["zoneName"]!).ShouldBe("World");
            var top = world["top"]!.AsArray();
            top.ShouldAllBe(row => string.Join(' ', row!.AsObject().Select(p => p.Key)) == "accountId zoneId zoneName position score timestamp" && row["timestamp"]!.GetValueKind() == JsonValueKind.Number);
            top.Select(row => ((string)row!["accountId"]!, (int)row["position"]!, (long)row["score"]!, (long)row["timestamp"]!)).ShouldBe(
                board.Where(record => record.Timestamp >= now.AddDays(-days)).Select(record => (record.AccountId.ToString(), record.Position, (long)record.Score, record.Timestamp.ToUnixTimeSeconds())));
            if (days == 30)
            {
                top.ShouldContain(row => (long)row!["score"]! == -1);
            }
        }

        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(1);
    }

    [Fact]
    public async Task A_service_that_fails_is_told_from_one_that_takes_too_long()
    {
        var clock = new StandingClock(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Trackmania:MaxRetries"] = "0" }, clock);
        var user = await host.SignInAsync();
        foreach (var kind in new[] { FaultKind.InternalServerError, FaultKind.Hang })
        {
            foreach (var faulty in Enum.GetValues<SandboxHost>())
            {
                host.Sandbox.Faults.Add(new Fault(faulty, kind));
            }

            var (status, code) = kind == FaultKind.Hang ? (HttpStatusCode.GatewayTimeout, "upstream.timeout") : (HttpStatusCode.BadGateway, "upstream.*_unavailable");
            await FailsAsync(user.Client.GetAsync("/api/v1/users/search?username=solo"), status, code);
            await FailsAsync(user.Client.GetAsync("/api/v1/driver/maps/search?query=canyon&type=name"), status, code);
            await FailsAsync(user.Client.GetAsync("/api/v1/driver/maps/search?query=canyon&type=uid"), status, code);
            await FailsAsync(user.Client.GetAsync("/api/v1/records/latest?mapUid=abc&period=1d"), status, code);
            await FailsAsync(user.Client.PostAsJsonAsync("/api/v1/users/accountNames", new { accountIds = new[] { "11111111-aaaa-4bbb-8ccc-000000000001" } }), status, code);
            host.Sandbox.Faults.Clear();
        }

        async Task FailsAsync(Task<HttpResponseMessage> asking, HttpStatusCode status, string code)
        {
            // Time has to pass, for slots of the pace and for the limit.
            using var answer = await await Eventually.GetAsync(
                () =>
                {
                    clock.Advance(TimeSpan.FromSeconds(5));
                    return Task.FromResult(asking);
                },
                static task => task.IsCompleted);
            var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
            answer.StatusCode.ShouldBe(status);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            ((string)problem["code"]!).ShouldMatch($"^{code.Replace("*", "[a-z]+")}$");
            ((int)problem["status"]!).ShouldBe((int)status);
            ((string)problem["error"]!).ShouldNotContain("127.0.0.1");
        }
    }
}
