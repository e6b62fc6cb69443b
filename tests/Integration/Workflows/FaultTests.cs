using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Workflows;

/// <summary>What upstream can do to a search, and what becomes of it.</summary>
public abstract class FaultTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Mapper = "Demo Mapper";
    private const int Maps = 24;

    // Pauses of seconds pass in milliseconds; leases stay long enough for a busy machine.
    private BackendHost Start() => Start(
        new Dictionary<string, string>(StringComparer.Ordinal) { ["MapSearches:Lease"] = "00:10:00", ["MapSearches:LeaseRenewal"] = "00:01:00" },
        new FastClock(40));

    public static TheoryData<SandboxHost, FaultKind> Passing => new(
        from host in new[] { SandboxHost.Live, SandboxHost.Tmx, SandboxHost.OAuth, SandboxHost.Core }
        from kind in new[]
        {
            FaultKind.TooManyRequests, FaultKind.InternalServerError, FaultKind.BadGateway, FaultKind.ServiceUnavailable,
            FaultKind.ConnectionReset, FaultKind.TruncatedBody, FaultKind.CutJson,
        }
        select (host, kind));

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task A_fault_that_passes_costs_time_and_nothing_else(SandboxHost at, FaultKind kind)
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        var rule = host.Sandbox.Faults.Add(new Fault(at, kind) { Times = 2, RetryAfter = kind == FaultKind.ServiceUnavailable ? TimeSpan.FromSeconds(3) : null });

        var id = await user.SubmitAsync(Mapper);
        var ended = await user.EndAsync(id);

        ((string)ended["status"]!).ShouldBe("completed", ended.ToJsonString());
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(Maps);
        ((int)ended["progress"]!["mapsFailed"]!).ShouldBe(0);
        rule.Applied.ShouldBe(2);
        (await user.ResultsAsync(id)).SelectMany(r => r["leaderboard"]!.AsArray()).ShouldContain(e => e!["playerName"] != null);
    }

    [Fact]
    public async Task A_call_that_hangs_is_given_up_and_repeated()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        var rule = host.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Hang) { Times = 1 });

        var ended = await user.EndAsync(await user.SubmitAsync(Mapper));

        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["mapsFailed"]!).ShouldBe(0);
        rule.Applied.ShouldBe(1);
    }

    [Fact]
    public async Task Tokens_withdrawn_in_the_middle_are_renewed()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Trackmania:NadeoRate"] = "20" });
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync(Mapper);
        await user.DoneAsync(id, 3);

        host.Sandbox.Faults.RevokeTokens(SandboxHost.Live);
        var ended = await user.EndAsync(id);

        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["mapsFailed"]!).ShouldBe(0);
        host.Sandbox.Traffic.Entries.Count(e => e.Host == SandboxHost.Live && e.Status == 401).ShouldBe(1);
    }

    [Fact]
    public async Task A_map_that_keeps_failing_is_named_in_its_place_and_the_rest_is_found()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        var bad = host.Sandbox.World.MapsOf(Mapper)[7];
        host.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.InternalServerError) { Match = bad.Uid });

        var id = await user.SubmitAsync(Mapper);
        var ended = await user.EndAsync(id);

        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(Maps);
        ((int)ended["progress"]!["mapsFailed"]!).ShouldBe(1);
        var results = await user.ResultsAsync(id);
        var row = results.Single(r => r["error"] is not null);
        ((long)row["mapId"]!).ShouldBe(bad.MapId);
        results.Select(r => (int)r["index"]!).ShouldBeInOrder();
        results.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Leaderboards_that_are_all_away_fail_the_search_and_not_map_by_map()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        host.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.BadGateway));

        var ended = await user.EndAsync(await user.SubmitAsync(Mapper), TimeSpan.FromSeconds(60));

        ((string)ended["status"]!).ShouldBe("failed");
        ((string)ended["error"]!).ShouldNotBeNullOrWhiteSpace();
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(0);
    }

    [Fact]
    public async Task A_map_site_that_is_away_fails_the_search_after_retries_with_a_reason()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        host.Sandbox.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.ServiceUnavailable));

        var ended = await user.EndAsync(await user.SubmitAsync(Mapper), TimeSpan.FromSeconds(60));

        ((string)ended["status"]!).ShouldBe("failed");
        ((string)ended["error"]!).ShouldContain("Trackmania Exchange");
        host.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBeGreaterThan(4);
        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(0);
    }

    [Fact]
    public async Task Names_that_cannot_be_had_stay_absent_and_the_search_completes()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        host.Sandbox.Faults.Add(new Fault(SandboxHost.OAuth, FaultKind.InternalServerError));

        var id = await user.SubmitAsync(Mapper);
        var ended = await user.EndAsync(id);

        ((string)ended["status"]!).ShouldBe("completed");
        var entries = (await user.ResultsAsync(id)).SelectMany(r => r["leaderboard"]!.AsArray()).ToList();
        entries.Count.ShouldBeGreaterThan(0);
        entries.ShouldAllBe(e => !e!.AsObject().ContainsKey("playerName"));
    }
}
