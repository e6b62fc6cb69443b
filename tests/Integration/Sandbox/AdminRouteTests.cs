using System.Net;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sandbox;

public sealed class AdminRouteTests
{
    private static Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body, HttpResponseMessage Response)> PostAsync(SandboxHarness sandbox, string path) =>
        sandbox.SendAsync(HttpMethod.Post, sandbox.Server.BaseUrl, "sandbox/" + path);

    [Fact]
    public async Task The_overview_names_hosts_and_mappers()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var body = await sandbox.GetAsync(sandbox.Server.BaseUrl, "sandbox/");

        body.GetProperty("hosts").GetProperty("live").GetString().ShouldBe(sandbox.Server.LiveUrl.ToString());
        body.GetProperty("mappers").GetProperty("Prolific Mapper").GetInt32().ShouldBe(1200);
        body.GetProperty("mappers").GetProperty("Nobody").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task The_credentials_are_public()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var body = await sandbox.GetAsync(sandbox.Server.BaseUrl, "sandbox/credentials");

        body.GetProperty("basicAuthorization").GetString().ShouldBe(SandboxCredentials.FromSeed(2020).BasicAuthorization);
        body.GetProperty("oauthClientSecret").GetString().ShouldBe(SandboxCredentials.FromSeed(2020).OAuthClientSecret);
    }

    [Fact]
    public async Task Faults_are_added_listed_and_cleared()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var added = await PostAsync(sandbox, "faults?host=tmx&kind=toomanyrequests&times=1&retryAfterSeconds=2&match=tags&everyNth=1");
        var spoilt = await sandbox.SendAsync(HttpMethod.Get, sandbox.Server.TmxUrl, "api/meta/tags");
        var listed = await sandbox.GetAsync(sandbox.Server.BaseUrl, "sandbox/faults");
        (await sandbox.SendAsync(HttpMethod.Delete, sandbox.Server.BaseUrl, "sandbox/faults")).Status.ShouldBe(HttpStatusCode.NoContent);

        added.Status.ShouldBe(HttpStatusCode.Created);
        spoilt.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        spoilt.Response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
        listed[0].GetProperty("applied").GetInt32().ShouldBe(1);
        sandbox.Server.Faults.Rules.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tokens_are_revoked()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.CoreTokenAsync();

        (await PostAsync(sandbox, "revoke?host=core")).Status.ShouldBe(HttpStatusCode.NoContent);

        (await sandbox.StatusAsync(sandbox.Server.CoreUrl, "zones/", token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Every_scenario_step_can_be_taken()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uids = sandbox.Uids("Demo Mapper", 20);
        var account = sandbox.Server.World.FindMapper("Solo")!.AccountId;

        (await PostAsync(sandbox, $"scenario/new-player?map={uids[0]}&score=30000")).Body.GetProperty("score").GetInt32().ShouldBe(30_000);
        (await PostAsync(sandbox, $"scenario/improve?map={uids[0]}&by=5")).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(sandbox, $"scenario/tie?map={uids[0]}&position=1")).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(sandbox, $"scenario/overtake?map={uids[0]}")).Body.GetProperty("position").GetInt32().ShouldBe(1);
        (await PostAsync(sandbox, $"scenario/remove?map={uids[0]}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await PostAsync(sandbox, $"scenario/grow?map={uids[1]}&to=10001")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await PostAsync(sandbox, $"scenario/rename?account={account}&name=Duo")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await PostAsync(sandbox, $"scenario/update-map?map={uids[2]}")).Body.GetProperty("uid").GetString().ShouldNotBe(uids[2], StringComparer.Ordinal);
        (await PostAsync(sandbox, $"scenario/unlist?map={uids[3]}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await PostAsync(sandbox, "scenario/upload-map?mapper=Solo&name=Second")).Body.GetProperty("name").GetString().ShouldBe("Second");
        (await PostAsync(sandbox, "scenario/upload-map-during-paging?mapper=Solo")).Status.ShouldBe(HttpStatusCode.NoContent);

        sandbox.Server.World.BoardOf(uids[1]).Count.ShouldBe(10_001);
        sandbox.Server.World.DisplayNameOf(account).ShouldBe("Duo");
        (await sandbox.GetAsync(sandbox.Server.BaseUrl, "sandbox/maps?mapper=Solo")).GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Traffic_is_reported_and_reset()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        await sandbox.GetAsync(sandbox.Server.TmxUrl, "api/meta/tags");
        await sandbox.LiveTokenAsync();

        var body = await sandbox.GetAsync(sandbox.Server.BaseUrl, "sandbox/traffic?hosts=core,tmx&windowMs=500&last=1");
        (await sandbox.SendAsync(HttpMethod.Delete, sandbox.Server.BaseUrl, "sandbox/traffic")).Status.ShouldBe(HttpStatusCode.NoContent);

        body.GetProperty("counts").GetRawText().ShouldBe("""{"Core":1,"Tmx":1}""");
        body.GetProperty("maxInWindow").GetInt32().ShouldBe(2);
        body.GetProperty("last")[0].GetProperty("pathAndQuery").GetString().ShouldBe("/v2/authentication/token/basic");
        sandbox.Server.Traffic.Entries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("faults?host=tmx")]
    [InlineData("faults?host=moon&kind=Hang")]
    [InlineData("faults?host=tmx&kind=3")]
    [InlineData("faults?host=tmx&kind=Hang&everyNth=0")]
    [InlineData("faults?host=tmx&kind=Hang&times=x")]
    [InlineData("scenario/nonsense?map=x")]
    [InlineData("scenario/tie?map=unknown")]
    [InlineData("scenario/rename?account=x&name=y")]
    public async Task Mistakes_are_explained(string path)
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var answer = await PostAsync(sandbox, path);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Body.GetProperty("error").GetString().ShouldNotBeNullOrEmpty();
    }
}
