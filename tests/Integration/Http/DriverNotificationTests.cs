using System.Text.Json;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Http;

public abstract class DriverNotificationTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Path = "/api/v1/driver/notifications";
    private const string Name = "O'Reilly -- <b>;select & 🏁 $f00";

    [Fact]
    public async Task A_notification_lives_as_existing_clients_expect()
    {
        await using var host = Start();
        var (map, record) = Record(host, position: 3);
        var user = await LinkedAsync(host, record);

        (await user.AskAsync("GET", Path).ShouldSucceedAsync()).ToJsonString().ShouldBe("""{"notifications":[]}""");
        var created = await user.AskAsync("POST", Path, new { mapUid = $" {map.Uid} ", mapName = Name }).ShouldSucceedAsync();
        created.Keys().ShouldBe("success msg position personalBest personalBestFormatted");
        ((bool)created["success"]!, (int)created["position"]!, (long)created["personalBest"]!).ShouldBe((true, 3, record.Score));
        ((string)created["personalBestFormatted"]!).ShouldMatch(@"^(\d+:)?\d{1,2}\.\d{3}$");

        var listed = (await user.AskAsync("GET", Path).ShouldSucceedAsync())["notifications"]!.AsArray().ShouldHaveSingleItem()!;
        listed.Keys().ShouldBe("id mapUid mapName currentPosition personalBest personalBestFormatted status createdAt lastChecked isActive");
        listed["id"]!.GetValueKind().ShouldBe(JsonValueKind.String);
        ((string)listed["mapUid"]!, (string)listed["mapName"]!, (int)listed["currentPosition"]!, (long)listed["personalBest"]!, (string)listed["status"]!, (bool)listed["isActive"]!).ShouldBe(
            (map.Uid!, Name, 3, record.Score, "active", true));
        ((string)listed["personalBestFormatted"]!).ShouldBe((string)created["personalBestFormatted"]!);
        ((string)listed["lastChecked"]!).ShouldBe((string)listed["createdAt"]!);

        await user.AskAsync("POST", Path, new { mapUid = map.Uid, mapName = Name }).ShouldFailAsync(409, "driver_notification.exists");
        (await user.AskAsync("DELETE", $"{Path}/{(string)listed["id"]!}").ShouldSucceedAsync()).Keys().ShouldBe("success msg");
        await user.AskAsync("DELETE", $"{Path}/{(string)listed["id"]!}").ShouldFailAsync(404, "driver_notification.not_found");
    }

    [Fact]
    public async Task Each_reason_against_one_has_its_answer()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Trackmania:MaxRetries"] = "0", ["RateLimits:CreateDriverNotification"] = "20/300" });
        var (map, record) = Record(host, position: 6);
        var (user, unlinked) = (await LinkedAsync(host, record), await host.SignInAsync());
        var id = (await unlinked.AskAsync("POST", Path, new { mapUid = map.Uid, mapName = Name })).Body;

        ((string)id["code"]!, (bool)id["requiresTmUsername"]!).ShouldBe(("driver_notification.no_player", true));
        await user.AskAsync("POST", Path, new { mapUid = map.Uid, mapName = Name }).ShouldFailAsync(400, "driver_notification.not_among_the_first");
        await user.AskAsync("POST", Path, new { mapUid = "no_such_map", mapName = Name }).ShouldFailAsync(400, "driver_notification.no_leaderboard");
        foreach (var bad in new object[] { new { mapName = Name }, new { mapUid = map.Uid }, new { mapUid = "a/b", mapName = Name }, new { mapUid = map.Uid, mapName = " " }, new { mapUid = map.Uid, mapName = new string('n', 501) }, "{}" })
        {
            await user.AskAsync("POST", Path, bad).ShouldFailAsync(400, "validation.failed");
        }

        host.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.InternalServerError));
        await user.AskAsync("POST", Path, new { mapUid = "another", mapName = Name }).ShouldFailAsync(502, "upstream.nadeo_unavailable");
        await user.AskAsync("DELETE", $"{Path}/abc").ShouldFailAsync(404, "driver_notification.not_found");
        for (var i = 0; i < 20; i++)
        {
            await user.AskAsync("POST", Path, new { mapUid = "another", mapName = Name });
        }

        await user.AskAsync("POST", Path, new { mapUid = "another", mapName = Name }).ShouldFailAsync(429, "rate_limit.exceeded");
    }

    [Fact]
    public async Task The_number_that_an_administrator_allows_is_never_exceeded()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Administration:InitialAdmin"] = "admin" });
        var admin = await host.SignInAsync("admin");
        await admin.AskAsync("PUT", "/api/v1/admin/config", """{"config_key":"max_driver_notifications","config_value":2}""").ShouldSucceedAsync();

        // One who holds the record on several maps.
        var driven = host.Sandbox.World.MapsOf("Prolific Mapper").Where(m => m.Uid is not null).SelectMany(map => host.Sandbox.World.BoardOf(map.Uid!).Take(100).Where(record => !record.IsSecret).Select(record => (map, record)))
            .GroupBy(d => d.record.AccountId).First(d => d.Count() >= 5).Take(5).ToList();
        var maps = driven.ConvertAll(d => d.map);
        foreach (var (map, record) in driven)
        {
            host.Sandbox.Scenario.Improve(map.Uid!, record.AccountId, (int)record.Score - 1);
        }

        var user = await LinkedAsync(host, driven[0].record);
        var stranger = await host.SignInAsync();
        var answers = await Task.WhenAll(maps.Concat(maps).Select(map => user.AskAsync("POST", Path, new { mapUid = map.Uid, mapName = map.Name })));

        answers.Count(a => (int)a.Status == 200).ShouldBe(2);
        answers.Count(a => (int)a.Status == 409).ShouldBe(8);
        var listed = (await user.AskAsync("GET", Path).ShouldSucceedAsync())["notifications"]!.AsArray();
        listed.Count.ShouldBe(2);
        await stranger.AskAsync("DELETE", $"{Path}/{(string)listed[0]!["id"]!}").ShouldFailAsync(404, "driver_notification.not_found");
    }

    /// <summary>A record with a time that is told.</summary>
    private static (SandboxMap Map, SandboxRecord Record) Record(BackendHost host, int position) => host.Sandbox.World.MapsOf("Demo Mapper").Where(map => map.Uid is not null)
        .Select(map => (Map: map, Record: host.Sandbox.World.BoardOf(map.Uid!).FirstOrDefault(r => r.Position == position)!))
        .First(found => found.Record is { IsSecret: false });

    private static async Task<SignedInUser> LinkedAsync(BackendHost host, SandboxRecord record)
    {
        var user = await host.SignInAsync();
        await user.AskAsync("POST", "/api/v1/users/tm-username", new { tmUsername = host.Sandbox.World.DisplayNameOf(record.AccountId) }).ShouldSucceedAsync();
        return user;
    }
}
