using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Trackmania;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.AspNetCore.Http;

namespace Backend.Integration.Trackmania;

public sealed class NadeoTokenTests
{
    private const string EmptyBoard = """{"tops":[{"zoneId":"301e1b69-7e13-11e8-8060-e284abfd2bc4","zoneName":"World","top":[]}]}""";

    [Fact]
    public async Task Twenty_parallel_calls_log_in_once()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => ReadAsync(clients))));

        Logins(clients).ShouldBe(1);
        clients.Sandbox.Traffic.Count(SandboxHost.Core).ShouldBe(1);
        clients.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(20);
    }

    [Theory]
    [InlineData(25, 0, 0)]
    [InlineData(32, 1, 0)]
    [InlineData(55, 1, 0)]
    [InlineData(65, 1, 0)]
    [InlineData(23 * 60, 1, 0)]
    [InlineData(25 * 60, 0, 1)]
    public async Task A_token_is_renewed_in_time_and_no_call_is_refused(int minutes, int refreshes, int logins)
    {
        var clock = new FastClock(100);
        await using var clients = await UpstreamClients.WithSandboxAsync(clock: clock);
        await ReadAsync(clients);

        clock.Advance(TimeSpan.FromMinutes(minutes));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ReadAsync(clients)));

        Refreshes(clients).ShouldBe(refreshes);
        Logins(clients).ShouldBe(1 + logins);
        (await clients.AnsweredAsync()).ShouldAllBe(entry => entry.Status == 200);
    }

    [Theory]
    [InlineData(55)]
    [InlineData(65)]
    public async Task A_refused_refresh_leads_to_a_login(int minutes)
    {
        var clock = new FastClock(100);
        await using var clients = await UpstreamClients.WithSandboxAsync(clock: clock);
        await ReadAsync(clients);
        clients.Sandbox.Faults.RevokeTokens(SandboxHost.Core);

        clock.Advance(TimeSpan.FromMinutes(minutes));
        await ReadAsync(clients);

        (await clients.AnsweredAsync()).Where(entry => entry.Host == SandboxHost.Core).Select(entry => (entry.PathAndQuery.Split('/')[^1], entry.Status))
            .ShouldBe([("basic", 200), ("refresh", 401), ("basic", 200)]);
    }

    [Fact]
    public async Task A_token_refused_in_mid_run_is_replaced_once_for_all_callers()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        await ReadAsync(clients);
        clients.Sandbox.Faults.RevokeTokens(SandboxHost.Live);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => ReadAsync(clients))));

        clients.Sandbox.Traffic.Count(SandboxHost.Core).ShouldBe(2);
        (await clients.AnsweredAsync()).Count(entry => entry.Status == 401).ShouldBeInRange(1, 10);
        (await clients.AnsweredAsync()).Count(entry => entry is { Host: SandboxHost.Live, Status: 200 }).ShouldBe(11);
    }

    [Fact]
    public async Task A_token_that_is_refused_for_ever_is_replaced_once_a_call()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Unauthorized));

        var result = await clients.Leaderboards.ReadAsync(Uid(), TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Code.ShouldBe("upstream.nadeo_unauthorized");
        clients.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(2);
        clients.Sandbox.Traffic.Count(SandboxHost.Core).ShouldBe(2);
    }

    [Fact]
    public async Task Wrong_credentials_are_an_error_and_not_tried_again_by_themselves()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync(change: options => options with { ServerAuthorization = new Secret("d3Jvbmc6d3Jvbmc=") });

        var result = await clients.Leaderboards.ReadAsync(Uid(), TestContext.Current.CancellationToken);

        var again = await clients.Leaderboards.ReadAsync(Uid(), TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Code.ShouldBe("upstream.nadeo_unauthorized");
        again.Error.ShouldBe(result.Error);
        (await clients.AnsweredAsync()).ShouldHaveSingleItem().Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_restart_goes_on_with_the_stored_token()
    {
        var store = new InMemoryUpstreamTokenStore(TimeProvider.System);
        await using var clients = await UpstreamClients.WithSandboxAsync(tokens: store);
        await ReadAsync(clients);
        var stored = (await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        (stored.ExpiresAt - stored.RefreshAfter).ShouldBe(TimeSpan.FromMinutes(30));
        stored.RefreshExpiresAt.ShouldNotBeNull().ShouldBe(stored.ExpiresAt.AddHours(23));

        using var second = new NadeoTokenProvider(clients.Get<NadeoAuthenticationClient>(), store, clients.Clock, clients.Get<Microsoft.Extensions.Logging.ILogger<NadeoTokenProvider>>());
        var token = await second.Tokens.GetAsync(TestContext.Current.CancellationToken);

        token.Value.Reveal().ShouldBe(stored.AccessToken.Reveal());
        Logins(clients).ShouldBe(1);
    }

    [Fact]
    public async Task A_token_that_another_instance_has_renewed_is_taken_over()
    {
        var clock = new FastClock(100);
        var store = new InMemoryUpstreamTokenStore(clock);
        await using var clients = await UpstreamClients.WithSandboxAsync(clock: clock, tokens: store);
        await ReadAsync(clients);
        clock.Advance(TimeSpan.FromMinutes(55));
        using var other = new NadeoTokenProvider(clients.Get<NadeoAuthenticationClient>(), store, clients.Clock, clients.Get<Microsoft.Extensions.Logging.ILogger<NadeoTokenProvider>>());
        await other.Tokens.GetAsync(TestContext.Current.CancellationToken);

        await ReadAsync(clients);

        Refreshes(clients).ShouldBe(1);
        Logins(clients).ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_end_the_renewal_for_the_others()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var hang = clients.Sandbox.Faults.Add(new Fault(SandboxHost.Core, FaultKind.Hang));
        using var cancellation = new CancellationTokenSource();
        var impatient = clients.Leaderboards.ReadAsync(Uid(), cancellation.Token);
        var patient = clients.Leaderboards.ReadAsync(Uid(), TestContext.Current.CancellationToken);
        await Until(() => Logins(clients) == 1);

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(impatient);
        patient.IsCompleted.ShouldBeFalse();
        clients.Sandbox.Faults.Remove(hang);

        (await patient).IsSuccess.ShouldBeTrue();
        Logins(clients).ShouldBe(1);
    }

    [Fact]
    public async Task A_token_that_still_works_is_used_while_no_new_one_can_be_had()
    {
        var clock = new FastClock(100);
        await using var clients = await UpstreamClients.WithSandboxAsync(clock: clock);
        await ReadAsync(clients);
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.Core, FaultKind.BadGateway));
        clock.Advance(TimeSpan.FromMinutes(40));

        await ReadAsync(clients);
        var attempts = clients.Sandbox.Traffic.Count(SandboxHost.Core);
        await ReadAsync(clients);

        clients.Sandbox.Traffic.Count(SandboxHost.Core).ShouldBe(attempts);
        clock.Advance(TimeSpan.FromMinutes(30));
        (await clients.Leaderboards.ReadAsync(Uid(), TestContext.Current.CancellationToken)).Error.ShouldNotBeNull().Code.ShouldBe("upstream.nadeo_unavailable");
    }

    [Fact]
    public async Task An_answer_without_a_refresh_token_keeps_the_old_one()
    {
        var clock = new FastClock(100);
        var answers = 0;
        await using var upstream = await ScriptedUpstream.StartAsync(
            clock,
            context => ScriptedUpstream.JsonAsync(context, EmptyBoard),
            context => ScriptedUpstream.JsonAsync(
                context,
                ++answers == 1
                    ? $$"""{"accessToken":"{{ScriptedUpstream.Jwt(clock, "a1", 3600)}}","refreshToken":"{{ScriptedUpstream.Jwt(clock, "r1", 86400)}}"}"""
                    : $$"""{"accessToken":"{{ScriptedUpstream.Jwt(clock, $"a{answers}", 3600)}}"}"""));
        await using var clients = UpstreamClients.With(upstream, clock);
        await ReadAsync(clients);

        for (var i = 0; i < 2; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(45));
            await ReadAsync(clients);
        }

        var requests = upstream.TokenRequests.ToList();
        requests.Count.ShouldBe(3);
        requests[1].ShouldStartWith("/v2/authentication/token/refresh nadeo_v1 t=");
        requests[2].ShouldBe(requests[1]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"accessToken":"opaque","refreshToken":"opaque"}""")]
    [InlineData("""{"accessToken":"e30.e30.e30"}""")]
    [InlineData("""{"accessToken":"e30.bm8ganNvbg.e30"}""")]
    [InlineData("[]")]
    public async Task A_token_without_dates_is_an_error(string json)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, _ => Task.CompletedTask, context => ScriptedUpstream.JsonAsync(context, json));
        await using var clients = UpstreamClients.With(upstream, clock);

        var result = await clients.Leaderboards.ReadAsync(Uid(), TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Code.ShouldBe("upstream.nadeo_unintelligible");
        upstream.TokenRequests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_clock_that_differs_from_upstreams_does_no_harm()
    {
        var clock = new FastClock(100);
        var behind = new FastClock(100);
        clock.Advance(TimeSpan.FromHours(30));
        await using var upstream = await ScriptedUpstream.StartAsync(behind, context => ScriptedUpstream.JsonAsync(context, EmptyBoard));
        await using var clients = UpstreamClients.With(upstream, clock);

        await ReadAsync(clients);
        await ReadAsync(clients);

        upstream.TokenRequests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_login_asks_for_the_audience_of_the_live_services()
    {
        var clock = new FastClock(100);
        var seen = "";
        await using var upstream = await ScriptedUpstream.StartAsync(
            clock,
            _ => Task.CompletedTask,
            async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                seen = $"{context.Request.Method} {context.Request.ContentType} {context.Request.ContentLength} {await reader.ReadToEndAsync(context.RequestAborted)}";
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
            });
        await using var clients = UpstreamClients.With(upstream, clock, options => options with { ServerAuthorization = new Secret("bG9naW46cGFzcw==") });

        var result = await clients.Leaderboards.ReadAsync(Uid(), TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Code.ShouldBe("upstream.nadeo_refused");
        seen.ShouldBe("""POST application/json 32 {"audience":"NadeoLiveServices"}""");
        upstream.TokenRequests.ShouldBe(["/v2/authentication/token/basic Basic bG9naW46cGFzcw=="]);
    }

    private static int Logins(UpstreamClients clients) => clients.Sandbox.Traffic.Count(SandboxHost.Core, "/v2/authentication/token/basic");

    private static int Refreshes(UpstreamClients clients) => clients.Sandbox.Traffic.Count(SandboxHost.Core, "/v2/authentication/token/refresh");

    private static MapUid Uid() => MapUid.TryCreate("unknown-map", out var uid) ? uid : default;

    private static async Task ReadAsync(UpstreamClients clients) =>
        (await clients.Leaderboards.ReadAsync(Uid(), TestContext.Current.CancellationToken)).Error.ShouldBeNull();

    private static async Task Until(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            i.ShouldBeLessThan(2000, "It never happened.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
