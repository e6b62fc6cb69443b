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
[Collection(nameof(Undisturbed))]
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
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

        // What starts slowly starts now, and what is kept for ever is there from now on.
        var first = await RunAsync(host, today.AddDays(-1));
        foreach (var map in pool)
        {
            host.Sandbox.Scenario.NewPlayer(map.Uid!);
        }

        host.Sandbox.Traffic.Reset();
        var second = await RunAsync(host, today);

        foreach (var run in (MeasuredRun[])[first, second])
        {
            run.Counts.ShouldBe(new DailyRunCounts(s_users, s_users, s_users, 0, 0, 0, 0, 0, s_users, 0, 0));
            run.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(5));
            (run.HeapMost - run.HeapBefore).ShouldBeLessThan(200, "a run needs no more with more users");
        }

        var boards = host.Sandbox.Traffic.Entries.Where(e => e.Host == SandboxHost.Live && e.PathAndQuery.Contains("/top?", StringComparison.Ordinal)).Select(e => e.PathAndQuery).ToList();
        boards.Count.ShouldBe(pool.Count);
        boards.Distinct(StringComparer.Ordinal).Count().ShouldBe(pool.Count);
        Directory.GetFiles(host.MailFolder, "*.eml").Length.ShouldBe(2 * s_users);
        (second.HeapAfter - first.HeapAfter).ShouldBeLessThan(32, "nothing of a run stays");
        TestContext.Current.TestOutputHelper?.WriteLine($"{s_users} users x {MapsPerUser} maps of {pool.Count}: {first}; {second}");
    }

    private static async Task<MeasuredRun> RunAsync(BackendHost host, DateOnly date)
    {
        var mediator = host.Services.GetRequiredService<IMediator>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var run = (await mediator.Send(new StartDailyRunCommand("load", date))).Value.Run;
        var most = before;
        for (var i = 1; run is { FinishedAt: null } or { Counts.EmailsPending: > 0 }; i++)
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(8));
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);

            // What is in use: how much rubbish lies beside it depends on the tests before.
            most = i % 8 == 0 ? Math.Max(most, GC.GetTotalMemory(forceFullCollection: true)) : most;
            run = (await mediator.Send(new FindDailyRunQuery(date))).Value;
        }

        return new MeasuredRun(
            run.Counts, watch.Elapsed, Process.GetCurrentProcess().TotalProcessorTime - processor, before >> 20, most >> 20, GC.GetTotalMemory(forceFullCollection: true) >> 20);
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

    /// <summary>Heaps in MB. The sandbox runs in the same process, so that its share is in everything.</summary>
    private sealed record MeasuredRun(DailyRunCounts Counts, TimeSpan Elapsed, TimeSpan Processor, long HeapBefore, long HeapMost, long HeapAfter)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Elapsed.TotalSeconds:0.0} s, {Processor.TotalSeconds:0.0} s of processor time, heap {HeapBefore} MB before, {HeapMost} MB at most, {HeapAfter} MB after");
    }
}
