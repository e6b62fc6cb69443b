using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Backend.Integration.Workflows;

public abstract class InterruptionTests(HostProfile profile) : ProfileSuite(profile)
{
    private const int Maps = 24;

    private static readonly Dictionary<string, string> s_paced = new(StringComparer.Ordinal) { ["Trackmania:NadeoRate"] = "20" };

    [Theory]
    [InlineData("1")]
    [InlineData("32")]
    public async Task A_stopping_host_hands_its_searches_back_with_all_they_have(string parallelJobs)
    {
        await using var host = Start(new Dictionary<string, string>(s_paced, StringComparer.Ordinal) { ["MapSearches:ParallelJobs"] = parallelJobs });
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Prolific Mapper");
        await user.DoneAsync(id, 5);
        var jobs = host.JobsBeyondItsEnd();
        var started = TimeProvider.System.GetTimestamp();

        await host.Services.GetRequiredService<IHost>().StopAsync();

        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        var job = (await jobs.FindAsync(KeyOf(id), CancellationToken.None))!;
        job.State.ShouldBe(MapSearchState.Pending);
        job.Attempt.ShouldBe(1);
        job.MapsDone.ShouldBeGreaterThanOrEqualTo(5);
        (await jobs.ReadRowsAsync(job.Key, -1, CancellationToken.None).CountAsync()).ShouldBe(job.MapsDone);
    }

    [Fact]
    public async Task A_run_that_lost_its_lease_is_continued_and_repeats_no_more_than_its_call_under_way()
    {
        // Without fresh boards in the cache every repetition costs a call.
        await using var host = Start(new Dictionary<string, string>(s_paced, StringComparer.Ordinal) { ["MapSearches:LeaderboardFreshness"] = "00:00:00" });
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Demo Mapper");
        await user.DoneAsync(id, 5);
        var jobs = host.Services.GetRequiredService<IMapSearchJobStore>();
        var job = (await jobs.FindAsync(KeyOf(id), CancellationToken.None))!;

        (await jobs.TryReleaseAsync(job.Key, job.Fence, failure: null, CancellationToken.None)).ShouldNotBeNull();
        await host.Services.GetRequiredService<IMapSearchQueue>().EnqueueAsync(job.Key, CancellationToken.None);
        var ended = await user.EndAsync(id);

        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(Maps);
        (await jobs.FindAsync(job.Key, CancellationToken.None))!.Fence.ShouldBeGreaterThan(job.Fence);
        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBeInRange(Maps, Maps + 1);
        (await user.ResultsAsync(id)).SelectMany(r => r["leaderboard"]!.AsArray()).ShouldContain(e => e!["playerName"] != null);
    }

    /// <summary>The only user of a new host has the first id.</summary>
    private static MapSearchKey KeyOf(string id) => new(new UserId(1), new MapSearchId(Guid.Parse(id)));
}
