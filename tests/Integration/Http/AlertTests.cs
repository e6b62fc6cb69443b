using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Http;

public abstract class AlertTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Path = "/api/v1/users/alerts";

    [Fact]
    public async Task An_alert_lives_as_existing_clients_expect()
    {
        await using var host = Start();
        var user = await host.SignInAsync("Demo Mapper");

        (await user.AskAsync("GET", Path).ShouldSucceedAsync()).ToJsonString().ShouldBe("""{"alerts":[]}""");
        var created = await user.AskAsync("POST", Path, """{"MapCount":0,"alert_type":"accurate","record_filter":"wr"}""").ShouldSucceedAsync();
        created.Keys().ShouldBe("success msg alert_id alert_type map_count record_filter map_count_state");
        var id = (long)created["alert_id"]!;
        ((bool)created["success"]!, (string)created["alert_type"]!, (int)created["map_count"]!, (string)created["record_filter"]!).ShouldBe((true, "accurate", 0, "wr"));

        var alert = (await CountedAsync(user, "counted"))!;
        alert.Keys().ShouldBe("id mapName mapId createdAt recordFilter isActive alertType mapCount watchedMaps mapCountState mapCountedAt");
        alert["id"]!.GetValueKind().ShouldBe(JsonValueKind.String);
        ((string)alert["id"]!, (string)alert["mapName"]!, (string)alert["mapId"]!, (string)alert["recordFilter"]!, (bool)alert["isActive"]!).ShouldBe(
            ($"{id}", "Demo Mapper's map alerts", $"map_{id}", "wr", true));
        var maps = host.Sandbox.World.MapsOf("Demo Mapper").Where(map => map.IsListed).ToList();
        ((int)alert["mapCount"]!, (int)alert["watchedMaps"]!, (string)alert["alertType"]!).ShouldBe((maps.Count, maps.Count(m => m.Uid is not null), "accurate"));

        await user.AskAsync("POST", Path, "{}").ShouldFailAsync(409, "alert.exists");
        (await user.AskAsync("PUT", $"{Path}/{id}", """{"record_filter":" ALL "}""").ShouldSucceedAsync()).ToJsonString().ShouldBe("""{"success":true,"record_filter":"all"}""");
        ((string)(await ListAsync(user))[0]!["recordFilter"]!).ShouldBe("all");
        (await user.AskAsync("PUT", $"{Path}/{id}", "{}").ShouldSucceedAsync())["record_filter"]!.GetValue<string>().ShouldBe("top5");
        (await user.AskAsync("DELETE", $"{Path}/{id}").ShouldSucceedAsync()).Keys().ShouldBe("success msg");
        await user.AskAsync("DELETE", $"{Path}/{id}").ShouldFailAsync(404, "alert.not_found");
        (await user.AskAsync("POST", Path).ShouldSucceedAsync())["record_filter"]!.GetValue<string>().ShouldBe("top5");
    }

    [Fact]
    public async Task A_mapper_of_many_maps_gets_the_other_mode_and_as_many_watched_maps_as_the_site_allows()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Administration:InitialAdmin"] = "admin" });
        var admin = await host.SignInAsync("admin");
        await admin.AskAsync("PUT", "/api/v1/admin/config", """{"config_key":"max_maps_per_user","config_value":"150"}""").ShouldSucceedAsync();
        var user = await host.SignInAsync("Prolific Mapper");

        await user.AskAsync("POST", Path, "{}").ShouldSucceedAsync();

        var alert = (await CountedAsync(user, "counted"))!;
        ((int)alert["mapCount"]!).ShouldBeGreaterThan(1000);
        ((int)alert["watchedMaps"]!, (string)alert["alertType"]!).ShouldBe((150, "inaccurate"));
    }

    [Fact]
    public async Task A_count_that_fails_is_repeated_until_the_site_answers()
    {
        var clock = new FastClock(30);
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Trackmania:MaxRetries"] = "0" }, clock);
        host.Sandbox.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.InternalServerError) { Times = 1 });
        var user = await host.SignInAsync("Solo");

        await user.AskAsync("POST", Path, "{}").ShouldSucceedAsync();

        ((int)(await CountedAsync(user, "counted"))!["mapCount"]!).ShouldBe(1);
        host.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(2);
    }

    [Fact]
    public async Task Of_fifty_created_at_once_one_is_there()
    {
        await using var host = Start();
        var user = await host.SignInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => user.AskAsync("POST", Path, "{}")));

        answers.Count(a => (int)a.Status == 200).ShouldBe(1);
        answers.Count(a => (int)a.Status == 409).ShouldBe(49);
        (await ListAsync(user)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_is_wrong_or_of_another_user_has_its_answer()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["RateLimits:CreateAlert"] = "1/300" });
        var (owner, stranger) = (await host.SignInAsync(), await host.SignInAsync());
        var id = (long)(await owner.AskAsync("POST", Path, "{}").ShouldSucceedAsync())["alert_id"]!;

        await owner.AskAsync("POST", Path, "{}").ShouldFailAsync(429, "rate_limit.exceeded");
        await stranger.AskAsync("POST", Path, """{"alert_type":"exact"}""").ShouldFailAsync(400, "validation.failed");
        await stranger.AskAsync("POST", Path, """{"record_filter":"top10"}""").ShouldFailAsync(400, "validation.failed");
        await stranger.AskAsync("POST", Path, """{"alert_type":1}""").ShouldFailAsync(400, "request.malformed");
        await stranger.AskAsync("PUT", $"{Path}/{id}", """{"record_filter":"all"}""").ShouldFailAsync(404, "alert.not_found");
        await stranger.AskAsync("DELETE", $"{Path}/{id}").ShouldFailAsync(404, "alert.not_found");
        foreach (var nonsense in new[] { "abc", "0", "-1", "1.5", "99999999999999999999" })
        {
            await owner.AskAsync("PUT", $"{Path}/{nonsense}", """{"record_filter":"all"}""").ShouldFailAsync(404, "alert.not_found");
            await owner.AskAsync("DELETE", $"{Path}/{nonsense}").ShouldFailAsync(404, "alert.not_found");
        }

        await owner.AskAsync("PUT", $"{Path}/{id}", """{"record_filter":"worst"}""").ShouldFailAsync(400, "validation.failed");
        (await ListAsync(owner)).ShouldHaveSingleItem();
    }

    private static async Task<JsonArray> ListAsync(SignedInUser user) => (await user.AskAsync("GET", Path).ShouldSucceedAsync())["alerts"]!.AsArray();

    private static async Task<JsonNode?> CountedAsync(SignedInUser user, string state) =>
        (await Eventually.GetAsync(() => ListAsync(user), alerts => (string)alerts[0]!["mapCountState"]! == state))[0];
}
