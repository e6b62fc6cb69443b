using System.Net;

namespace Backend.Integration.Sandbox;

public sealed class ScenarioTests
{
    private static string Board(SandboxHarness sandbox, int least = 20) =>
        sandbox.Uids("Demo Mapper", least).First(uid => !sandbox.Server.World.BoardOf(uid).Any(r => r.IsSecret));

    [Fact]
    public async Task A_new_player_takes_the_lead_and_pushes_everybody_down()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = Board(sandbox);
        var before = sandbox.Server.World.BoardOf(uid);

        var record = sandbox.Server.Scenario.NewPlayer(uid);

        record.Position.ShouldBe(1);
        record.Timestamp.ShouldBe(SandboxHarness.Start);
        var rows = await sandbox.TopAsync(await sandbox.LiveTokenAsync(), uid);
        rows[0].GetProperty("accountId").GetGuid().ShouldBe(record.AccountId);
        rows[0].GetProperty("score").GetInt32().ShouldBe(before[0].Score - 1);
        rows[1].GetProperty("accountId").GetGuid().ShouldBe(before[0].AccountId);
        rows[1].GetProperty("timestamp").GetInt64().ShouldBe(before[0].Timestamp.ToUnixTimeSeconds());
        sandbox.Server.World.BoardOf(uid).Count.ShouldBe(before.Count + 1);
    }

    [Fact]
    public async Task The_first_player_opens_an_empty_board()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = sandbox.Server.World.MapsOf("Demo Mapper").First(m => sandbox.Server.World.BoardOf(m.Uid!).Count == 0).Uid!;

        sandbox.Server.Scenario.NewPlayer(uid, 50_000);

        (await sandbox.TopAsync(await sandbox.LiveTokenAsync(), uid)).Single().GetProperty("score").GetInt32().ShouldBe(50_000);
    }

    [Fact]
    public async Task An_improvement_replaces_the_row()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = Board(sandbox);
        var before = sandbox.Server.World.BoardOf(uid);
        var who = before[10];

        var record = sandbox.Server.Scenario.Improve(uid, who.AccountId, byMilliseconds: who.Score - before[3].Score + 1);

        var after = sandbox.Server.World.BoardOf(uid);
        after.Count.ShouldBe(before.Count);
        after.Count(r => r.AccountId == who.AccountId).ShouldBe(1);
        after[record.Position - 1].AccountId.ShouldBe(who.AccountId);
        after[record.Position - 1].Timestamp.ShouldBe(SandboxHarness.Start);
        record.Position.ShouldBeLessThanOrEqualTo(4);
    }

    [Fact]
    public async Task A_tie_comes_after_the_earlier_record()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = Board(sandbox);
        var leader = sandbox.Server.World.BoardOf(uid)[0];

        var record = sandbox.Server.Scenario.Tie(uid);

        var after = sandbox.Server.World.BoardOf(uid);
        after[0].ShouldBe(leader);
        record.Score.ShouldBe(leader.Score);
        record.Position.ShouldBe(after.Count(r => r.Score == leader.Score));
    }

    [Fact]
    public async Task An_overtaken_player_moves_down_by_one()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = Board(sandbox);
        var victim = sandbox.Server.World.BoardOf(uid)[5];

        var record = sandbox.Server.Scenario.Overtake(uid, victim.AccountId);

        var now = sandbox.Server.World.BoardOf(uid).Single(r => r.AccountId == victim.AccountId);
        now.Position.ShouldBe(victim.Position + 1);
        now.Timestamp.ShouldBe(victim.Timestamp);
        record.Score.ShouldBe(victim.Score - 1);
    }

    [Fact]
    public async Task A_removed_record_lets_everybody_behind_move_up()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = Board(sandbox);
        var before = sandbox.Server.World.BoardOf(uid);

        sandbox.Server.Scenario.Remove(uid);

        var after = sandbox.Server.World.BoardOf(uid);
        after.Count.ShouldBe(before.Count - 1);
        after[0].AccountId.ShouldBe(before[1].AccountId);
        after[0].Position.ShouldBe(1);
        sandbox.Server.World.BoardOf(uid, SandboxHarness.Start - TimeSpan.FromSeconds(1)).Count.ShouldBe(before.Count);
    }

    [Fact]
    public async Task A_scenario_record_stays_while_the_world_moves_on()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = Board(sandbox);
        var player = sandbox.Server.Scenario.NewPlayer(uid, 1_000).AccountId;

        sandbox.Clock.Advance(TimeSpan.FromDays(100));

        var board = sandbox.Server.World.BoardOf(uid);
        board[0].AccountId.ShouldBe(player);
        board.Count(r => r.Timestamp > SandboxHarness.Start).ShouldBeGreaterThan(0);
        board.Select(r => r.AccountId).Distinct().Count().ShouldBe(board.Count);
    }

    [Fact]
    public async Task A_renamed_account_resolves_to_the_new_name_only()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var mapper = sandbox.Server.World.FindMapper("Solo")!;
        var token = await sandbox.OAuthTokenAsync();

        sandbox.Server.Scenario.Rename(mapper.AccountId, "Duo");

        (await sandbox.GetAsync(sandbox.Server.OAuthUrl, $"api/display-names?accountId[]={mapper.AccountId}", token))
            .GetProperty(mapper.AccountId.ToString()).GetString().ShouldBe("Duo");
        (await sandbox.GetAsync(sandbox.Server.OAuthUrl, "api/display-names/account-ids?displayName[]=duo&displayName[]=Solo", token))
            .GetRawText().ShouldBe($$"""{"Duo":"{{mapper.AccountId}}"}""");
    }

    [Fact]
    public async Task New_players_have_names_too()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var player = sandbox.Server.Scenario.NewPlayer(Board(sandbox)).AccountId;
        var name = sandbox.Server.World.DisplayNameOf(player)!;

        (await sandbox.GetAsync(sandbox.Server.OAuthUrl, $"api/display-names/account-ids?displayName[]={name}", await sandbox.OAuthTokenAsync()))
            .GetProperty(name).GetGuid().ShouldBe(player);
    }

    [Fact]
    public async Task An_updated_map_has_a_new_uid_and_an_empty_board_while_the_old_one_lives_on()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var old = sandbox.Server.World.FindMap(Board(sandbox))!;
        var token = await sandbox.LiveTokenAsync();

        var updated = sandbox.Server.Scenario.UpdateMap(old.Uid!);

        updated.Uid.ShouldNotBe(old.Uid, StringComparer.Ordinal);
        var row = (await sandbox.GetAsync(sandbox.Server.TmxUrl, $"api/maps?fields=MapUid&id={old.MapId}")).GetProperty("Results")[0];
        row.GetProperty("MapUid").GetString().ShouldBe(updated.Uid);
        (await sandbox.GetAsync(sandbox.Server.TmxUrl, $"api/maps?fields=MapUid&uid={old.Uid}")).GetProperty("Results").GetArrayLength().ShouldBe(0);
        (await sandbox.TopAsync(token, updated.Uid!)).ShouldBeEmpty();
        (await sandbox.TopAsync(token, old.Uid!)).ShouldNotBeEmpty();
        sandbox.Server.World.MapsOf("Demo Mapper").Count.ShouldBe(24);
    }

    [Fact]
    public async Task An_unlisted_map_is_gone_from_the_site_and_its_cursor_leads_nowhere()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = Board(sandbox);
        var map = sandbox.Server.World.FindMap(uid)!;

        sandbox.Server.Scenario.Unlist(uid);

        (await sandbox.GetAsync(sandbox.Server.TmxUrl, "api/maps?fields=MapId&author=Demo%20Mapper")).GetProperty("Results").GetArrayLength().ShouldBe(23);
        (await sandbox.GetAsync(sandbox.Server.TmxUrl, $"api/maps?fields=MapId&author=Demo%20Mapper&after={map.MapId}")).GetProperty("Results").GetArrayLength().ShouldBe(0);
        (await sandbox.TopAsync(await sandbox.LiveTokenAsync(), uid)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_map_uploaded_while_paging_does_not_disturb_the_cursor()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var expected = sandbox.Server.World.MapsOf("Demo Mapper").Select(m => m.MapId).ToArray();
        sandbox.Server.Scenario.UploadMapDuringPaging("Demo Mapper");

        var first = (await sandbox.GetAsync(sandbox.Server.TmxUrl, "api/maps?fields=MapId&count=10&author=Demo%20Mapper"))
            .GetProperty("Results").EnumerateArray().Select(r => r.GetProperty("MapId").GetInt64()).ToArray();
        var rest = (await sandbox.GetAsync(sandbox.Server.TmxUrl, $"api/maps?fields=MapId&author=Demo%20Mapper&after={first[^1]}"))
            .GetProperty("Results").EnumerateArray().Select(r => r.GetProperty("MapId").GetInt64()).ToArray();

        first.Concat(rest).ShouldBe(expected);
        var now = sandbox.Server.World.MapsOf("Demo Mapper");
        now.Count.ShouldBe(25);
        expected.ShouldNotContain(now[0].MapId);
        now[0].UploadedAt.ShouldBe(SandboxHarness.Start);
    }

    [Fact]
    public async Task A_board_grows_past_ten_thousand()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = Board(sandbox);

        sandbox.Server.Scenario.Grow(uid);

        var token = await sandbox.LiveTokenAsync();
        sandbox.Server.World.BoardOf(uid).Count.ShouldBe(10_050);
        (await sandbox.TopAsync(token, uid, "onlyWorld=true&length=100&offset=9990")).Length.ShouldBe(10);
        (await sandbox.PositionsAsync(token, (uid, 9_999_999)))[0].GetProperty("zones")[0].GetProperty("ranking").GetProperty("position").GetInt32().ShouldBe(10_051);
    }

    [Fact]
    public async Task Unknown_maps_accounts_and_mappers_are_refused()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var scenario = sandbox.Server.Scenario;

        Should.Throw<ArgumentException>(() => scenario.NewPlayer("unknown"));
        Should.Throw<ArgumentException>(() => scenario.Improve(Board(sandbox), Guid.Empty));
        Should.Throw<ArgumentException>(() => scenario.Rename(Guid.Empty, "x"));
        Should.Throw<ArgumentException>(() => scenario.UploadMap("No Such Mapper"));
        (await sandbox.StatusAsync(sandbox.Server.BaseUrl, "sandbox/")).ShouldBe(HttpStatusCode.OK);
    }
}
