using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Workflows;

public abstract class SharedReadsTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Mapper = "Demo Mapper";
    private const int Maps = 24;

    private static readonly Dictionary<string, string> s_paced = new(StringComparer.Ordinal) { ["Trackmania:NadeoRate"] = "20" };

    [Fact]
    public async Task A_second_search_while_the_boards_are_fresh_costs_no_leaderboard_call()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        var first = await user.SubmitAsync(Mapper);
        await user.EndAsync(first);

        var second = await user.SubmitAsync("DEMO mapper");
        var ended = await user.EndAsync(second);

        ((string)ended["status"]!).ShouldBe("completed");
        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(Maps);
        (await user.ResultsAsync(second)).Select(r => r.ToJsonString()).ShouldBe((await user.ResultsAsync(first)).Select(r => r.ToJsonString()));
    }

    [Fact]
    public async Task Boards_that_are_not_fresh_any_more_are_read_again()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["MapSearches:LeaderboardFreshness"] = "00:00:00" });
        var user = await host.SignInAsync();
        await user.EndAsync(await user.SubmitAsync(Mapper));

        await user.EndAsync(await user.SubmitAsync(Mapper));

        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(2 * Maps);
    }

    [Fact]
    public async Task Two_running_searches_for_one_mapper_read_each_board_once_and_end_on_their_own()
    {
        await using var host = Start(s_paced);
        var user = await host.SignInAsync();
        var other = await host.SignInAsync();

        var first = await user.SubmitAsync(Mapper, "1m");
        await user.DoneAsync(first, 5);
        var second = await other.SubmitAsync(Mapper, "1d");
        await other.DoneAsync(second, 8);
        await user.CancelAsync(first);
        var ended = await other.EndAsync(second);

        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(Maps);
        var cancelled = await user.StatusAsync(first);
        ((string)cancelled["status"]!).ShouldBe("cancelled");
        ((int)cancelled["progress"]!["mapsDone"]!).ShouldBeLessThan(Maps);
        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(Maps);
    }

    [Fact]
    public async Task A_cancelled_search_asks_no_more()
    {
        await using var host = Start(s_paced);
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Prolific Mapper");
        var done = (int)(await user.DoneAsync(id, 3))["progress"]!["mapsDone"]!;

        await user.CancelAsync(id);
        var asked = host.Sandbox.Traffic.Count(SandboxHost.Live);
        await user.EndAsync(await user.SubmitAsync(Mapper));

        // Of the cancelled search only the call that was under way may have come.
        (host.Sandbox.Traffic.Count(SandboxHost.Live) - asked).ShouldBeLessThanOrEqualTo(Maps + 1);
        (await user.ResultsAsync(id)).Count.ShouldBeGreaterThan(0);
        ((int)(await user.StatusAsync(id))["progress"]!["mapsDone"]!).ShouldBeGreaterThanOrEqualTo(done);
    }
}
