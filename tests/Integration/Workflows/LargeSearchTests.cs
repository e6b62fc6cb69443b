using System.Net;
using System.Text.Json.Nodes;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Workflows;

public abstract class LargeSearchTests(HostProfile profile) : ProfileSuite(profile)
{
    private const int Maps = 1200;

    /// <summary>At two requests a second the search takes ten minutes; here a minute takes little more than a second.</summary>
    [Fact]
    public async Task A_search_of_1200_maps_reads_each_board_once_and_the_next_one_none()
    {
        await using var host = Start(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Trackmania:NadeoRate"] = "2",
                ["Trackmania:OAuthRate"] = "2",
                ["Trackmania:TmxRate"] = "1",

                // A pause of the test machine is fifty times longer on this clock; it must not look like a dead worker.
                ["MapSearches:Lease"] = "00:05:00",
                ["MapSearches:LeaseRenewal"] = "00:01:00",
            },
            new FastClock(50));
        var user = await host.SignInAsync();

        var first = await user.SubmitAsync("Prolific Mapper", "1w");
        var done = 0;
        var ended = await Eventually.GetAsync(
            async () =>
            {
                var status = await StatusAsync();
                var now = (int)status["progress"]!["mapsDone"]!;
                now.ShouldBeGreaterThanOrEqualTo(done, "progress ran backwards");
                done = now;
                return status;
            },
            s => (string)s["status"]! is "completed" or "failed",
            TimeSpan.FromMinutes(2));

        ((string)ended["status"]!).ShouldBe("completed");
        done.ShouldBe(Maps);
        ((int)ended["progress"]!["attempt"]!).ShouldBe(1);
        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(Maps);

        // By now the token is about to end, or has just ended.
        user = await host.SignInAgainAsync(user.Name);
        var results = await user.ResultsAsync(first);
        results.Count.ShouldBeGreaterThan(0);
        ((long)ended["progress"]!["recordsFound"]!).ShouldBe(results.Sum(r => r["leaderboard"]!.AsArray().Count));

        // The first boards are ten minutes old by now, and yet the pass over all of them has only just ended.
        var second = await user.SubmitAsync("prolific mapper", "1w");
        ((string)(await user.EndAsync(second))["status"]!).ShouldBe("completed");
        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(Maps);

        // A slow machine takes longer than an access token lasts on this clock; a client signs in again then.
        async Task<JsonNode> StatusAsync()
        {
            try
            {
                return await user.StatusAsync(first);
            }
            catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.Unauthorized)
            {
                user = await host.SignInAgainAsync(user.Name);
                return await user.StatusAsync(first);
            }
        }
    }
}
