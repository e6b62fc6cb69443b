using System.Diagnostics;
using Backend.Domain.Tracks;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Trackmania;

/// <summary>On the real clock, because pace is about real time.</summary>
public sealed class UpstreamPaceTests
{
    [Fact]
    public async Task No_window_of_a_second_sees_more_requests_than_the_rate_and_hardly_any_time_is_lost()
    {
        const int Rate = 20;
        const int Calls = 45;
        await using var clients = await UpstreamClients.WithSandboxAsync(change: options => options with { NadeoRate = Rate }, clock: TimeProvider.System);
        MapUid.TryCreate("unknown-map", out var uid).ShouldBeTrue();

        var results = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => Task.Run(() => clients.Leaderboards.ReadAsync(uid, TestContext.Current.CancellationToken))));

        results.ShouldAllBe(result => result.IsSuccess);
        var arrivals = clients.Sandbox.Traffic.Entries.Select(entry => entry.Timestamp).ToList();
        arrivals.Count.ShouldBe(Calls + 1);
        clients.Sandbox.Traffic.MaxInWindow(TimeSpan.FromMilliseconds(980), SandboxHost.Core, SandboxHost.Live).ShouldBeLessThanOrEqualTo(Rate);

        // The spacing of the first two is left out: opening a connection sets it back. A busy machine may lose some more.
        var spacing = Stopwatch.GetElapsedTime(arrivals[2], arrivals[^1]) / (Calls - 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"mean spacing {spacing.TotalMilliseconds:0.00} ms");
        spacing.ShouldBeInRange(TimeSpan.FromMilliseconds(49.5), TimeSpan.FromMilliseconds(60));
    }
}
