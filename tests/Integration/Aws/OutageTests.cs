using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Domain.MapSearches;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Backend.Integration.Aws;

/// <summary>AWS throttles, hangs or is away, while the database of the users is there: requests are answered soon and honestly, and searches go on by themselves.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    private const int Maps = 24;

    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(5);

    /// <summary>On, so that these requests ask DynamoDB too, as they do in production.</summary>
    private static readonly (string Key, string Value)[] s_settings =
    [
        ("RateLimits:Login", "1000/300"), ("RateLimits:LoginAccount", "1000/900"), ("RateLimits:Register", "1000/300"), ("RateLimits:MapSearch", "1000/60"), ("Trackmania:NadeoRate", "8"),
    ];

    public enum Outage
    {
        /// <summary>Nobody listens.</summary>
        Stopped,

        /// <summary>Connections are taken and nothing is answered.</summary>
        Hanging,

        /// <summary>Everything is refused for want of capacity.</summary>
        Throttling,

        /// <summary>Everything is refused because the service has a bad day.</summary>
        Failing,
    }

    [Theory]
    [InlineData("ProvisionedThroughputExceededException", 400)]
    [InlineData("ThrottlingException", 400)]
    [InlineData("RequestLimitExceeded", 400)]
    [InlineData("InternalServerError", 500)]
    [InlineData("ServiceUnavailable", 503)]
    public async Task Throttling_that_passes_is_not_seen_by_clients(string code, int status)
    {
        await using var system = await AwsSystem.StartAsync();
        await using var host = system.Start([.. s_settings, ("Trackmania:NadeoRate", "1000")]);
        await host.SignInAsync("known already");
        foreach (var operation in new[] { "GetItem", "PutItem", "UpdateItem", "Query", "BatchGetItem", "BatchWriteItem", "DeleteItem" })
        {
            system.DynamoDb.On(operation, AwsFault.Error(code, status));
        }

        foreach (var operation in new[] { "SendMessage", "DeleteMessage" })
        {
            system.Sqs.On(operation, AwsFault.Error("ServiceUnavailable", 503));
        }

        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Demo Mapper");
        var ended = await user.EndAsync(id, TimeSpan.FromSeconds(60));
        var answers = await AskEverythingAsync(host, user, id, await host.SignInAsync(), id);

        ((string)ended["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["attempt"]!).ShouldBe(1);
        answers.ShouldAllBe(a => (int)a.Status < 500);
        var harmed = system.DynamoDb.Requests.Concat(system.Sqs.Requests).Where(r => r.Fault is not null).Select(r => r.Operation).ToList();
        harmed.ShouldBe(["GetItem", "PutItem", "UpdateItem", "Query", "BatchGetItem", "BatchWriteItem", "DeleteItem", "SendMessage", "DeleteMessage"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(Outage.Stopped)]
    [InlineData(Outage.Hanging)]
    [InlineData(Outage.Throttling)]
    [InlineData(Outage.Failing)]
    public async Task Without_AWS_every_request_is_answered_503_and_searches_and_sessions_live_on(Outage outage)
    {
        await using var system = await AwsSystem.StartAsync(ownDynamoDb: true);
        await using var host = system.Start(s_settings);
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Demo Mapper");
        await user.DoneAsync(id, 4);
        var leaving = await host.SignInAsync();
        var given = await leaving.SubmitAsync("Solo");

        await BeginAsync(system, outage);
        var first = await AskEverythingAsync(host, user, id, leaving, given);
        await Eventually.GetAsync(() => ReadyAsync(host), ready => ready == HttpStatusCode.ServiceUnavailable);
        var second = await AskEverythingAsync(host, user, id, leaving, given);
        await EndAsync(system, outage);

        output.WriteLine($"{outage}: the slowest answer took {first.Concat(second).Max(a => a.Took).TotalSeconds:0.00} s");
        first.Concat(second).ShouldAllBe(a => a.Took < s_answer);
        (second.Single(a => a.Request == "/health/live").Status).ShouldBe(HttpStatusCode.OK);
        foreach (var answer in second.Where(a => a.Request != "/health/live"))
        {
            answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, $"{answer.Request}: {answer.Body}");
            answer.RetryAfter.ShouldNotBeNull(answer.Request);
        }

        await Eventually.GetAsync(() => ReadyAsync(host), ready => ready == HttpStatusCode.OK);
        var ended = await Eventually.GetAsync(
            async () => await TimedAnswer.AskAsync(user.Client, HttpMethod.Get, $"/api/v1/map-searches/{id}") is { Status: HttpStatusCode.OK } answer ? JsonNode.Parse(answer.Body)! : null,
            status => (string?)status?["status"] is "completed" or "failed" or "cancelled",
            TimeSpan.FromSeconds(60));
        ((string)ended!["status"]!).ShouldBe("completed");
        ((int)ended["progress"]!["attempt"]!).ShouldBe(1);
        ((int)ended["progress"]!["mapsDone"]!).ShouldBe(Maps);
        ((int)ended["progress"]!["mapsFailed"]!).ShouldBe(0);
        var rows = await AwsSystem.RowsAsync(host, new MapSearchKey(new(1), new(Guid.Parse(id))));
        rows.Select(row => row.Row.Map.MapId).Distinct().Count().ShouldBe(Maps);
        (await TimedAnswer.AskAsync(user.Client, HttpMethod.Get, "/api/v1/users/profile")).Status.ShouldBe(HttpStatusCode.OK);
        (await TimedAnswer.AskAsync(host.CreateClient(), HttpMethod.Post, "/api/v1/users/refresh", new { refresh_token = user.RefreshToken })).Status.ShouldBe(HttpStatusCode.OK);
        Errors(host).ShouldBeEmpty();
    }

    /// <summary>The queue alone: only what sends a message needs it.</summary>
    [Theory]
    [InlineData(Outage.Stopped)]
    [InlineData(Outage.Hanging)]
    public async Task Without_the_queue_searches_are_refused_and_all_else_goes_on(Outage outage)
    {
        await using var system = await AwsSystem.StartAsync();
        await using var host = system.Start(s_settings);
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Demo Mapper");
        await user.DoneAsync(id, 4);
        await (outage == Outage.Hanging ? system.SqsServer.PauseAsync() : system.SqsServer.StopAsync());

        var refused = await TimedAnswer.AskAsync(user.Client, HttpMethod.Post, "/api/v1/map-searches", new { mapper = "Solo", period = "1m" });

        refused.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.RetryAfter.ShouldNotBeNull();
        refused.Took.ShouldBeLessThan(s_answer);
        (await TimedAnswer.AskAsync(user.Client, HttpMethod.Get, "/api/v1/users/profile")).Status.ShouldBe(HttpStatusCode.OK);
        (await ReadyAsync(host)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string)(await user.EndAsync(id))["status"]!).ShouldBe("completed");
        var listed = (await user.Client.GetFromJsonAsync<JsonNode>("/api/v1/map-searches"))!["items"]!.AsArray();
        listed.Select(item => (string)item!["status"]!).ShouldBe(["cancelled", "completed"]);
        if (outage == Outage.Hanging)
        {
            await system.SqsServer.ResumeAsync();
            await Eventually.GetAsync(() => ReadyAsync(host), ready => ready == HttpStatusCode.OK);
            ((string)(await user.EndAsync(await user.SubmitAsync("Solo")))["status"]!).ShouldBe("completed");
        }
    }

    [Theory]
    [InlineData(Outage.Stopped)]
    [InlineData(Outage.Hanging)]
    public async Task A_host_stops_in_time_and_without_an_error_while_AWS_is_away(Outage outage)
    {
        await using var system = await AwsSystem.StartAsync(ownDynamoDb: true);
        await using var host = system.Start(s_settings);
        var user = await host.SignInAsync();
        await user.DoneAsync(await user.SubmitAsync("Prolific Mapper"), 3);
        await BeginAsync(system, outage);
        await Eventually.GetAsync(() => ReadyAsync(host), ready => ready == HttpStatusCode.ServiceUnavailable);
        var started = TimeProvider.System.GetTimestamp();

        await host.Services.GetRequiredService<IHost>().StopAsync();

        // A call that is under way, the search that is handed back and its message wait for four seconds each.
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        Errors(host).ShouldBeEmpty();
        await EndAsync(system, outage, queues: false);
    }

    private static async Task BeginAsync(AwsSystem system, Outage outage)
    {
        switch (outage)
        {
            case Outage.Stopped:
                // Queues live in the memory of their server, which would lose them.
                system.Sqs.On(_ => true, AwsFault.Lost, times: int.MaxValue);
                await system.DynamoDbServer!.StopAsync();
                break;
            case Outage.Hanging:
                await system.DynamoDbServer!.PauseAsync();
                await system.SqsServer.PauseAsync();
                break;
            case Outage.Throttling:
                system.DynamoDb.On(_ => true, AwsFault.Error("ProvisionedThroughputExceededException"), times: int.MaxValue);
                system.Sqs.On(_ => true, AwsFault.Error("RequestThrottled", 403), times: int.MaxValue);
                break;
            case Outage.Failing:
                system.DynamoDb.On(_ => true, AwsFault.Error("InternalServerError", 500), times: int.MaxValue);
                system.Sqs.On(_ => true, AwsFault.Error("ServiceUnavailable", 503), times: int.MaxValue);
                break;
        }
    }

    private static async Task EndAsync(AwsSystem system, Outage outage, bool queues = true)
    {
        switch (outage)
        {
            case Outage.Stopped:
                await system.DynamoDbServer!.StartAgainAsync();
                break;
            case Outage.Hanging:
                await system.DynamoDbServer!.ResumeAsync();
                await system.SqsServer.ResumeAsync();
                break;
        }

        system.DynamoDb.Heal();
        if (queues)
        {
            system.Sqs.Heal();
        }
    }

    /// <summary>One request of every kind, all at once.</summary>
    private static async Task<IReadOnlyList<TimedAnswer>> AskEverythingAsync(BackendHost host, SignedInUser user, string id, SignedInUser leaving, string given) =>
        await Task.WhenAll(
        [
            .. new[]
            {
                $"/api/v1/map-searches/{id}", $"/api/v1/map-searches/{id}/results?after=-1&limit=500", "/api/v1/map-searches", $"/api/v1/users/maps/status/{id}", "/api/v1/users/maps?username=Solo",
                "/api/v1/users/profile", "/api/v1/users/sessions",
            }.Select(path => TimedAnswer.AskAsync(user.Client, HttpMethod.Get, path)),
            TimedAnswer.AskAsync(user.Client, HttpMethod.Get, "/health/ready"),
            TimedAnswer.AskAsync(user.Client, HttpMethod.Get, "/health/live"),
            TimedAnswer.AskAsync(user.Client, HttpMethod.Post, "/api/v1/users/login", new { email = user.Name, password = BackendHost.Password }),
            TimedAnswer.AskAsync(user.Client, HttpMethod.Post, "/api/v1/users/register", new { email = "someone.else@example.org", username = "someone else", password = BackendHost.Password }),
            TimedAnswer.AskAsync(user.Client, HttpMethod.Post, "/api/v1/users/refresh", new { refresh_token = leaving.RefreshToken }),
            TimedAnswer.AskAsync(user.Client, HttpMethod.Post, "/api/v1/map-searches", new { mapper = "Solo", period = "1m" }),
            TimedAnswer.AskAsync(leaving.Client, HttpMethod.Delete, $"/api/v1/map-searches/{given}"),
            TimedAnswer.AskAsync(leaving.Client, HttpMethod.Post, "/api/v1/users/logout-everywhere"),
            TimedAnswer.AskAsync(host.CreateClient(), HttpMethod.Post, "/api/v1/users/logout", new { refresh_token = leaving.RefreshToken }),
        ]);

    private static async Task<HttpStatusCode> ReadyAsync(BackendHost host) => (await TimedAnswer.AskAsync(host.CreateClient(), HttpMethod.Get, "/health/ready")).Status;

    private static IEnumerable<string> Errors(BackendHost host) => host.Logs.Lines.Where(l => l.StartsWith("Error ", StringComparison.Ordinal) || l.StartsWith("Fatal ", StringComparison.Ordinal));
}
