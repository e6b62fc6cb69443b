using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sandbox;

public sealed class TrafficTests
{
    private static async Task AskAsync(SandboxHarness sandbox, int times, string path = "api/meta/tags")
    {
        for (var i = 0; i < times; i++)
        {
            await sandbox.StatusAsync(sandbox.Server.TmxUrl, path);
        }
    }

    [Fact]
    public async Task Every_request_is_noted_with_its_answer()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        await AskAsync(sandbox, 1, "api/users?fields=Name&name=Demo%20Mapper");
        await AskAsync(sandbox, 1, "api/nonsense");
        await sandbox.StatusAsync(sandbox.Server.BaseUrl, "sandbox/");

        var entries = sandbox.Server.Traffic.Entries;
        entries.Count.ShouldBe(2);
        entries[0].Host.ShouldBe(SandboxHost.Tmx);
        entries[0].Method.ShouldBe("GET");
        entries[0].PathAndQuery.ShouldBe("/api/users?fields=Name&name=Demo%20Mapper");
        entries[0].At.ShouldBe(SandboxHarness.Start);
        entries[0].UserAgent.ShouldNotBeNull().ShouldStartWith("SandboxTests/1.0");
        entries[0].Status.ShouldBe(200);
        entries[1].Status.ShouldBe(404);
        sandbox.Server.Traffic.Count(SandboxHost.Tmx).ShouldBe(2);
        sandbox.Server.Traffic.Count(SandboxHost.Tmx, "name=Demo Mapper").ShouldBe(1);
        sandbox.Server.Traffic.Count(SandboxHost.Live).ShouldBe(0);
    }

    [Fact]
    public async Task The_busiest_window_slides_and_is_half_open()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var second = TimeSpan.FromSeconds(1);

        await AskAsync(sandbox, 1);
        sandbox.Clock.Advance(TimeSpan.FromMilliseconds(900));
        await AskAsync(sandbox, 2);
        sandbox.Clock.Advance(TimeSpan.FromMilliseconds(99));
        await AskAsync(sandbox, 1);
        sandbox.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await AskAsync(sandbox, 1);

        // Windows: 0 to 999 ms holds four; 900 to 1000 ms also four; the request at 1000 ms does not share one with that at 0.
        sandbox.Server.Traffic.MaxInWindow(second, SandboxHost.Tmx).ShouldBe(4);
        sandbox.Server.Traffic.MaxInWindow(TimeSpan.FromMilliseconds(1001), SandboxHost.Tmx).ShouldBe(5);
        sandbox.Server.Traffic.MaxInWindow(TimeSpan.FromMilliseconds(1)).ShouldBe(2);
        sandbox.Server.Traffic.MaxInWindow(second, SandboxHost.Live).ShouldBe(0);
    }

    [Fact]
    public async Task Hosts_are_counted_together()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        await AskAsync(sandbox, 2);
        await sandbox.LiveTokenAsync();

        sandbox.Server.Traffic.MaxInWindow(TimeSpan.FromSeconds(1), SandboxHost.Tmx, SandboxHost.Core).ShouldBe(3);
        sandbox.Server.Traffic.MaxInWindow(TimeSpan.FromSeconds(1), SandboxHost.Core, SandboxHost.Live).ShouldBe(1);
    }

    [Fact]
    public async Task Memory_is_bounded_and_can_be_emptied()
    {
        await using var sandbox = await SandboxHarness.StartAsync(new SandboxOptions { TrafficCapacity = 3 });

        await AskAsync(sandbox, 2);
        await AskAsync(sandbox, 3, "api/meta/maporders");

        sandbox.Server.Traffic.Entries.Select(e => e.PathAndQuery).ShouldBe(Enumerable.Repeat("/api/meta/maporders", 3));
        sandbox.Server.Traffic.Reset();
        sandbox.Server.Traffic.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_spoilt_by_a_fault_is_counted_too()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        sandbox.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.BadGateway));

        await AskAsync(sandbox, 1);

        sandbox.Server.Traffic.Entries.Single().Status.ShouldBe(502);
    }
}
