using System.Net;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sandbox;

public sealed class LiveHostTests
{
    private const int Slow = 9_999_999;

    [Fact]
    public async Task The_top_shows_the_board_of_the_world_row_by_row()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = sandbox.Uids("Demo Mapper", 100)[0];

        var rows = await sandbox.TopAsync(await sandbox.LiveTokenAsync(), uid);

        var board = sandbox.Server.World.BoardOf(uid);
        rows.Length.ShouldBe(100);
        rows.Select(r => r.GetProperty("position").GetInt32()).ShouldBe(Enumerable.Range(1, 100));
        rows.Select(r => r.GetProperty("accountId").GetGuid()).ShouldBe(board.Take(100).Select(r => r.AccountId));
        rows.Select(r => r.GetProperty("score").GetInt32()).ShouldBe(board.Take(100).Select(r => r.Score));
        rows.Select(r => r.GetProperty("timestamp").GetInt64()).ShouldBe(board.Take(100).Select(r => r.Timestamp.ToUnixTimeSeconds()));
        rows[0].EnumerateObject().Select(p => p.Name).ShouldBe(["accountId", "zoneId", "zoneName", "position", "score", "timestamp"]);
    }

    [Theory]
    [InlineData("onlyWorld=true", 1, 5)]
    [InlineData("onlyWorld=1&length=7", 1, 7)]
    [InlineData("onlyWorld=True&length=1000", 1, 100)]
    [InlineData("onlyWorld=true&length=3&offset=10", 11, 3)]
    [InlineData("onlyWorld=true&length=0", 0, 0)]
    [InlineData("length=50&offset=20", 1, 5)]
    [InlineData("onlyWorld=false&length=50", 1, 5)]
    public async Task Length_and_offset_follow_the_rules(string query, int firstPosition, int count)
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = sandbox.Uids("Grand Stadium", 5000)[0];

        var rows = await sandbox.TopAsync(await sandbox.LiveTokenAsync(), uid, query);

        rows.Length.ShouldBe(count);
        if (count > 0)
        {
            rows[0].GetProperty("position").GetInt32().ShouldBe(firstPosition);
        }
    }

    [Fact]
    public async Task Only_the_first_ten_thousand_rows_can_be_read()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = sandbox.Uids("Grand Stadium", 10_001)[0];
        var token = await sandbox.LiveTokenAsync();

        (await sandbox.TopAsync(token, uid, "onlyWorld=true&length=100&offset=9900"))[^1].GetProperty("position").GetInt32().ShouldBe(10_000);
        (await sandbox.TopAsync(token, uid, "onlyWorld=true&length=100&offset=9950")).Length.ShouldBe(50);
        (await sandbox.TopAsync(token, uid, "onlyWorld=true&length=100&offset=10000")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_zone_has_its_own_five_rows()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = sandbox.Uids("Grand Stadium", 5000)[0];
        var token = await sandbox.LiveTokenAsync();
        var zone = (await sandbox.TopAsync(token, uid))[40].GetProperty("zoneId").GetString();

        var rows = await sandbox.TopAsync(token, uid, "zoneId=" + zone);

        rows.Length.ShouldBe(5);
        rows.ShouldAllBe(r => r.GetProperty("zoneId").GetString() == zone);
        rows.Select(r => r.GetProperty("position").GetInt32()).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task An_unknown_group_is_an_empty_object()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.LiveTokenAsync();
        var uid = sandbox.Uids("Solo")[0];

        var top = await sandbox.GetAsync(sandbox.Server.LiveUrl, $"api/token/leaderboard/group/NLS-unknown/map/{uid}/top?onlyWorld=true", token);
        var around = await sandbox.GetAsync(sandbox.Server.LiveUrl, $"api/token/leaderboard/group/NLS-unknown/map/{uid}/surround/1/1?score=1", token);

        top.EnumerateObject().ShouldBeEmpty();
        around.EnumerateObject().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unknown_map_cannot_be_told_from_one_without_records()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var world = sandbox.Server.World;
        var empty = world.MapsOf("Demo Mapper").First(m => world.BoardOf(m.Uid!).Count == 0).Uid!;
        var token = await sandbox.LiveTokenAsync();

        foreach (var uid in new[] { empty, "doesNotExist" })
        {
            var body = await sandbox.GetAsync(sandbox.Server.LiveUrl, $"api/token/leaderboard/group/Personal_Best/map/{uid}/top?onlyWorld=true", token);
            body.GetRawText().ShouldBe(
                $$"""{"groupUid":"Personal_Best","mapUid":"{{uid}}","tops":[{"zoneId":"{{SandboxHarness.World}}","zoneName":"World","top":[]}]}""");
        }
    }

    [Fact]
    public async Task Secret_rows_keep_their_place_and_hide_their_time()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var world = sandbox.Server.World;
        var uid = world.MapsOf("Demo Mapper").First(m => world.BoardOf(m.Uid!).Any(r => r.IsSecret)).Uid!;

        var rows = await sandbox.TopAsync(await sandbox.LiveTokenAsync(), uid);

        rows[0].GetProperty("score").GetInt32().ShouldBe(-1);
        rows[0].GetProperty("position").GetInt32().ShouldBe(1);
        rows[0].GetProperty("timestamp").GetInt64().ShouldBeGreaterThan(0);
        rows.SkipWhile(r => r.GetProperty("score").GetInt32() == -1).ShouldAllBe(r => r.GetProperty("score").GetInt32() > 0);
    }

    [Fact]
    public async Task Answers_are_chunked_and_vary_by_authorization()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var (_, _, response) = await sandbox.SendAsync(
            HttpMethod.Get, sandbox.Server.LiveUrl, "api/token/leaderboard/group/Personal_Best/map/x/top", await sandbox.LiveTokenAsync());

        response.Headers.TransferEncodingChunked.ShouldBe(true);
        response.Headers.Vary.ShouldBe(["Authorization"]);
    }

    [Fact]
    public async Task Only_a_living_live_access_token_opens_the_live_routes()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var (access, refresh) = await sandbox.LogInAsync("NadeoLiveServices");
        var (core, _) = await sandbox.LogInAsync("NadeoServices");
        var oauth = await sandbox.OAuthTokenAsync();

        Task<HttpStatusCode> AskAsync(string? authorization) => sandbox.StatusAsync(
            sandbox.Server.LiveUrl, "api/token/leaderboard/group/Personal_Best/map/x/top?onlyWorld=true", authorization);

        (await AskAsync("nadeo_v1 t=" + access)).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("Bearer " + access)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("nadeo_v1 t=" + refresh)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("nadeo_v1 t=" + core)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(oauth.Replace("Bearer ", "nadeo_v1 t=", StringComparison.Ordinal))).ShouldBe(HttpStatusCode.Unauthorized);
        sandbox.Clock.Advance(TimeSpan.FromSeconds(3599));
        (await AskAsync("nadeo_v1 t=" + access)).ShouldBe(HttpStatusCode.OK);
        sandbox.Clock.Advance(TimeSpan.FromSeconds(1));
        (await AskAsync("nadeo_v1 t=" + access)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_request_without_a_user_agent_is_refused_on_every_host()
    {
        await using var sandbox = await SandboxHarness.StartAsync(new SandboxOptions { TmxMissingUserAgentStatus = 400 });

        async Task<string> AskAsync(string path) =>
            await sandbox.RawStatusLineAsync($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        (await AskAsync("/core/zones/")).ShouldContain("403");
        (await AskAsync("/live/api/token/map/x")).ShouldContain("403");
        (await AskAsync("/oauth/api/display-names")).ShouldContain("403");
        (await AskAsync("/tmx/api/maps?fields=MapId")).ShouldContain("400");
    }

    [Fact]
    public async Task A_sandbox_can_be_told_not_to_mind_a_missing_user_agent()
    {
        await using var sandbox = await SandboxHarness.StartAsync(new SandboxOptions { RequireUserAgent = false });

        (await sandbox.RawStatusLineAsync("GET /tmx/api/maps?fields=MapId HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).ShouldContain("200");
    }

    [Fact]
    public async Task A_position_is_the_number_of_records_as_fast_plus_one()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var world = sandbox.Server.World;
        var uid = sandbox.Uids("Demo Mapper", 50).First(u => !world.BoardOf(u).Any(r => r.IsSecret));
        var board = world.BoardOf(uid);
        var token = await sandbox.LiveTokenAsync();

        foreach (var score in new[] { 1, board[0].Score - 1, board[0].Score, board[20].Score, board[^1].Score, Slow })
        {
            var row = (await sandbox.PositionsAsync(token, (uid, score))).Single();
            row.GetProperty("score").GetInt32().ShouldBe(score);
            row.GetProperty("zones")[0].GetProperty("zoneId").GetString().ShouldBe(SandboxHarness.World);
            row.GetProperty("zones")[0].GetProperty("ranking").GetProperty("position").GetInt32().ShouldBe(board.Count(r => r.Score <= score) + 1);
            row.GetProperty("zones")[0].GetProperty("ranking").GetProperty("length").GetInt32().ShouldBe(0);
        }
    }

    [Fact]
    public async Task Only_the_first_fifty_maps_of_a_position_batch_count()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uids = sandbox.Uids("Prolific Mapper").Take(60).ToArray();

        var rows = await sandbox.PositionsAsync(await sandbox.LiveTokenAsync(), [.. uids.Select(u => (u, Slow))]);

        rows.Select(r => r.GetProperty("mapUid").GetString()!).ShouldBe(uids.Take(50), ignoreOrder: true);
    }

    [Fact]
    public async Task Unknown_maps_and_groups_are_left_out_of_a_position_batch()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.LiveTokenAsync();
        var uid = sandbox.Uids("Solo")[0];

        (await sandbox.PositionsAsync(token, ("unknown", Slow), (uid, Slow))).Single().GetProperty("mapUid").GetString().ShouldBe(uid);
        (await sandbox.AskPositionsAsync(token, [uid], [(uid, Slow)], "NLS-unknown")).Body.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_score_for_a_map_that_the_body_does_not_name_is_a_server_error()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uids = sandbox.Uids("Demo Mapper");

        var answer = await sandbox.AskPositionsAsync(await sandbox.LiveTokenAsync(), [uids[0]], [(uids[0], Slow), (uids[1], Slow)]);

        answer.Status.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task A_map_twice_in_the_body_is_answered_twice_and_a_map_without_a_score_not_at_all()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.LiveTokenAsync();
        var uids = sandbox.Uids("Demo Mapper");

        var answer = await sandbox.AskPositionsAsync(token, [uids[0], uids[0], uids[1]], [(uids[0], Slow)]);

        answer.Body.EnumerateArray().Select(r => r.GetProperty("mapUid").GetString()).ShouldBe([uids[0], uids[0]]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"maps\":")]
    [InlineData("{\"maps\":[{\"mapUid\":1}]}")]
    public async Task A_malformed_position_batch_is_a_bad_request(string body)
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var (status, _, _) = await sandbox.SendAsync(
            HttpMethod.Post, sandbox.Server.LiveUrl, "api/token/leaderboard/group/map?scores[x]=1", await sandbox.LiveTokenAsync(), SandboxHarness.JsonBody(body));

        status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_neighbours_of_a_time_enclose_a_row_of_the_token_s_own_account()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var world = sandbox.Server.World;
        var (access, _) = await sandbox.LogInAsync("NadeoLiveServices");
        var uid = sandbox.Uids("Demo Mapper", 50).First(u => !world.BoardOf(u).Any(r => r.IsSecret));
        var board = world.BoardOf(uid);
        var score = board[9].Score;
        var better = board.Count(r => r.Score <= score);

        var rows = (await sandbox.GetAsync(
            sandbox.Server.LiveUrl, $"api/token/leaderboard/group/Personal_Best/map/{uid}/surround/1/1?score={score}&onlyWorld=true", "nadeo_v1 t=" + access))
            .GetProperty("tops")[0].GetProperty("top").EnumerateArray().ToArray();

        rows.Select(r => r.GetProperty("position").GetInt32()).ShouldBe([better, better + 1, better + 2]);
        rows[0].GetProperty("accountId").GetGuid().ShouldBe(board[better - 1].AccountId);
        rows[1].GetProperty("accountId").GetString().ShouldBe(SandboxHarness.Claims(access).GetProperty("sub").GetString());
        rows[1].GetProperty("score").GetInt32().ShouldBe(score);
        rows[2].GetProperty("accountId").GetGuid().ShouldBe(board[better].AccountId);
    }

    [Fact]
    public async Task An_unknown_map_has_only_the_asked_row_around_and_without_a_score_there_is_nothing()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.LiveTokenAsync();

        var unknown = await sandbox.GetAsync(sandbox.Server.LiveUrl, "api/token/leaderboard/group/Personal_Best/map/unknown/surround/1/1?score=3600000000", token);
        var nothing = await sandbox.GetAsync(sandbox.Server.LiveUrl, "api/token/leaderboard/group/Personal_Best/map/unknown/surround/1/1", token);

        var row = unknown.GetProperty("tops")[0].GetProperty("top").EnumerateArray().Single();
        row.GetProperty("position").GetInt32().ShouldBe(1);
        row.GetProperty("score").GetInt64().ShouldBe(3_600_000_000);
        nothing.EnumerateObject().ShouldBeEmpty();
    }

    [Fact]
    public async Task Map_information_leaves_unknown_maps_out()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.LiveTokenAsync();
        var map = sandbox.Server.World.MapsOf("Solo")[0];

        var many = await sandbox.GetAsync(sandbox.Server.LiveUrl, $"api/token/map/get-multiple?mapUidList=unknown,{map.Uid}", token);
        var one = await sandbox.GetAsync(sandbox.Server.LiveUrl, $"api/token/map/{map.Uid}", token);

        many.GetProperty("itemCount").GetInt32().ShouldBe(1);
        many.GetProperty("mapList")[0].GetRawText().ShouldBe(one.GetRawText());
        one.GetProperty("authorTime").GetInt32().ShouldBe(map.AuthorTime);
        one.GetProperty("uploadTimestamp").GetInt64().ShouldBe(map.UploadedAt.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Map_information_takes_at_most_a_hundred_uids()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.LiveTokenAsync();
        var uids = sandbox.Uids("Prolific Mapper");

        (await sandbox.StatusAsync(sandbox.Server.LiveUrl, "api/token/map/get-multiple?mapUidList=" + string.Join(',', uids.Take(101)), token))
            .ShouldBe(HttpStatusCode.BadRequest);
        (await sandbox.GetAsync(sandbox.Server.LiveUrl, "api/token/map/get-multiple?mapUidList=" + string.Join(',', uids.Take(100)), token))
            .GetProperty("itemCount").GetInt32().ShouldBe(100);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    public async Task A_single_unknown_map_answers_with_the_chosen_status(int status)
    {
        await using var sandbox = await SandboxHarness.StartAsync(new SandboxOptions { LiveUnknownMapStatus = status });

        var answer = await sandbox.SendAsync(HttpMethod.Get, sandbox.Server.LiveUrl, "api/token/map/unknown", await sandbox.LiveTokenAsync());

        ((int)answer.Status).ShouldBe(status);
        answer.Body.GetProperty("error").GetString().ShouldBe("NotFoundHttpException");
    }
}
