using System.Diagnostics;
using System.Globalization;
using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Daily;

/// <summary>What a run for many users costs when the pace of the Trackmania services does not hold it up. BACKEND_TESTS_LONG=1 has 1,000 users instead of 100.</summary>
public sealed class DailyLoadTests
{
    private const int MapsPerUser = 50;
    private const int Rows = 100;

    private static readonly int s_users = Environment.GetEnvironmentVariable("BACKEND_TESTS_LONG") == "1" ? 1000 : 100;

    [Fact]
    public async Task A_run_for_many_users_reads_each_board_once_and_is_done_in_minutes()
    {
        await using var host = BackendHost.Start(HostProfile.Postgres);
        var names = Enumerable.Range(0, s_users).Select(n => string.Create(CultureInfo.InvariantCulture, $"Pool Mapper {n}")).ToList();
        var pool = host.Sandbox.Scenario.UploadPool(names, maps: s_users, MapsPerUser, Rows);
        await AddUsersAsync(host, names);
        var mediator = host.Services.GetRequiredService<IMediator>();

        // What starts slowly starts now.
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var run = (await mediator.Send(new StartDailyRunCommand("load"))).Value.Run;
        var most = before;
        while (run is { FinishedAt: null } or { Counts.EmailsPending: > 0 })
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(8));
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
            run = (await mediator.Send(new FindDailyRunQuery(run.Date))).Value;
        }

        watch.Stop();
        var boards = host.Sandbox.Traffic.Entries.Where(e => e.Host == SandboxHost.Live && e.PathAndQuery.Contains("/top?", StringComparison.Ordinal)).ToList();
        run.Counts.ShouldBe(new DailyRunCounts(s_users, s_users, s_users, 0, 0, 0, 0, 0, s_users, 0, 0));
        boards.Count.ShouldBe(pool.Count);
        boards.Select(b => b.PathAndQuery).Distinct(StringComparer.Ordinal).Count().ShouldBe(pool.Count);
        Directory.GetFiles(host.MailFolder, "*.eml").Length.ShouldBe(s_users);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(5));
        var after = GC.GetTotalMemory(forceFullCollection: true);
        (after - before).ShouldBeLessThan(50L << 20, "nothing of a run stays");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{s_users} users x {MapsPerUser} maps of {pool.Count}: {watch.Elapsed.TotalSeconds:0.0} s, {(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds:0.0} s of processor time with the sandbox in it, {boards.Count} boards, heap {before >> 20} MB before, {most >> 20} MB at most, {after >> 20} MB after"));
    }

    private static async Task AddUsersAsync(BackendHost host, IReadOnlyList<string> names)
    {
        var users = host.Services.GetRequiredService<IUserStore>();
        var alerts = host.Services.GetRequiredService<IAlertStore>();
        await host.StopWorkerAsync();
        foreach (var (n, text) in names.Index())
        {
            EmailAddress.TryCreate(string.Create(CultureInfo.InvariantCulture, $"pool{n}@example.org"), out var email).ShouldBeTrue();
            UserName.TryCreate(text, out var name).ShouldBeTrue();
            var user = (await users.AddAsync(new NewUser(name!, email!, new Secret("no hash"), Role.User, DateTimeOffset.UnixEpoch), int.MaxValue, CancellationToken.None)).User.ShouldNotBeNull();
            (await alerts.AddAsync(new NewAlert(user.Id, AlertMode.Accurate, RecordFilter.Top5, TimeProvider.System.GetUtcNow()), CancellationToken.None)).Alert.ShouldNotBeNull();
        }

        await host.StartWorkerAsync();
    }
}
