using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.DailyRuns;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Aws;

/// <summary>The daily run on servers that take their checks from SQS.</summary>
public sealed class DailyWorkerTests
{
    private const string Mapper = "Demo Mapper";

    [Fact]
    public async Task A_run_that_one_instance_begins_is_done_by_the_others()
    {
        await using var system = await AwsSystem.StartAsync();
        var api = system.StartIdle();
        string[] mappers = ["Demo Mapper", "Solo"];
        foreach (var mapper in mappers)
        {
            await FollowAsync(api, mapper);
        }

        await using var one = system.Start();
        await using var other = system.Start();

        await BeginAsync(api);

        var run = await EndAsync(api);
        (run.Counts.Users, run.Counts.Ended, run.Counts.MapperErrors).ShouldBe((mappers.Length, mappers.Length, 0));
        await Eventually.GetAsync(() => BacklogAsync(system), backlog => backlog.All == 0);
    }

    [Fact]
    public async Task A_run_whose_announcing_instance_died_goes_on_with_the_upkeep()
    {
        var clock = new FastClock(1);
        await using var system = await AwsSystem.StartAsync(clock);
        var api = system.StartIdle();
        await FollowAsync(api, "Solo");
        await using var worker = system.Start();
        await RunsOf(api).StartAsync(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), "test", clock.GetUtcNow(), CancellationToken.None);

        clock.Advance(DailyCheckSweep.Unnoticed);
        (await AwsSystem.KeepUpAsync(api)).Failed.ShouldBe(0);

        (await EndAsync(api)).Counts.MapperErrors.ShouldBe(0);
    }

    [Fact]
    public async Task An_instance_that_is_stopped_gives_its_check_back_at_once()
    {
        await using var system = await AwsSystem.StartAsync();
        var api = system.StartIdle();
        await FollowAsync(api, Mapper);
        var worker = system.Start(("Trackmania:NadeoRate", "4"));
        await BeginAsync(api);
        await Eventually.GetAsync(() => Task.FromResult(system.Boards().Count), boards => boards > 2);

        await worker.DisposeAsync();

        (await BacklogAsync(system)).ShouldBe(new Backlog(Due: 1, Hidden: 0, HeldBack: 0));
        await using var next = system.Start();
        (await EndAsync(api)).Counts.MapperErrors.ShouldBe(0);
    }

    [Fact]
    public async Task A_check_that_an_outage_of_the_store_ends_comes_again_and_is_not_counted()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = await server.Databases.CreateAsync();
        await using var host = BackendHost.Start(HostProfile.Aws, new Dictionary<string, string>(StringComparer.Ordinal) { ["NEON_DB_CONNECTION_STRING"] = database.ConnectionString });
        await FollowAsync(host, "Solo");
        host.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Slow) { Delay = TimeSpan.FromMilliseconds(500) });
        await BeginAsync(host);
        await Eventually.GetAsync(() => Task.FromResult(host.Sandbox.Traffic.Count(SandboxHost.Live)), boards => boards > 0);

        await server.StopAsync();

        var sqs = host.Aws!;
        var url = await sqs.QueueUrlAsync(AwsSchema.DailyCheckQueue);
        await Eventually.GetAsync(() => Backlog.ReadAsync(sqs.Sqs, url), backlog => backlog == new Backlog(Due: 0, Hidden: 0, HeldBack: 1), TimeSpan.FromSeconds(60));
        await server.StartAgainAsync();
    }

    /// <summary>Somebody who follows his own maps.</summary>
    private static async Task FollowAsync(BackendHost host, string mapper)
    {
        var user = await host.SignInAsync(mapper);
        await user.AskAsync("POST", "/api/v1/users/alerts", """{"record_filter":"top5"}""").ShouldSucceedAsync();
    }

    private static async Task BeginAsync(BackendHost host) => (await host.Services.GetRequiredService<IMediator>().Send(new StartDailyRunCommand("test"))).Value.IsNew.ShouldBeTrue();

    private static IDailyRunStore RunsOf(BackendHost host) => host.Services.GetRequiredService<IDailyRunStore>();

    private static async Task<DailyRun> EndAsync(BackendHost host) =>
        await Eventually.GetAsync(async () => (await RunsOf(host).ListAsync(2, CancellationToken.None)).ShouldHaveSingleItem(), run => run.FinishedAt is not null, TimeSpan.FromSeconds(60));

    private static Task<Backlog> BacklogAsync(AwsSystem system) => system.BacklogAsync(queue: AwsSchema.DailyCheckQueue);
}
