using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Amazon.SQS.Model;
using Backend.Application.Ports;
using Backend.Domain.DailyRuns;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Aws;

/// <summary>The daily run in the worker function of AWS Lambda: a process of the published service, given what the Lambda Web Adapter gives it.</summary>
public sealed class LambdaDailyTests : IAsyncLifetime
{
    private const string Nothing = """{"batchItemFailures":[]}""";

    /// <summary>Slow enough to be interrupted.</summary>
    private static readonly (string Key, string Value) s_slow = ("Trackmania:NadeoRate", "8");

    private AwsSystem _system = null!;
    private BackendHost _owner = null!;

    private IDailyRunStore Runs => _owner.Services.GetRequiredService<IDailyRunStore>();

    public async ValueTask InitializeAsync()
    {
        _system = await AwsSystem.StartAsync();

        // Whose alerts they are, and who looks at the runs.
        _owner = _system.StartIdle();
    }

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    [Fact]
    public async Task A_run_goes_from_the_schedule_to_the_mail()
    {
        await FollowAsync("Solo");
        var map = _system.Sandbox.World.MapsOf("Solo").First(m => m.Uid is not null);
        _system.Sandbox.Scenario.NewPlayer(map.Uid!, 1000);
        var worker = await _system.StartFunctionAsync("Worker");

        var begun = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Schedule("daily"));
        var again = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Schedule("daily"));
        var messages = await ReceiveAsync();
        var ran = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(messages));
        var before = await RunAsync();
        var kept = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Schedule("maintenance"));
        var after = await RunAsync();

        begun.Status.ShouldBe(HttpStatusCode.OK, begun.Body);
        ((string)JsonNode.Parse(begun.Body)!["trigger"]!).ShouldBe("schedule");
        again.ShouldBe(begun);
        messages.Count.ShouldBe(1);
        ran.ShouldBe(new Answer(HttpStatusCode.OK, Nothing));
        before.FinishedAt.ShouldNotBeNull();
        (before.Counts.Mappers, before.Counts.MapperErrors, before.Counts.EmailsPending, before.Counts.EmailsSent).ShouldBe((1, 0, 1, 0));
        kept.Status.ShouldBe(HttpStatusCode.OK, kept.Body);
        (after.Counts.EmailsPending, after.Counts.EmailsSent).ShouldBe((0, 1));
        (await BacklogAsync()).All.ShouldBe(0);
        (await _system.BacklogAsync()).All.ShouldBe(0);
    }

    [Fact]
    public async Task A_mail_for_a_new_password_is_sent_with_the_next_minute()
    {
        var user = await _owner.SignInAsync();
        var email = (string)(await user.AskAsync("GET", "/api/v1/users/profile").ShouldSucceedAsync())["email"]!;
        var folder = Path.Combine(_owner.MailFolder, "function");
        var worker = await _system.StartFunctionAsync("Worker", ("Adapters:Email", "Pickup"), ("Email:PickupFolder", folder));
        await user.AskAsync("POST", "/api/v1/users/password-reset", new JsonObject { ["email"] = email }).ShouldSucceedAsync(202);

        var kept = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Schedule("maintenance"));

        kept.Status.ShouldBe(HttpStatusCode.OK, kept.Body);
        Directory.GetFiles(folder, "password.*.eml").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_check_that_is_put_off_comes_again_and_is_no_failure()
    {
        await FollowAsync("Solo");
        var worker = await _system.StartFunctionAsync("Worker", ("Trackmania:MaxRetries", "0"), ("Daily:RetryPause", "00:00:00"));
        var fault = _system.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.ServiceUnavailable));
        await BeginAsync(worker);

        var putOff = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(await ReceiveAsync()));

        putOff.Body.ShouldBe(Nothing);
        (await RunAsync()).FinishedAt.ShouldBeNull();
        (await BacklogAsync()).ShouldBe(new Backlog(Due: 1, Hidden: 0, HeldBack: 0));
        _system.Sandbox.Faults.Remove(fault);
        var fresh = (await ReceiveAsync()).Single();
        fresh.Attributes["ApproximateReceiveCount"].ShouldBe("1");
        (await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(fresh))).Body.ShouldBe(Nothing);
        var run = await RunAsync();
        run.FinishedAt.ShouldNotBeNull();
        run.Counts.MapperErrors.ShouldBe(0);
        (await BacklogAsync()).All.ShouldBe(0);
    }

    [Fact]
    public async Task A_batch_fails_in_exactly_those_messages_that_fail()
    {
        await FollowAsync("Solo");
        var worker = await _system.StartFunctionAsync("Worker");
        await BeginAsync(worker);
        var check = (await ReceiveAsync()).Single();
        await _system.SendAsync("not ours", AwsSchema.DailyCheckQueue);
        await _system.SendAsync("""{"runDate":"2020-01-01","userId":1}""", AwsSchema.DailyCheckQueue);
        var others = await ReceiveAsync();

        var answer = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch([check, .. others]));

        others.Count.ShouldBe(2);
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Failures.ShouldBe(others.Where(m => m.Body == "not ours").Select(m => m.MessageId));
        (await RunAsync()).FinishedAt.ShouldNotBeNull();
        (await BacklogAsync()).ShouldBe(new Backlog(Due: 0, Hidden: 1, HeldBack: 0));
    }

    [Fact]
    public async Task An_event_that_is_taken_twice_at_once_does_its_check_once()
    {
        await FollowAsync("Demo Mapper");
        var one = await _system.StartFunctionAsync("Worker", s_slow);
        var other = await _system.StartFunctionAsync("Worker", s_slow);
        await BeginAsync(one);
        var batch = LambdaEvents.Batch(await ReceiveAsync());

        var answers = await Task.WhenAll(LambdaEvents.InvokeAsync(one.Address, batch.DeepClone()), LambdaEvents.InvokeAsync(other.Address, batch.DeepClone()));

        answers.ShouldAllBe(answer => answer.Body == Nothing);
        (await RunAsync()).FinishedAt.ShouldNotBeNull();
        _system.Boards().Count.ShouldBe(_system.Boards().Distinct().Count());
    }

    [Fact]
    public async Task A_deadline_that_is_near_hands_the_check_back_and_the_next_invocation_goes_on()
    {
        await FollowAsync("Demo Mapper");
        var worker = await _system.StartFunctionAsync("Worker", s_slow);
        await BeginAsync(worker);
        var message = (await ReceiveAsync()).Single();

        var first = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(message), left: TimeSpan.FromSeconds(21.5));
        var boards = _system.Boards().Count;
        var fresh = (await ReceiveAsync()).Single();

        first.Body.ShouldBe(Nothing);
        (await RunAsync()).FinishedAt.ShouldBeNull();
        boards.ShouldBeGreaterThan(0);
        fresh.MessageId.ShouldNotBe(message.MessageId);
        fresh.Attributes["ApproximateReceiveCount"].ShouldBe("1");
        (await worker.StopAsync(TimeSpan.FromSeconds(20))).ShouldBe(0);

        // Nobody has to wait for the claim to lapse.
        var next = await _system.StartFunctionAsync("Worker");
        (await LambdaEvents.InvokeAsync(next.Address, LambdaEvents.Batch(fresh))).Body.ShouldBe(Nothing);
        (await RunAsync()).FinishedAt.ShouldNotBeNull();
        (await BacklogAsync()).All.ShouldBe(0);

        // One that was under way may have been asked for again.
        _system.Boards().Count.ShouldBeInRange(boards + 1, _system.Boards().Distinct().Count() + 1);
    }

    [Fact]
    public async Task An_invocation_without_time_left_hands_its_check_back_at_once()
    {
        await FollowAsync("Solo");
        var worker = await _system.StartFunctionAsync("Worker");
        await BeginAsync(worker);

        var answer = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(await ReceiveAsync()), left: TimeSpan.FromSeconds(10));

        answer.Body.ShouldBe(Nothing);
        (await RunAsync()).FinishedAt.ShouldBeNull();
        (await BacklogAsync()).ShouldBe(new Backlog(Due: 1, Hidden: 0, HeldBack: 0));
        _system.Boards().ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_begins_from_outside()
    {
        await FollowAsync("Solo");
        var worker = await _system.StartFunctionAsync("Worker");

        (await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Schedule("daily"), requestContext: LambdaEvents.ApiContext("POST", "/events", "203.0.113.9"))).Status.ShouldBe(HttpStatusCode.NotFound);

        (await Runs.ListAsync(1, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_API_function_begins_a_run_for_the_worker()
    {
        await FollowAsync("Solo");
        var api = await _system.StartFunctionAsync("Api", ("CRON_SECRET", "a secret of the scheduler"));
        var worker = await _system.StartFunctionAsync("Worker");
        using var client = LambdaEvents.Caller(api.Address, "203.0.113.9");
        client.DefaultRequestHeaders.Authorization = new("Bearer", "a secret of the scheduler");

        await client.AskAsync("POST", "/api/v1/cron/daily").ShouldSucceedAsync(202);

        (await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(await ReceiveAsync()))).Body.ShouldBe(Nothing);
        (await RunAsync()).FinishedAt.ShouldNotBeNull();
        api.Output.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"DailyQueue: SQS queue {_system.Resources.NameOf(AwsSchema.DailyCheckQueue)}"));
    }

    /// <summary>Somebody who follows his own maps.</summary>
    private async Task FollowAsync(string mapper)
    {
        var user = await _owner.SignInAsync(mapper);
        await user.AskAsync("POST", "/api/v1/users/alerts", """{"record_filter":"top5"}""").ShouldSucceedAsync();
    }

    private static async Task BeginAsync(ServiceProcess worker) => (await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Schedule("daily"))).Status.ShouldBe(HttpStatusCode.OK);

    private async Task<DailyRun> RunAsync() => (await Runs.ListAsync(2, CancellationToken.None)).ShouldHaveSingleItem();

    private Task<List<Message>> ReceiveAsync() => _system.ReceiveAsync(queue: AwsSchema.DailyCheckQueue);

    private Task<Backlog> BacklogAsync() => _system.BacklogAsync(queue: AwsSchema.DailyCheckQueue);
}
