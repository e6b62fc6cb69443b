using System.Net;
using System.Net.Http.Json;
using Amazon.SQS.Model;
using Backend.Domain.MapSearches;
using Backend.Integration.Support;

namespace Backend.Integration.Aws;

/// <summary>The two functions of AWS Lambda: processes of the published service, given what the Lambda Web Adapter gives them.</summary>
public sealed class LambdaTests : IAsyncLifetime
{
    private const string Mapper = "Demo Mapper";
    private const int Maps = 24;
    private const string Nothing = """{"batchItemFailures":[]}""";

    /// <summary>Slow enough to be interrupted, and every repetition costs a call.</summary>
    private static readonly (string Key, string Value)[] s_slow = [("Trackmania:NadeoRate", "8"), ("MapSearches:LeaderboardFreshness", "00:00:00")];

    private AwsSystem _system = null!;
    private BackendHost _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _system = await AwsSystem.StartAsync();

        // Whose searches they are, and who looks at them.
        _owner = _system.StartIdle();
    }

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    [Fact]
    public async Task A_user_signs_in_and_searches_through_both_functions()
    {
        var api = await _system.StartFunctionAsync("Api");
        var worker = await _system.StartFunctionAsync("Worker");
        using var client = LambdaEvents.Caller(api.Address, "203.0.113.9");
        var user = await AwsSystem.SignInAsync(client);
        var id = await user.SubmitAsync(Mapper);
        ((string)(await user.StatusAsync(id))["status"]!).ShouldBe("pending");

        var messages = await _system.ReceiveAsync();
        var answer = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(messages));

        messages.Count.ShouldBe(1);
        answer.ShouldBe(new Answer(HttpStatusCode.OK, Nothing));
        var ended = await user.StatusAsync(id);
        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(Maps);
        (await user.ResultsAsync(id)).Count.ShouldBeGreaterThan(0);
        (await _system.BacklogAsync()).All.ShouldBe(0);
        (await user.Client.GetFromJsonAsync<System.Text.Json.Nodes.JsonArray>("/api/v1/users/sessions"))!.Select(s => (string)s!["ipAddress"]!).ShouldBe(["203.0.113.9"]);
        (await api.StopAsync(TimeSpan.FromSeconds(20))).ShouldBe(0);
        (await worker.StopAsync(TimeSpan.FromSeconds(20))).ShouldBe(0);
    }

    [Fact]
    public async Task The_API_function_counts_the_addresses_of_its_callers_and_takes_no_events()
    {
        var api = await _system.StartFunctionAsync("Api", ("RateLimits:Login", "3/300"));
        using var one = LambdaEvents.Caller(api.Address, "203.0.113.9");
        using var other = LambdaEvents.Caller(api.Address, "203.0.113.10");
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            statuses.Add(await LoginAsync(one));
        }

        statuses.ShouldBe([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests]);
        (await LoginAsync(other)).ShouldBe(HttpStatusCode.Unauthorized);
        (await LambdaEvents.InvokeAsync(api.Address, LambdaEvents.Schedule("maintenance"))).Status.ShouldBe(HttpStatusCode.NotFound);

        static async Task<HttpStatusCode> LoginAsync(HttpClient client)
        {
            using var answer = await client.PostAsJsonAsync("/api/v1/users/login", new { email = "nobody", password = "wrong" });
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Nothing_runs_between_two_invocations()
    {
        var api = await _system.StartFunctionAsync("Api");
        await _system.StartFunctionAsync("Worker");
        using var client = LambdaEvents.Caller(api.Address, "203.0.113.9");
        var user = await AwsSystem.SignInAsync(client);
        var id = await user.SubmitAsync(Mapper);
        _system.DynamoDb.ForgetRequests();

        // Longer than a worker of a server waits for anything: watches look every second, leases are renewed every three.
        var started = TimeProvider.System.GetTimestamp();
        await Eventually.GetAsync(() => user.StatusAsync(id), _ => TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(5));

        ((string)(await user.StatusAsync(id))["status"]!).ShouldBe("pending");
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 1, Hidden: 0, HeldBack: 0));
        _system.Sqs.RequestsOf("ReceiveMessage").ShouldBeEmpty();
        _system.DynamoDb.RequestsOf("Query").ShouldBeEmpty();
        _system.Boards().ShouldBeEmpty();
        var message = (await _system.ReceiveAsync()).Single();
        message.Attributes["ApproximateReceiveCount"].ShouldBe("1");
    }

    [Fact]
    public async Task A_batch_fails_in_exactly_those_messages_that_fail()
    {
        var worker = await _system.StartFunctionAsync("Worker");
        var good = new List<MapSearchKey> { await StoreAndSendAsync(), await StoreAndSendAsync("Solo") };
        var throttled = await StoreAndSendAsync("Solo");
        var broken = await StoreAndSendAsync("Solo");
        await _system.SendAsync("not ours");
        _system.DynamoDb.On(r => Asks(r, throttled), AwsFault.Error("InternalServerError", 500), times: int.MaxValue);
        _system.DynamoDb.On(r => Asks(r, broken), AwsFault.Error("ValidationException"), times: int.MaxValue);
        var messages = await ReceiveAllAsync(5);

        var answer = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(messages));

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Failures.ShouldBe(messages.Where(m => m.Body == "not ours" || m.Body.Contains(broken.Id.ToString())).Select(m => m.MessageId), ignoreOrder: true);
        answer.Failures.Count.ShouldBe(2);
        foreach (var key in good)
        {
            (await AwsSystem.FindAsync(_owner, key)).State.ShouldBe(MapSearchState.Completed);
        }

        // The one whose store was away has exchanged its message, which says nothing against it, for a fresh one.
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 0, Hidden: 2, HeldBack: 1));
        _system.DynamoDb.Heal();
        await _system.SqsServer.AdvanceClockAsync(TimeSpan.FromSeconds(2));
        var fresh = (await _system.ReceiveAsync()).Single();
        fresh.Body.ShouldContain(throttled.Id.ToString());
        fresh.Attributes["ApproximateReceiveCount"].ShouldBe("1");
        (await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(fresh))).Body.ShouldBe(Nothing);
        (await AwsSystem.FindAsync(_owner, throttled)).State.ShouldBe(MapSearchState.Completed);

        static bool Asks(AwsRequest request, MapSearchKey key) => request.Operation == "GetItem" && (string?)request.Body["Key"]?["sk"]?["S"] == key.Id.ToString();
    }

    [Fact]
    public async Task While_the_queue_is_away_a_message_whose_search_does_not_end_is_delivered_again()
    {
        var worker = await _system.StartFunctionAsync("Worker");
        var key = await StoreAndSendAsync("Solo");
        var message = (await _system.ReceiveAsync()).Single();
        _system.DynamoDb.On("GetItem", AwsFault.Error("InternalServerError", 500), times: int.MaxValue);
        _system.Sqs.On(_ => true, AwsFault.Error("ServiceUnavailable", 503), times: int.MaxValue);

        var failed = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(message));
        _system.DynamoDb.Heal();
        _system.Sqs.Heal();
        var done = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(message));

        failed.Failures.ShouldBe([message.MessageId]);
        done.Body.ShouldBe(Nothing);
        (await AwsSystem.FindAsync(_owner, key)).State.ShouldBe(MapSearchState.Completed);
    }

    [Fact]
    public async Task An_event_that_is_taken_twice_at_once_runs_its_search_once()
    {
        var one = await _system.StartFunctionAsync("Worker", s_slow);
        var other = await _system.StartFunctionAsync("Worker", s_slow);
        var key = await StoreAndSendAsync();
        var batch = LambdaEvents.Batch(await _system.ReceiveAsync());

        var answers = await Task.WhenAll(LambdaEvents.InvokeAsync(one.Address, batch.DeepClone()), LambdaEvents.InvokeAsync(other.Address, batch.DeepClone()));

        answers.ShouldAllBe(answer => answer.Body == Nothing);
        var job = await AwsSystem.FindAsync(_owner, key);
        job.State.ShouldBe(MapSearchState.Completed);
        job.Fence.ShouldBe(1);
        _system.Boards().Count.ShouldBe(Maps);

        // Whoever came late has asked to come back, in case the other were dead.
        await _system.SqsServer.AdvanceClockAsync(TimeSpan.FromSeconds(3));
        var later = await _system.ReceiveAsync();
        (await LambdaEvents.InvokeAsync(one.Address, LambdaEvents.Batch(later))).Body.ShouldBe(Nothing);
        later.Count.ShouldBe(1);
        (await _system.BacklogAsync()).All.ShouldBe(0);
        _system.Boards().Count.ShouldBe(Maps);
    }

    [Fact]
    public async Task A_deadline_that_is_near_saves_the_search_and_the_next_invocation_goes_on()
    {
        var worker = await _system.StartFunctionAsync("Worker", s_slow);
        var key = await StoreAndSendAsync();
        var message = (await _system.ReceiveAsync()).Single();

        var first = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(message), left: TimeSpan.FromSeconds(21.5));
        var saved = await AwsSystem.FindAsync(_owner, key);
        var fresh = (await _system.ReceiveAsync()).Single();

        first.Body.ShouldBe(Nothing);
        saved.State.ShouldBe(MapSearchState.Pending);
        saved.Attempt.ShouldBe(1);
        saved.MapsDone.ShouldBeInRange(1, Maps - 1);
        fresh.MessageId.ShouldNotBe(message.MessageId);
        fresh.Attributes["ApproximateReceiveCount"].ShouldBe("1");
        (await _system.BacklogAsync()).All.ShouldBe(1);

        // In another environment, as it may be in AWS.
        (await worker.StopAsync(TimeSpan.FromSeconds(20))).ShouldBe(0);
        var next = await _system.StartFunctionAsync("Worker");
        (await LambdaEvents.InvokeAsync(next.Address, LambdaEvents.Batch(fresh))).Body.ShouldBe(Nothing);
        await ShouldBeWholeAsync(key);
        _system.Boards().Count.ShouldBeInRange(Maps, Maps + 1);
        (await _system.BacklogAsync()).All.ShouldBe(0);
    }

    [Fact]
    public async Task An_invocation_without_time_left_hands_its_search_back_at_once()
    {
        var worker = await _system.StartFunctionAsync("Worker");
        var key = await StoreAndSendAsync();

        var answer = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(await _system.ReceiveAsync()), left: TimeSpan.FromSeconds(10));

        answer.Body.ShouldBe(Nothing);
        (await AwsSystem.FindAsync(_owner, key)).State.ShouldBe(MapSearchState.Pending);
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 1, Hidden: 0, HeldBack: 0));
    }

    [Fact]
    public async Task A_function_that_is_stopped_in_the_middle_hands_its_search_back()
    {
        var worker = await _system.StartFunctionAsync("Worker", s_slow);
        var key = await StoreAndSendAsync();
        var running = LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(await _system.ReceiveAsync()));
        await Eventually.GetAsync(() => AwsSystem.FindAsync(_owner, key), job => job.MapsDone > 2);

        (await worker.StopAsync(TimeSpan.FromSeconds(5))).ShouldBe(0);

        (await running).Body.ShouldBe(Nothing);
        (await AwsSystem.FindAsync(_owner, key)).State.ShouldBe(MapSearchState.Pending);
        var next = await _system.StartFunctionAsync("Worker");
        (await LambdaEvents.InvokeAsync(next.Address, LambdaEvents.Batch(await _system.ReceiveAsync()))).Body.ShouldBe(Nothing);
        await ShouldBeWholeAsync(key);
    }

    [Fact]
    public async Task The_schedule_sends_a_message_for_a_search_that_has_none()
    {
        var worker = await _system.StartFunctionAsync("Worker");
        var key = await _system.StoreAsync(_owner, age: TimeSpan.FromMinutes(2));

        var kept = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Schedule("maintenance"));
        var messages = await _system.ReceiveAsync();
        var ran = await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Batch(messages));

        kept.Status.ShouldBe(HttpStatusCode.OK);
        kept.Body.ShouldContain("\"failed\":0");
        messages.Count.ShouldBe(1);
        ran.Body.ShouldBe(Nothing);
        await ShouldBeWholeAsync(key);
    }

    [Fact]
    public async Task What_is_no_event_is_refused()
    {
        var worker = await _system.StartFunctionAsync("Worker");
        var key = await StoreAndSendAsync("Solo");
        var batch = LambdaEvents.Batch(await _system.ReceiveAsync());
        string[] garbage =
        [
            "", "null", "garbage", "[]", "{}", "1", """{"Records":null}""", """{"Records":7}""", """{"Records":[null]}""", """{"Records":[{}]}""",
            """{"Records":[{"eventSource":"aws:s3","s3":{"bucket":{"name":"b"}}}]}""", """{"Records":[{"messageId":1,"body":"x"}]}""", """{"detail":{"task":"unknown"}}""", """{"detail":null}""",
        ];

        foreach (var body in garbage)
        {
            ((int)(await LambdaEvents.InvokeAsync(worker.Address, body)).Status).ShouldBeInRange(400, 499, body);
        }

        // From outside, where anybody may write what the body says.
        var outside = LambdaEvents.ApiContext("POST", "/events", "203.0.113.9");
        (await LambdaEvents.InvokeAsync(worker.Address, batch.DeepClone(), requestContext: outside)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await LambdaEvents.InvokeAsync(worker.Address, LambdaEvents.Schedule("maintenance"), requestContext: outside)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await AwsSystem.FindAsync(_owner, key)).Fence.ShouldBe(0);

        // Nothing of this has done the function harm.
        (await LambdaEvents.InvokeAsync(worker.Address, batch)).Body.ShouldBe(Nothing);
        (await AwsSystem.FindAsync(_owner, key)).State.ShouldBe(MapSearchState.Completed);
    }

    private async Task<MapSearchKey> StoreAndSendAsync(string mapper = Mapper)
    {
        var key = await _system.StoreAsync(_owner, mapper);
        await _system.SendAsync(key);
        return key;
    }

    private async Task<List<Message>> ReceiveAllAsync(int count)
    {
        var all = new List<Message>();
        await Eventually.GetAsync(
            async () =>
            {
                all.AddRange(await _system.ReceiveAsync());
                return all.Count;
            },
            received => received == count);
        return all;
    }

    private async Task ShouldBeWholeAsync(MapSearchKey key)
    {
        var job = await AwsSystem.FindAsync(_owner, key);
        job.State.ShouldBe(MapSearchState.Completed);
        job.Attempt.ShouldBe(1);
        job.MapsDone.ShouldBe(Maps);
        job.MapsFailed.ShouldBe(0);
        var rows = await AwsSystem.RowsAsync(_owner, key);
        rows.Select(row => row.Row.Index).ShouldBe(Enumerable.Range(0, Maps));
        rows.Select(row => row.Row.Map.MapId).Distinct().Count().ShouldBe(Maps);
    }
}
