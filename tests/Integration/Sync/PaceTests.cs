using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sync;

/// <summary>
/// On the real clock and at the shipped rates, because that is what the hosts will see. A quarter of a minute goes by in which hardly
/// anything happens, so a host of each profile is watched at the same time; each has a sandbox of its own.
/// </summary>
[Collection(nameof(Undisturbed))]
public sealed class PaceTests
{
    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(980);

    [Fact]
    public Task Searches_side_by_side_keep_the_pace_and_a_small_one_does_not_wait_for_a_large_one() => Task.WhenAll(HostProfile.All.Select(KeepThePaceAsync));

    private static async Task KeepThePaceAsync(HostProfile profile)
    {
        // The making of hosts waits, and would hold up the others.
        await Task.Yield();
        await using var host = BackendHost.Start(profile, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Trackmania:NadeoRate"] = "2",
            ["Trackmania:OAuthRate"] = "2",
            ["Trackmania:TmxRate"] = "1",
        });
        var user = await host.SignInAsync();
        var other = await host.SignInAsync();

        var large = await user.SubmitAsync("Prolific Mapper");
        await user.DoneAsync(large, 2);
        var small = await other.SubmitAsync("Solo");
        var medium = await other.SubmitAsync("Ünï Cödé.Mapper-42");
        await other.EndAsync(small);
        var largeThen = await user.StatusAsync(large);
        ((string)(await other.EndAsync(medium))["status"]!).ShouldBe("completed", profile.Name);
        await user.CancelAsync(large);

        ((int)largeThen["progress"]!["mapsDone"]!).ShouldBeLessThan(20, profile.Name);
        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBeGreaterThan(20, profile.Name);
        host.Sandbox.Traffic.MaxInWindow(s_window, SandboxHost.Core, SandboxHost.Live).ShouldBeLessThanOrEqualTo(2, profile.Name);
        host.Sandbox.Traffic.MaxInWindow(s_window, SandboxHost.OAuth).ShouldBeLessThanOrEqualTo(2, profile.Name);
        host.Sandbox.Traffic.MaxInWindow(s_window, SandboxHost.Tmx).ShouldBeLessThanOrEqualTo(1, profile.Name);
        host.Sandbox.Traffic.Entries.ShouldAllBe(e => !string.IsNullOrEmpty(e.UserAgent), profile.Name);
    }
}
