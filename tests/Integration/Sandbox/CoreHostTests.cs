using System.Net;
using System.Text;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sandbox;

public sealed class CoreHostTests
{
    private static string Basic(string login, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login}:{password}"));

    private static Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body, HttpResponseMessage Response)> LogInAsync(
        SandboxHarness sandbox, string? authorization, string? body) => sandbox.SendAsync(
        HttpMethod.Post, sandbox.Server.CoreUrl, "v2/authentication/token/basic", authorization,
        body is null ? null : SandboxHarness.JsonBody(body));

    [Theory]
    [InlineData("NadeoServices")]
    [InlineData("NadeoLiveServices")]
    public async Task A_login_gives_two_tokens_with_the_documented_claims(string audience)
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var (access, refresh) = await sandbox.LogInAsync(audience);

        var now = SandboxHarness.Start.ToUnixTimeSeconds();
        var claims = SandboxHarness.Claims(access);
        claims.GetProperty("aud").GetString().ShouldBe(audience);
        claims.GetProperty("iss").GetString().ShouldBe("NadeoServices");
        claims.GetProperty("iat").GetInt64().ShouldBe(now);
        claims.GetProperty("sat").GetInt64().ShouldBe(now);
        claims.GetProperty("rat").GetInt64().ShouldBe(now + 1800);
        claims.GetProperty("exp").GetInt64().ShouldBe(now + 3600);
        claims.GetProperty("usg").GetString().ShouldBe("Server");
        claims.GetProperty("aun").GetString().ShouldBe(sandbox.Server.Credentials.ServerLogin);
        claims.GetProperty("rtk").GetBoolean().ShouldBeFalse();
        claims.GetProperty("pce").GetBoolean().ShouldBeFalse();
        claims.TryGetProperty("refresh_aud", out _).ShouldBeFalse();
        Guid.Parse(claims.GetProperty("sub").GetString()!).ShouldNotBe(Guid.Empty);

        var second = SandboxHarness.Claims(refresh);
        second.GetProperty("aud").GetString().ShouldBe("NadeoServices");
        second.GetProperty("refresh_aud").GetString().ShouldBe(audience);
        second.GetProperty("rtk").GetBoolean().ShouldBeTrue();
        second.GetProperty("rat").GetInt64().ShouldBe(now + 43200);
        second.GetProperty("exp").GetInt64().ShouldBe(now + 86400);
        second.GetProperty("limit_type").GetString().ShouldBe("none");
        second.GetProperty("sid").GetString().ShouldBe(claims.GetProperty("sid").GetString());
        second.GetProperty("jti").GetString().ShouldNotBe(claims.GetProperty("jti").GetString(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_login_without_a_body_is_for_the_core_audience()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var (status, body, _) = await LogInAsync(sandbox, "Basic " + sandbox.Server.Credentials.BasicAuthorization, null);

        status.ShouldBe(HttpStatusCode.OK);
        SandboxHarness.Claims(body.GetProperty("accessToken").GetString()!).GetProperty("aud").GetString().ShouldBe("NadeoServices");
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_and_say_what_is_wrong()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var login = sandbox.Server.Credentials.ServerLogin;

        var unknown = await LogInAsync(sandbox, Basic("somebody", "else"), "{}");
        var wrong = await LogInAsync(sandbox, Basic(login, "else"), "{}");
        var none = await LogInAsync(sandbox, null, "{}");

        unknown.Status.ShouldBe(HttpStatusCode.Unauthorized);
        unknown.Body.GetProperty("message").GetString().ShouldBe("Username could not be found.");
        wrong.Status.ShouldBe(HttpStatusCode.Unauthorized);
        wrong.Body.GetProperty("message").GetString().ShouldBe("Invalid credentials.");
        none.Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("""{"audience":"NadeoClubServices"}""")]
    [InlineData("""{"audience":7}""")]
    [InlineData("""{"audience":""")]
    [InlineData("[]")]
    public async Task An_unknown_audience_is_a_validation_error_with_a_list_of_details(string body)
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var answer = await LogInAsync(sandbox, "Basic " + sandbox.Server.Credentials.BasicAuthorization, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Body.GetProperty("code").GetString().ShouldBe("C-AA-00-03");
        answer.Body.GetProperty("info")[0].GetString().ShouldNotBeNull().ShouldContain("audience");
    }

    [Fact]
    public async Task A_refresh_gives_two_new_tokens_of_the_bound_audience_and_session()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var (access, refresh) = await sandbox.LogInAsync("NadeoLiveServices");

        var (status, body, _) = await sandbox.SendAsync(
            HttpMethod.Post, sandbox.Server.CoreUrl, "v2/authentication/token/refresh", "nadeo_v1 t=" + refresh);

        status.ShouldBe(HttpStatusCode.OK);
        var next = body.GetProperty("accessToken").GetString()!;
        next.ShouldNotBe(access, StringComparer.Ordinal);
        body.GetProperty("refreshToken").GetString().ShouldNotBe(refresh, StringComparer.Ordinal);
        SandboxHarness.Claims(next).GetProperty("aud").GetString().ShouldBe("NadeoLiveServices");
        SandboxHarness.Claims(next).GetProperty("sid").GetString().ShouldBe(SandboxHarness.Claims(access).GetProperty("sid").GetString());
    }

    [Fact]
    public async Task A_refresh_token_lives_for_a_day()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var (_, refresh) = await sandbox.LogInAsync("NadeoLiveServices");

        Task<(HttpStatusCode Status, System.Text.Json.JsonElement, HttpResponseMessage)> RefreshAsync() => sandbox.SendAsync(
            HttpMethod.Post, sandbox.Server.CoreUrl, "v2/authentication/token/refresh", "nadeo_v1 t=" + refresh);

        sandbox.Clock.Advance(TimeSpan.FromSeconds(86399));
        (await RefreshAsync()).Status.ShouldBe(HttpStatusCode.OK);
        sandbox.Clock.Advance(TimeSpan.FromSeconds(1));
        (await RefreshAsync()).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_access_token_does_not_refresh()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var (access, _) = await sandbox.LogInAsync("NadeoServices");

        var (status, _, _) = await sandbox.SendAsync(
            HttpMethod.Post, sandbox.Server.CoreUrl, "v2/authentication/token/refresh", "nadeo_v1 t=" + access);

        status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Only_a_living_core_access_token_opens_the_core_routes()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var (access, refresh) = await sandbox.LogInAsync("NadeoServices");
        var (live, _) = await sandbox.LogInAsync("NadeoLiveServices");

        Task<HttpStatusCode> AskAsync(string? authorization) => sandbox.StatusAsync(sandbox.Server.CoreUrl, "zones/", authorization);

        (await AskAsync("nadeo_v1 t=" + access)).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("Bearer " + access)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("nadeo_v1 t=" + refresh)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("nadeo_v1 t=" + live)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("nadeo_v1 t=" + Tampered(access))).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("nadeo_v1 t=a.b.c")).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("nadeo_v1 t=")).ShouldBe(HttpStatusCode.Unauthorized);
        sandbox.Clock.Advance(TimeSpan.FromHours(1));
        (await AskAsync("nadeo_v1 t=" + access)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Tokens_are_good_in_every_sandbox_of_the_same_seed_and_in_no_other()
    {
        await using var first = await SandboxHarness.StartAsync();
        await using var twin = await SandboxHarness.StartAsync();
        await using var stranger = await SandboxHarness.StartAsync(new SandboxOptions { Seed = 7 });

        var token = await first.CoreTokenAsync();

        (await twin.StatusAsync(twin.Server.CoreUrl, "zones/", token)).ShouldBe(HttpStatusCode.OK);
        (await stranger.StatusAsync(stranger.Server.CoreUrl, "zones/", token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Maps_by_uid_leave_unknown_ones_out_and_do_not_keep_the_order()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uids = sandbox.Uids("Demo Mapper");

        var body = await sandbox.GetAsync(
            sandbox.Server.CoreUrl, "maps/by-uid/?mapUidList=unknown," + string.Join(',', uids), await sandbox.CoreTokenAsync());

        var answered = body.EnumerateArray().Select(m => m.GetProperty("mapUid").GetString()!).ToArray();
        answered.ShouldBe(uids, ignoreOrder: true);
        answered.ShouldNotBe(uids);
    }

    [Fact]
    public async Task Maps_by_id_and_one_map_show_the_same_map()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var map = sandbox.Server.World.MapsOf("Solo")[0];
        var token = await sandbox.CoreTokenAsync();

        var many = await sandbox.GetAsync(sandbox.Server.CoreUrl, $"maps/by-id/?mapIdList={Guid.Empty},{map.OnlineMapId}", token);
        var one = await sandbox.GetAsync(sandbox.Server.CoreUrl, $"maps/{map.OnlineMapId}", token);

        many.GetArrayLength().ShouldBe(1);
        many[0].GetRawText().ShouldBe(one.GetRawText());
        one.GetProperty("mapUid").GetString().ShouldBe(map.Uid);
        one.GetProperty("mapType").GetString().ShouldBe("TrackMania\\TM_Race");
        one.GetProperty("name").GetString().ShouldBe(map.FormattedName);
        one.GetProperty("timestamp").GetString().ShouldNotBeNull().ShouldEndWith("+00:00");
    }

    [Fact]
    public async Task A_malformed_map_id_gives_details_as_an_object()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.CoreTokenAsync();

        var many = await sandbox.SendAsync(HttpMethod.Get, sandbox.Server.CoreUrl, "maps/by-id/?mapIdList=nonsense", token);
        var one = await sandbox.SendAsync(HttpMethod.Get, sandbox.Server.CoreUrl, "maps/nonsense", token);
        var unknown = await sandbox.SendAsync(HttpMethod.Get, sandbox.Server.CoreUrl, $"maps/{Guid.Empty}", token);

        many.Status.ShouldBe(HttpStatusCode.BadRequest);
        many.Body.GetProperty("info").GetProperty("mapIdList").GetString().ShouldBe("Invalid uuid.");
        one.Status.ShouldBe(HttpStatusCode.BadRequest);
        unknown.Status.ShouldBe(HttpStatusCode.NotFound);
        unknown.Body.GetProperty("code").GetString().ShouldBe("C-AL-02-03");
    }

    [Fact]
    public async Task A_request_line_of_8220_characters_is_too_long_and_one_less_is_not()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.CoreTokenAsync();
        var path = "maps/by-uid/?mapUidList=";
        var room = 8220 - "GET /".Length - path.Length - " HTTP/1.1".Length;

        (await sandbox.StatusAsync(sandbox.Server.CoreUrl, path + new string('a', room), token)).ShouldBe(HttpStatusCode.RequestUriTooLong);
        (await sandbox.StatusAsync(sandbox.Server.CoreUrl, path + new string('a', room - 1), token)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Records_of_given_accounts_leave_out_who_has_none_and_hide_secret_times()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var world = sandbox.Server.World;
        var map = world.MapsOf("Demo Mapper").First(m => world.BoardOf(m.Uid!).Any(r => r.IsSecret) && world.BoardOf(m.Uid!).Any(r => !r.IsSecret));
        var secret = world.BoardOf(map.Uid!).First(r => r.IsSecret);
        var open = world.BoardOf(map.Uid!).First(r => !r.IsSecret);

        var body = await sandbox.GetAsync(
            sandbox.Server.CoreUrl,
            $"v2/mapRecords/by-account/?accountIdList={open.AccountId},{Guid.Empty},{secret.AccountId}&mapId={map.OnlineMapId}",
            await sandbox.CoreTokenAsync());

        var records = body.EnumerateArray().ToDictionary(r => r.GetProperty("accountId").GetGuid());
        records.Count.ShouldBe(2);
        records[secret.AccountId].GetProperty("recordScore").GetProperty("time").GetInt64().ShouldBe(4294967295);
        records[open.AccountId].GetProperty("recordScore").GetProperty("time").GetInt64().ShouldBe(open.Score);
        records[open.AccountId].GetProperty("recordScore").GetProperty("respawnCount").GetInt64().ShouldBe(4294967295);
        records[open.AccountId].GetProperty("timestamp").GetDateTimeOffset().ShouldBe(open.Timestamp);
        records[open.AccountId].GetProperty("medal").GetInt32().ShouldBeInRange(0, 4);
    }

    [Theory]
    [InlineData("accountIdList=nonsense&mapId={0}", HttpStatusCode.BadRequest)]
    [InlineData("accountIdList={1}&mapId=nonsense", HttpStatusCode.BadRequest)]
    [InlineData("accountIdList={1}&mapId={0}&seasonId=Personal_Best", HttpStatusCode.BadRequest)]
    [InlineData("accountIdList={1}&mapId={0}&gameMode=Stunt", HttpStatusCode.NotFound)]
    [InlineData("accountIdList={1}&mapId={1}", HttpStatusCode.NotFound)]
    public async Task Records_of_given_accounts_are_refused_for_wrong_parameters(string query, HttpStatusCode expected)
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var map = sandbox.Server.World.MapsOf("Solo")[0];

        var status = await sandbox.StatusAsync(
            sandbox.Server.CoreUrl,
            "v2/mapRecords/by-account/?" + query.Replace("{0}", map.OnlineMapId.ToString(), StringComparison.Ordinal).Replace("{1}", Guid.Empty.ToString(), StringComparison.Ordinal),
            await sandbox.CoreTokenAsync());

        status.ShouldBe(expected);
    }

    [Fact]
    public async Task Zones_form_a_tree_under_the_world()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var zones = (await sandbox.GetAsync(sandbox.Server.CoreUrl, "zones/", await sandbox.CoreTokenAsync())).EnumerateArray().ToArray();

        var ids = zones.Select(z => z.GetProperty("zoneId").GetString()).ToHashSet(StringComparer.Ordinal);
        ids.Count.ShouldBe(zones.Length);
        zones.Single(z => z.GetProperty("parentId").GetString() is null).GetProperty("zoneId").GetString().ShouldBe(SandboxHarness.World);
        zones.ShouldAllBe(z => z.GetProperty("parentId").GetString() == null || ids.Contains(z.GetProperty("parentId").GetString()));
    }

    private static string Tampered(string token)
    {
        var parts = token.Split('.');
        return parts[0] + "." + parts[1][..^1] + (parts[1][^1] == 'A' ? 'B' : 'A') + "." + parts[2];
    }
}
