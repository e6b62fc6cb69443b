using System.Diagnostics;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sandbox;

public sealed class StandAloneTests
{
    [Fact]
    public async Task A_sandbox_in_another_process_shows_the_same_world_and_takes_the_same_tokens()
    {
        await using var here = await SandboxHarness.StartAsync(new SandboxOptions { Seed = 77 }, TimeProvider.System.GetUtcNow());
        using var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(SandboxServer).Assembly.Location, "--port", "0", "--seed", "77" },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        try
        {
            var lines = new List<string>();
            for (var i = 0; i < 5; i++)
            {
                lines.Add(await process.StandardOutput.ReadLineAsync(SandboxHarness.Ct) ?? string.Empty);
            }

            Uri Printed(string host) => new(lines.Single(l => l.TrimStart().StartsWith(host + " ", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

            string.Concat(lines).ShouldContain(here.Server.Credentials.ServerPassword);
            string.Concat(lines).ShouldContain(here.Server.Credentials.OAuthClientSecret);
            const string maps = "api/maps?count=1000&fields=MapId,MapUid,Name,UploadedAt";
            (await here.GetAsync(Printed("tmx"), maps)).GetRawText().ShouldBe((await here.GetAsync(here.Server.TmxUrl, maps)).GetRawText());

            // A board without arrivals between the two readings, whatever the moment.
            var uid = here.Server.World.MapsOf("Demo Mapper")
                .First(m => m.Activity is { Period: 0, QuietPlayers: > 0 }).Uid!;
            var board = $"api/token/leaderboard/group/Personal_Best/map/{uid}/top?onlyWorld=true&length=100";
            var token = await here.LiveTokenAsync();
            (await here.GetAsync(Printed("live"), board, token)).GetRawText().ShouldBe((await here.GetAsync(here.Server.LiveUrl, board, token)).GetRawText());
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_wrong_option_is_refused_with_a_hint()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(SandboxServer).Assembly.Location, "--port", "seventy" },
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;

        (await process.StandardError.ReadToEndAsync(SandboxHarness.Ct)).ShouldContain("--seed");
        await process.WaitForExitAsync(SandboxHarness.Ct);
        process.ExitCode.ShouldBe(2);
    }
}
