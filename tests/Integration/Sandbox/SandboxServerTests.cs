using System.Net;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sandbox;

public sealed class SandboxServerTests
{
    [Fact]
    public async Task Several_sandboxes_run_side_by_side_on_the_loopback_address()
    {
        await using var first = await SandboxHarness.StartAsync();
        await using var second = await SandboxHarness.StartAsync();

        first.Server.BaseUrl.Host.ShouldBe("127.0.0.1");
        first.Server.BaseUrl.Port.ShouldNotBe(second.Server.BaseUrl.Port);
        first.Server.LiveUrl.ShouldBe(new Uri(first.Server.BaseUrl, "live/"));
        first.Server.TmxUrl.AbsoluteUri.ShouldEndWith("/tmx/");
    }

    [Fact]
    public async Task What_a_scenario_does_stays_in_its_own_sandbox()
    {
        await using var first = await SandboxHarness.StartAsync();
        await using var second = await SandboxHarness.StartAsync();
        var uid = first.Uids("Demo Mapper", 20)[0];
        var before = second.Server.World.BoardOf(uid);

        first.Server.Scenario.NewPlayer(uid);
        first.Server.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.BadGateway));

        second.Server.World.BoardOf(uid).ShouldBe(before);
        (await second.StatusAsync(second.Server.TmxUrl, "api/meta/tags")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_taken_port_is_reported_to_the_caller()
    {
        await using var first = await SandboxHarness.StartAsync();

        await Should.ThrowAsync<IOException>(() => SandboxHarness.StartAsync(new SandboxOptions { Port = first.Server.BaseUrl.Port }));
    }

    [Fact]
    public async Task It_can_be_stopped_twice()
    {
        var sandbox = await SandboxHarness.StartAsync();

        await sandbox.DisposeAsync();
        await sandbox.Server.DisposeAsync();

        using var http = new HttpClient();
        await Should.ThrowAsync<HttpRequestException>(() => http.GetAsync(new Uri(sandbox.Server.BaseUrl, "sandbox/"), SandboxHarness.Ct));
    }

    [Theory]
    [InlineData("core/nonsense", 404)]
    [InlineData("live/nonsense", 404)]
    [InlineData("oauth/nonsense", 404)]
    [InlineData("tmx/nonsense", 404)]
    [InlineData("nonsense", 404)]
    public async Task Unknown_routes_are_not_found(string path, int status)
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        ((int)await sandbox.StatusAsync(sandbox.Server.BaseUrl, path)).ShouldBe(status);
    }
}
