using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Workflows;

/// <summary>On the real clock and at the shipped rates, because that is what the hosts will see.</summary>
[Collection(nameof(Undisturbed))]
public abstract class PaceTests(HostProfile profile) : ProfileSuite(profile)
{
    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(980);

    [Fact]
    public async Task Searches_side_by_side_keep_the_pace_and_a_small_one_does_not_wait_for_a_large_one()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal)
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
        ((string)(await other.EndAsync(medium))["status"]!).ShouldBe("completed");
        await user.CancelAsync(large);

        ((int)largeThen["progress"]!["mapsDone"]!).ShouldBeLessThan(20);
        host.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBeGreaterThan(20);
        host.Sandbox.Traffic.MaxInWindow(s_window, SandboxHost.Core, SandboxHost.Live).ShouldBeLessThanOrEqualTo(2);
        host.Sandbox.Traffic.MaxInWindow(s_window, SandboxHost.OAuth).ShouldBeLessThanOrEqualTo(2);
        host.Sandbox.Traffic.MaxInWindow(s_window, SandboxHost.Tmx).ShouldBeLessThanOrEqualTo(1);
        host.Sandbox.Traffic.Entries.ShouldAllBe(e => !string.IsNullOrEmpty(e.UserAgent));
    }
}
