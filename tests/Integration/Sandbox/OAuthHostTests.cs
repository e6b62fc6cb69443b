using System.Net;

namespace Backend.Integration.Sandbox;

public sealed class OAuthHostTests
{
    private static string Ids(IEnumerable<Guid> ids) => string.Join('&', ids.Select(id => $"accountId[]={id}"));

    private static Guid[] Players(SandboxHarness sandbox, int count) =>
        [.. sandbox.Server.World.BoardOf(sandbox.Uids("Grand Stadium", 5000)[0]).Select(r => r.AccountId).Take(count)];

    [Fact]
    public async Task Client_credentials_give_an_hour_without_a_refresh_token()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var credentials = sandbox.Server.Credentials;

        var (_, body, _) = await sandbox.AskOAuthTokenAsync(credentials.OAuthClientId, credentials.OAuthClientSecret);

        body.GetProperty("token_type").GetString().ShouldBe("bearer");
        body.GetProperty("expires_in").GetInt32().ShouldBe(3600);
        body.TryGetProperty("refresh_token", out _).ShouldBeFalse();
        SandboxHarness.Claims(body.GetProperty("access_token").GetString()!).GetProperty("aud").GetString().ShouldBe(credentials.OAuthClientId);
    }

    [Fact]
    public async Task Wrong_clients_grants_and_bodies_are_refused()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var credentials = sandbox.Server.Credentials;

        var wrong = await sandbox.AskOAuthTokenAsync(credentials.OAuthClientId, "wrong");
        var grant = await sandbox.AskOAuthTokenAsync(credentials.OAuthClientId, credentials.OAuthClientSecret, "password");
        var json = await sandbox.SendAsync(HttpMethod.Post, sandbox.Server.OAuthUrl, "api/access_token", content: SandboxHarness.JsonBody("{}"));

        wrong.Status.ShouldBe(HttpStatusCode.Unauthorized);
        wrong.Body.GetProperty("error").GetString().ShouldBe("invalid_client");
        grant.Status.ShouldBe(HttpStatusCode.BadRequest);
        json.Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Only_a_living_bearer_token_of_this_host_resolves_names()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.OAuthTokenAsync();
        var core = (await sandbox.LogInAsync("NadeoServices")).Access;

        Task<HttpStatusCode> AskAsync(string? authorization) =>
            sandbox.StatusAsync(sandbox.Server.OAuthUrl, "api/display-names?accountId[]=x", authorization);

        (await AskAsync(token)).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync("Bearer " + core)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(token.Replace("Bearer ", "nadeo_v1 t=", StringComparison.Ordinal))).ShouldBe(HttpStatusCode.Unauthorized);
        sandbox.Clock.Advance(TimeSpan.FromHours(1));
        (await AskAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("accountId[]")]
    [InlineData("accountId%5B%5D")]
    [InlineData("accountId[3]")]
    public async Task Names_are_resolved_in_each_spelling_of_the_parameter(string parameter)
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var mapper = sandbox.Server.World.FindMapper("Ünï Cödé.Mapper-42")!;

        var body = await sandbox.GetAsync(sandbox.Server.OAuthUrl, $"api/display-names?{parameter}={mapper.AccountId}", await sandbox.OAuthTokenAsync());

        body.GetProperty(mapper.AccountId.ToString()).GetString().ShouldBe("Ünï Cödé.Mapper-42");
    }

    [Fact]
    public async Task Fifty_players_resolve_at_once_and_unknown_ones_are_left_out()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var world = sandbox.Server.World;
        var players = Players(sandbox, 49);

        var body = await sandbox.GetAsync(
            sandbox.Server.OAuthUrl, $"api/display-names?accountId[]={Guid.Empty}&{Ids(players)}", await sandbox.OAuthTokenAsync());

        body.EnumerateObject().ToDictionary(p => Guid.Parse(p.Name), p => p.Value.GetString())
            .ShouldBe(players.Where(p => world.DisplayNameOf(p) is not null).ToDictionary(p => p, p => world.DisplayNameOf(p)), ignoreOrder: true);
    }

    [Fact]
    public async Task More_than_fifty_ids_are_refused()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.OAuthTokenAsync();

        (await sandbox.StatusAsync(sandbox.Server.OAuthUrl, "api/display-names?" + Ids(Players(sandbox, 51)), token)).ShouldBe(HttpStatusCode.BadRequest);
        (await sandbox.StatusAsync(sandbox.Server.OAuthUrl, "api/display-names?" + Ids(Players(sandbox, 50)), token)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task When_nothing_matches_the_answer_is_an_empty_list()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.OAuthTokenAsync();

        (await sandbox.GetAsync(sandbox.Server.OAuthUrl, $"api/display-names?accountId[]={Guid.Empty}", token)).GetRawText().ShouldBe("[]");
        (await sandbox.GetAsync(sandbox.Server.OAuthUrl, "api/display-names/account-ids?displayName[]=Nobody%20At%20All", token)).GetRawText().ShouldBe("[]");
    }

    [Fact]
    public async Task A_few_players_on_boards_have_no_name()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var nameless = Players(sandbox, 2000).Where(p => sandbox.Server.World.DisplayNameOf(p) is null).ToArray();

        nameless.Length.ShouldBeInRange(1, 100);
        (await sandbox.GetAsync(sandbox.Server.OAuthUrl, "api/display-names?" + Ids(nameless.Take(50)), await sandbox.OAuthTokenAsync()))
            .GetRawText().ShouldBe("[]");
    }

    [Fact]
    public async Task Ids_are_found_by_name_whatever_the_case()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var player = Players(sandbox, 10).First(p => sandbox.Server.World.DisplayNameOf(p) is not null);
        var name = sandbox.Server.World.DisplayNameOf(player)!;

        var body = await sandbox.GetAsync(
            sandbox.Server.OAuthUrl,
            $"api/display-names/account-ids?displayName[]={Uri.EscapeDataString(name.ToUpperInvariant())}&displayName[]=unknown",
            await sandbox.OAuthTokenAsync());

        body.EnumerateObject().Single().Name.ShouldBe(name);
        body.GetProperty(name).GetGuid().ShouldBe(player);
    }

    [Fact]
    public async Task Some_players_change_their_name_as_time_goes_by()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.OAuthTokenAsync();
        var players = Players(sandbox, 2000);
        var before = players.ToDictionary(p => p, sandbox.Server.World.DisplayNameOf);

        sandbox.Clock.Advance(TimeSpan.FromDays(50));
        var renamed = players.First(p => before[p] != sandbox.Server.World.DisplayNameOf(p));

        token = await sandbox.OAuthTokenAsync();
        var now = sandbox.Server.World.DisplayNameOf(renamed)!;
        (await sandbox.GetAsync(sandbox.Server.OAuthUrl, $"api/display-names?accountId[]={renamed}", token))
            .GetProperty(renamed.ToString()).GetString().ShouldBe(now);
        (await sandbox.GetAsync(sandbox.Server.OAuthUrl, "api/display-names/account-ids?displayName[]=" + Uri.EscapeDataString(now), token))
            .GetProperty(now).GetGuid().ShouldBe(renamed);
        (await sandbox.GetAsync(sandbox.Server.OAuthUrl, "api/display-names/account-ids?displayName[]=" + Uri.EscapeDataString(before[renamed]!), token))
            .GetRawText().ShouldBe("[]");
    }
}
