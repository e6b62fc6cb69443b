using System.Net;
using System.Text.Json;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sandbox;

public sealed class FaultTests
{
    private const string Users = "api/users?fields=Name&name=Solo";

    private static Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> AskAsync(SandboxHarness sandbox, string path = Users) =>
        sandbox.SendAsync(HttpMethod.Get, sandbox.Server.TmxUrl, path);

    [Fact]
    public async Task Too_many_requests_comes_with_and_without_retry_after_and_only_so_many_times()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.TooManyRequests) { Times = 1, RetryAfter = TimeSpan.FromSeconds(2) });
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.TooManyRequests) { Times = 1 });

        var first = await AskAsync(sandbox);
        var second = await AskAsync(sandbox);
        var third = await AskAsync(sandbox);

        first.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        first.Response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
        second.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        second.Response.Headers.RetryAfter.ShouldBeNull();
        third.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(FaultKind.InternalServerError, 500)]
    [InlineData(FaultKind.BadGateway, 502)]
    [InlineData(FaultKind.ServiceUnavailable, 503)]
    public async Task Server_errors_have_an_html_body_until_cleared(FaultKind kind, int status)
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, kind));

        for (var i = 0; i < 3; i++)
        {
            var answer = await AskAsync(sandbox);
            ((int)answer.Status).ShouldBe(status);
            answer.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
            (await answer.Response.Content.ReadAsStringAsync(SandboxHarness.Ct)).ShouldContain("<html>");
        }

        sandbox.Server.Faults.Clear();
        (await AskAsync(sandbox)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_fault_hits_only_its_host_and_the_requests_that_match()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var rule = sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.BadGateway) { Match = "name=Demo Mapper" });

        (await AskAsync(sandbox)).Status.ShouldBe(HttpStatusCode.OK);
        (await AskAsync(sandbox, "api/users?fields=Name&name=Demo%20Mapper")).Status.ShouldBe(HttpStatusCode.BadGateway);
        (await sandbox.StatusAsync(sandbox.Server.OAuthUrl, "api/display-names?name=Demo%20Mapper")).ShouldBe(HttpStatusCode.Unauthorized);
        rule.Seen.ShouldBe(1);
        rule.Applied.ShouldBe(1);
    }

    [Fact]
    public async Task A_fault_can_hit_every_third_request()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.ServiceUnavailable) { EveryNth = 3, Times = 2 });

        var statuses = new List<int>();
        for (var i = 0; i < 9; i++)
        {
            statuses.Add((int)(await AskAsync(sandbox)).Status);
        }

        statuses.ShouldBe([200, 200, 503, 200, 200, 503, 200, 200, 200]);
    }

    [Fact]
    public async Task A_reset_connection_gives_no_answer()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.ConnectionReset) { Times = 1 });

        await Should.ThrowAsync<HttpRequestException>(() => AskAsync(sandbox));
        (await AskAsync(sandbox)).Status.ShouldBe(HttpStatusCode.OK);
        sandbox.Server.Traffic.Entries[0].Status.ShouldBe(0);
    }

    [Fact]
    public async Task A_truncated_answer_ends_before_its_content_length()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.TruncatedBody) { Times = 1 });

        using var response = await sandbox.Http.GetAsync(
            new Uri(sandbox.Server.TmxUrl, Users), HttpCompletionOption.ResponseHeadersRead, SandboxHarness.Ct);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentLength!.Value.ShouldBeGreaterThan(20);
        await Should.ThrowAsync<Exception>(() => response.Content.ReadAsStringAsync(SandboxHarness.Ct));
    }

    [Fact]
    public async Task A_cut_answer_is_complete_http_with_broken_json()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.CutJson) { Times = 1 });

        var text = await sandbox.Http.GetStringAsync(new Uri(sandbox.Server.TmxUrl, Users), SandboxHarness.Ct);

        text.ShouldStartWith("{\"More\":");
        Should.Throw<JsonException>(() => JsonElement.Parse(text));
    }

    [Fact]
    public async Task A_hanging_request_goes_on_when_the_fault_is_removed()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var rule = sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.Hang) { Times = 1 });

        var hanging = AskAsync(sandbox);
        (await AskAfterArrivalAsync(sandbox, rule)).ShouldBe(HttpStatusCode.OK);
        hanging.IsCompleted.ShouldBeFalse();

        sandbox.Server.Faults.Remove(rule);
        (await hanging).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_client_can_give_up_on_a_hanging_request()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var rule = sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.Hang));
        using var patience = new CancellationTokenSource();

        var hanging = sandbox.Http.GetAsync(new Uri(sandbox.Server.TmxUrl, Users), patience.Token);
        await UntilAsync(() => rule.Applied == 1);
        await patience.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => hanging);
    }

    [Fact]
    public async Task A_sandbox_stops_although_a_request_hangs()
    {
        var sandbox = await SandboxHarness.StartAsync();
        var rule = sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.Hang));
        var hanging = AskAsync(sandbox);
        await UntilAsync(() => rule.Applied == 1);

        await sandbox.Server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), SandboxHarness.Ct);

        await Should.ThrowAsync<HttpRequestException>(() => hanging);
        await sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_slow_answer_takes_its_time_on_the_sandbox_s_clock()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var rule = sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.Slow) { Delay = TimeSpan.FromSeconds(20) });

        var slow = AskAsync(sandbox);
        await UntilAsync(() => rule.Applied == 1);
        (await sandbox.StatusAsync(sandbox.Server.OAuthUrl, "api/display-names")).ShouldBe(HttpStatusCode.Unauthorized);
        slow.IsCompleted.ShouldBeFalse();

        while (!slow.IsCompleted)
        {
            sandbox.Clock.Advance(TimeSpan.FromSeconds(20));
            await Task.WhenAny(slow, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, SandboxHarness.Ct));
        }

        (await slow).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(SandboxHost.Core)]
    [InlineData(SandboxHost.Live)]
    [InlineData(SandboxHost.OAuth)]
    public async Task Revoked_tokens_are_refused_and_new_ones_accepted_in_the_same_second(SandboxHost host)
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var (url, path, tokenAsync) = host switch
        {
            SandboxHost.Core => (sandbox.Server.CoreUrl, "zones/", (Func<Task<string>>)sandbox.CoreTokenAsync),
            SandboxHost.Live => (sandbox.Server.LiveUrl, "api/token/leaderboard/group/Personal_Best/map/x/top", sandbox.LiveTokenAsync),
            _ => (sandbox.Server.OAuthUrl, "api/display-names", sandbox.OAuthTokenAsync),
        };
        var old = await tokenAsync();
        (await sandbox.StatusAsync(url, path, old)).ShouldBe(HttpStatusCode.OK);

        sandbox.Server.Faults.RevokeTokens(host);

        (await sandbox.StatusAsync(url, path, old)).ShouldBe(HttpStatusCode.Unauthorized);
        (await sandbox.StatusAsync(url, path, await tokenAsync())).ShouldBe(HttpStatusCode.OK);
        sandbox.Clock.Advance(TimeSpan.FromMinutes(5));
        (await sandbox.StatusAsync(url, path, old)).ShouldBe(HttpStatusCode.Unauthorized);
        (await sandbox.StatusAsync(url, path, await tokenAsync())).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Revocation_on_the_core_host_covers_refresh_tokens_and_leaves_the_live_host_alone()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var (access, refresh) = await sandbox.LogInAsync("NadeoLiveServices");

        sandbox.Server.Faults.RevokeTokens(SandboxHost.Core);

        (await sandbox.SendAsync(HttpMethod.Post, sandbox.Server.CoreUrl, "v2/authentication/token/refresh", "nadeo_v1 t=" + refresh))
            .Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await sandbox.StatusAsync(sandbox.Server.LiveUrl, "api/token/leaderboard/group/Personal_Best/map/x/top", "nadeo_v1 t=" + access))
            .ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_single_401_can_come_in_the_middle_of_a_run()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.LiveTokenAsync();
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Unauthorized) { Times = 1, EveryNth = 2 });

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            statuses.Add(await sandbox.StatusAsync(sandbox.Server.LiveUrl, "api/token/leaderboard/group/Personal_Best/map/x/top", token));
        }

        statuses.ShouldBe([HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.OK]);
    }

    [Fact]
    public async Task Positions_can_be_empty_for_no_reason()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var token = await sandbox.LiveTokenAsync();
        var uid = sandbox.Uids("Demo Mapper")[0];
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Live, FaultKind.EmptyPositions) { Times = 1, Match = uid });

        (await sandbox.TopAsync(token, uid)).ShouldNotBeNull();
        (await sandbox.PositionsAsync(token, (uid, 9_999_999))).ShouldBeEmpty();
        (await sandbox.PositionsAsync(token, (uid, 9_999_999))).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_stale_host_answers_as_of_some_time_ago()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uid = sandbox.Uids("Demo Mapper", 10)[0];
        sandbox.Clock.Advance(TimeSpan.FromMinutes(10));
        var token = await sandbox.LiveTokenAsync();
        var record = sandbox.Server.Scenario.NewPlayer(uid);
        var count = sandbox.Server.World.BoardOf(uid).Count;

        async Task<int> PlayersAsync() =>
            (await sandbox.PositionsAsync(token, (uid, 9_999_999)))[0].GetProperty("zones")[0].GetProperty("ranking").GetProperty("position").GetInt32() - 1;

        async Task<bool> IsOnTopAsync() => (await sandbox.TopAsync(token, uid)).Any(r => r.GetProperty("accountId").GetGuid() == record.AccountId);

        sandbox.Server.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Stale) { Delay = TimeSpan.FromMinutes(5) });
        (await PlayersAsync()).ShouldBe(count - 1);
        (await IsOnTopAsync()).ShouldBeFalse();

        sandbox.Server.Faults.Clear();
        (await PlayersAsync()).ShouldBe(count);
        (await IsOnTopAsync()).ShouldBeTrue();
    }

    private static async Task<HttpStatusCode> AskAfterArrivalAsync(SandboxHarness sandbox, FaultRule rule)
    {
        await UntilAsync(() => rule.Applied == 1);
        return (await AskAsync(sandbox)).Status;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            SandboxHarness.Ct.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
