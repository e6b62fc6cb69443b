using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Hosting;

/// <summary>Processes that answer and processes that search, as one system.</summary>
public sealed class RoleTests
{
    private const int Maps = 24;
    private const string Mapper = "Demo Mapper";

    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(15);

    /// <summary>Past the lease and every interval at which a worker looks for searches by itself.</summary>
    private static readonly TimeSpan s_longEnough = TimeSpan.FromSeconds(12);

    public static TheoryData<string> Profiles => [HostProfile.Postgres.Name, HostProfile.Aws.Name];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_search_that_one_process_takes_is_run_by_the_other_and_by_it_only(string profile)
    {
        await using var system = await SplitSystem.PrepareAsync(Of(profile));
        var api = await system.StartAsync("Api");
        var user = await SplitSystem.SignInAsync(api);
        var id = await user.SubmitAsync(Mapper);

        // The process says itself how much time has passed.
        var submitted = await UptimeAsync(user);
        await Eventually.GetAsync(() => UptimeAsync(user), now => now - submitted >= s_longEnough);

        var waiting = await user.StatusAsync(id);
        (((string)waiting["status"]!), (string)waiting["progress"]!["phase"]!).ShouldBe(("pending", "queued"));
        system.Sandbox.Traffic.Entries.ShouldBeEmpty();

        var worker = await system.StartAsync("Worker");
        var ended = await user.EndAsync(id);

        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(Maps);
        ((int)ended["progress"]!["attempt"]!).ShouldBe(1);
        (await user.ResultsAsync(id)).ShouldNotBeEmpty();
        system.CallsOf(worker, SandboxHost.Live).ShouldBe(Maps);
        system.CallsOf(api).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_killed_worker_leaves_its_search_unfinished_until_another_comes(string profile)
    {
        await using var system = await SplitSystem.PrepareAsync(Of(profile));
        system.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Slow) { Delay = TimeSpan.FromMilliseconds(250) });
        var api = await system.StartAsync("Api");
        var worker = await system.StartAsync("Worker");
        var user = await SplitSystem.SignInAsync(api);
        var id = await user.SubmitAsync(Mapper);
        await user.DoneAsync(id, 3);

        worker.Kill();
        var left = await user.StatusAsync(id);
        var calls = system.Sandbox.Traffic.Count(SandboxHost.Live);
        var killed = await UptimeAsync(user);
        await Eventually.GetAsync(() => UptimeAsync(user), now => now - killed >= s_longEnough);

        var later = await user.StatusAsync(id);
        ((string)later["status"]!).ShouldBe("processing");
        ((int)later["progress"]!["mapsDone"]!).ShouldBeInRange((int)left["progress"]!["mapsDone"]!, Maps - 1);
        system.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBeLessThanOrEqualTo(calls + 1);

        var next = await system.StartAsync("Worker");
        var ended = await user.EndAsync(id, TimeSpan.FromSeconds(60));

        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(Maps);
        system.CallsOf(next, SandboxHost.Live).ShouldBeInRange(1, Maps - 3);
        system.CallsOf(api).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_worker_that_is_stopped_hands_its_search_back(string profile)
    {
        await using var system = await SplitSystem.PrepareAsync(Of(profile));
        system.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Slow) { Delay = TimeSpan.FromMilliseconds(250) });
        var api = await system.StartAsync("Api");
        var worker = await system.StartAsync("Worker");
        var user = await SplitSystem.SignInAsync(api);
        var id = await user.SubmitAsync(Mapper);
        await user.DoneAsync(id, 3);

        (await worker.StopAsync(s_stop)).ShouldBe(0, worker.Output);

        var left = await user.StatusAsync(id);
        ((string)left["status"]!).ShouldBe("pending");
        ((int)left["progress"]!["mapsDone"]!).ShouldBeInRange(3, Maps - 1);
        ((int)left["progress"]!["attempt"]!).ShouldBe(1);

        var started = TimeProvider.System.GetTimestamp();
        var next = await system.StartAsync("Worker");
        await user.DoneAsync(id, (int)left["progress"]!["mapsDone"]! + 1);

        // Nobody has to wait for a lease to lapse.
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(9));
        ((int)(await user.EndAsync(id))["progress"]!["mapsDone"]!).ShouldBe(Maps);
        system.CallsOf(next, SandboxHost.Live).ShouldBe(Maps - (int)left["progress"]!["mapsDone"]!);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_worker_answers_questions_after_its_health_and_nothing_else(string profile)
    {
        await using var system = await SplitSystem.PrepareAsync(Of(profile));
        var worker = await system.StartAsync("Worker");
        using var client = new HttpClient { BaseAddress = worker.Address };

        foreach (var path in new[] { "/health", "/health/live", "/health/ready" })
        {
            using var answer = await client.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }

        foreach (var path in new[] { "/api/v1/users/profile", "/api/v1/map-searches", "/api/v1/users/maps?username=Solo", "/api/v1/users/sessions", "/openapi/v1.json", "/docs/" })
        {
            using var answer = await client.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            ((string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]!).ShouldBe("request.not_found");
        }

        foreach (var path in new[] { "/api/v1/users/login", "/api/v1/users/register", "/api/v1/map-searches", "/events" })
        {
            using var answer = await client.PostAsJsonAsync(path, new { Records = Array.Empty<string>() });
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }
    }

    [Fact]
    public async Task The_log_of_a_start_names_every_table_and_the_queue()
    {
        await using var system = await SplitSystem.PrepareAsync(HostProfile.Aws);

        var api = await system.StartAsync("Api");

        string[] lines = [.. api.Output.Split(Environment.NewLine).Select(l => l.TrimEnd())];
        lines.ShouldContain(l => l.EndsWith("Adapters, because Adapters:Profile says so:", StringComparison.Ordinal));
        lines.ShouldContain(l => l.EndsWith("  Users: Postgres", StringComparison.Ordinal));
        foreach (var (port, table) in new[]
        {
            ("Sessions", AwsSchema.Sessions), ("UpstreamTokens", AwsSchema.UpstreamTokens), ("UpstreamBudget", AwsSchema.UpstreamBudget),
            ("LeaderboardCache", AwsSchema.LeaderboardCache), ("RateLimits", AwsSchema.RateLimits),
        })
        {
            lines.ShouldContain(l => l.EndsWith($"  {port}: DynamoDB table {system.Aws.NameOf(table)}", StringComparison.Ordinal), port);
        }

        lines.ShouldContain(l => l.EndsWith($"  Jobs: DynamoDB table {system.Aws.NameOf(AwsSchema.MapSearches)}, SQS queue {system.Aws.QueueName}", StringComparison.Ordinal));
    }

    private static HostProfile Of(string name) => HostProfile.All.Single(p => p.Name == name);

    private static async Task<TimeSpan> UptimeAsync(SignedInUser user) =>
        TimeSpan.FromSeconds((double)(await user.Client.GetFromJsonAsync<JsonNode>("/health"))!["uptime"]!);
}
