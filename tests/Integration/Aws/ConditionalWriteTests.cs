using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Domain.MapSearches;
using Backend.Domain.Sessions;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Aws;

/// <summary>
/// The answer of a write gets lost, the SDK sends it again, and it is refused because it was done: it must be known as one's own. And what is
/// asked of DynamoDB over a whole search is only what may be asked.
/// </summary>
public sealed class ConditionalWriteTests : IAsyncLifetime
{
    private const int Maps = 24;

    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    private AwsSystem _system = null!;

    private string Sessions => _system.Resources.NameOf(AwsSchema.Sessions);

    private string Searches => _system.Resources.NameOf(AwsSchema.MapSearches);

    public async ValueTask InitializeAsync() => _system = await AwsSystem.StartAsync();

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    [Fact]
    public async Task A_sign_in_adds_one_session()
    {
        await using var host = _system.StartIdle();
        LoseAnswers(r => r.TableName == Sessions);

        var user = await host.SignInAsync();

        (await user.Client.GetFromJsonAsync<JsonArray>("/api/v1/users/sessions"))!.Count.ShouldBe(1);
        Lost("PutItem").ShouldBe(1);
    }

    [Fact]
    public async Task A_refresh_rotates_once_and_keeps_the_user_signed_in()
    {
        await using var host = _system.StartIdle();
        var user = await host.SignInAsync();
        LoseAnswers(r => r.TableName == Sessions);
        var token = user.RefreshToken;
        for (var i = 0; i < 3; i++)
        {
            using var refreshed = await host.CreateClient().PostAsJsonAsync("/api/v1/users/refresh", new { refresh_token = token });
            refreshed.StatusCode.ShouldBe(HttpStatusCode.OK);
            token = (string)(await refreshed.Content.ReadFromJsonAsync<JsonNode>())!["refresh_token"]!;
        }

        Lost("UpdateItem").ShouldBe(3);
        var sessions = await _system.Resources.DynamoDb.QueryAsync(new(Sessions) { KeyConditionExpression = "pk = :p", ExpressionAttributeValues = new() { [":p"] = new("1") } });
        sessions.Items.Single()["counter"].N.ShouldBe("3");
        (await user.Client.GetFromJsonAsync<JsonArray>("/api/v1/users/sessions"))!.Count.ShouldBe(1);

        // A client that repeats itself is forgiven; here nobody has.
        var session = new SessionId(Guid.Parse(sessions.Items.Single()["sk"].S));
        (await host.Services.GetRequiredService<ISessionStore>().TryRotateAsync(new(1), session, 3, CancellationToken.None))!.Counter.ShouldBe(4);
        Lost("UpdateItem").ShouldBe(4);
    }

    [Fact]
    public async Task A_search_that_is_submitted_is_there_once_and_counts_once()
    {
        await using var host = _system.StartIdle();
        var user = await host.SignInAsync();
        LoseAnswers(r => r.TableName == Searches);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await user.SubmitAsync("Solo"));
        }

        using var sixth = await user.Client.PostAsJsonAsync("/api/v1/map-searches", new { mapper = "Solo", period = "1m" });

        Lost("PutItem").ShouldBeGreaterThanOrEqualTo(5);
        Lost("UpdateItem").ShouldBeGreaterThanOrEqualTo(5);
        sixth.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await user.Client.GetFromJsonAsync<JsonNode>("/api/v1/map-searches"))!["items"]!.AsArray().Select(item => (string)item!["id"]!).ShouldBe(ids, ignoreOrder: true);
    }

    /// <summary>Claim, lease, start, rows, names, end, slots of the pace, tokens, boards: each loses its first answer.</summary>
    [Fact]
    public async Task A_search_whose_every_write_loses_its_answer_is_whole_after_one_run()
    {
        await using var host = _system.Start(("Trackmania:NadeoRate", "8"), ("MapSearches:LeaderboardFreshness", "00:00:00"));
        var user = await host.SignInAsync();
        LoseAnswers(_ => true);

        var id = await user.SubmitAsync("Demo Mapper");
        var ended = await user.EndAsync(id, TimeSpan.FromSeconds(60));

        ((string)ended["status"]!).ShouldBe("completed");
        var key = new MapSearchKey(new(1), new(Guid.Parse(id)));
        var job = await AwsSystem.FindAsync(host, key);
        (job.Fence, job.Attempt, job.MapsDone, job.MapsFailed).ShouldBe((1, 1, Maps, 0));
        var rows = await AwsSystem.RowsAsync(host, key);
        rows.Select(row => row.Row.Index).ShouldBe(Enumerable.Range(0, Maps));
        rows.Sum(row => row.Row.Entries.Count).ShouldBe((int)job.RecordsFound);
        _system.Boards().Count.ShouldBe(Maps);
        _system.Sandbox.Traffic.Count(SandboxHost.Core).ShouldBe(1);

        // Claim, start, rows and end on the search itself; slots, tokens and rows elsewhere.
        foreach (var table in new[] { AwsSchema.MapSearches, AwsSchema.UpstreamBudget, AwsSchema.UpstreamTokens })
        {
            LostOn(table).ShouldBeGreaterThan(0, table.BaseName);
        }

        LostOn(AwsSchema.MapSearches).ShouldBeGreaterThan(2 * Maps);
        LostOn(AwsSchema.UpstreamBudget).ShouldBeGreaterThanOrEqualTo(Maps);
    }

    [Fact]
    public async Task A_lease_whose_renewals_lose_their_answers_is_kept()
    {
        await using var host = _system.StartIdle();
        var key = await _system.StoreAsync(host);
        var claimed = (await AwsSystem.JobsOf(host).TryClaimAsync(key, CancellationToken.None))!;
        _system.DynamoDb.On(r => ((string?)r.Body["UpdateExpression"])?.StartsWith("set renewal = renewal", StringComparison.Ordinal) == true, AwsFault.Unanswered, times: 2);

        (await AwsSystem.JobsOf(host).TryRenewAsync(key, claimed.Fence, CancellationToken.None)).ShouldBeTrue();

        Lost("UpdateItem").ShouldBe(2);
        (await AwsSystem.JobsOf(host).TryClaimAsync(key, CancellationToken.None)).ShouldBeNull();
        (await AwsSystem.FindAsync(host, key)).ShouldBe(claimed);
    }

    /// <summary>A slot that was taken unnoticed would be taken again, and the pace would be halved.</summary>
    [Fact]
    public async Task A_slot_of_the_pace_is_taken_once()
    {
        await using var host = _system.Start(("Trackmania:NadeoRate", "5"), ("MapSearches:LeaderboardFreshness", "00:00:00"));
        var key = await _system.StoreAsync(host);
        LoseAnswers(r => r.TableName == _system.Resources.NameOf(AwsSchema.UpstreamBudget));

        await _system.SendAsync(key);
        await AwsSystem.EndAsync(host, key, TimeSpan.FromSeconds(60));

        var calls = _system.Sandbox.Traffic.Count(SandboxHost.Live) + _system.Sandbox.Traffic.Count(SandboxHost.Core);
        LostOn(AwsSchema.UpstreamBudget).ShouldBeGreaterThanOrEqualTo(calls);

        // As many steps of the slots as calls; one more, for a slot that was reserved ahead and that nobody needed.
        SlotsTaken("Nadeo", TimeSpan.FromMilliseconds(200)).ShouldBeInRange(calls, calls + 2);
    }

    [Fact]
    public async Task A_call_that_is_limited_is_counted_once()
    {
        await using var host = _system.StartIdle(("RateLimits:Login", "5/300"));
        LoseAnswers(r => r.TableName == _system.Resources.NameOf(AwsSchema.RateLimits));
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 6; i++)
        {
            using var answer = await host.CreateClient().PostAsJsonAsync("/api/v1/users/login", new { email = "nobody", password = "wrong" });
            statuses.Add(answer.StatusCode);
        }

        statuses.ShouldBe([.. Enumerable.Repeat(HttpStatusCode.Unauthorized, 5), HttpStatusCode.TooManyRequests]);
        Lost("PutItem").ShouldBe(5);
    }

    [Fact]
    public async Task A_whole_search_scans_nothing_reads_consistently_and_writes_itself_on_conditions_only()
    {
        await using var host = _system.Start();
        var user = await host.SignInAsync();
        using var profile = await user.Client.GetAsync("/api/v1/users/profile");
        using var refreshed = await host.CreateClient().PostAsJsonAsync("/api/v1/users/refresh", new { refresh_token = user.RefreshToken });
        var id = await user.SubmitAsync("Demo Mapper");
        await user.EndAsync(id);
        (await user.ResultsAsync(id)).Count.ShouldBeGreaterThan(0);
        using var listed = await user.Client.GetAsync("/api/v1/map-searches");
        await user.CancelAsync(await user.SubmitAsync("Prolific Mapper"));
        await AwsSystem.KeepUpAsync(host);

        var requests = _system.DynamoDb.Requests;
        requests.Count.ShouldBeGreaterThan(4 * Maps);
        requests.Select(r => r.Operation).Distinct().ShouldBeSubsetOf(["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "BatchWriteItem", "DescribeTable", "DescribeTimeToLive"]);
        var gets = requests.Where(r => r.Operation == "GetItem").ToList();
        var queries = requests.Where(r => r.Operation == "Query" && (string?)r.Body["IndexName"] != AwsSchema.MapSearches.GlobalIndex!.Name).ToList();
        var batches = requests.Where(r => r.Operation == "BatchGetItem").SelectMany(r => r.Body["RequestItems"]!.AsObject().Select(table => table.Value!)).ToList();
        new[] { gets.Count, queries.Count, batches.Count }.ShouldAllBe(count => count > 0);
        gets.Concat(queries).ShouldAllBe(r => (bool?)r.Body["ConsistentRead"] == true);
        batches.ShouldAllBe(table => (bool?)table["ConsistentRead"] == true);

        // Rows and names are written where their search is not.
        var own = requests.Where(r => r.TableName == Searches && r.Operation is "PutItem" or "UpdateItem" or "DeleteItem").Where(r => r.TableName == Searches).ToList();
        own.Count.ShouldBeGreaterThan(2 * Maps);
        own.ShouldAllBe(r => !string.IsNullOrEmpty((string?)r.Body["ConditionExpression"]));
        var written = requests.Where(r => r.Operation == "BatchWriteItem").SelectMany(r => r.Body["RequestItems"]![Searches]!.AsArray()).Select(w => (string)w!["PutRequest"]!["Item"]!["pk"]!["S"]!).ToList();
        written.Count.ShouldBeGreaterThan(0);
        written.ShouldAllBe(partition => partition.EndsWith("#names", StringComparison.Ordinal));
    }

    /// <summary>Of every conditional write that is meant, the first answer.</summary>
    private void LoseAnswers(Func<AwsRequest, bool> meant) =>
        _system.DynamoDb.On(r => r.Operation is "PutItem" or "UpdateItem" && r.TableName is not null && WriteOf(r) is { } write && meant(r) && _lost.Add(write), AwsFault.Unanswered, times: int.MaxValue);

    private static string? WriteOf(AwsRequest request) =>
        (string?)(request.Body["Item"]?["written_by"]?["S"] ?? request.Body["ExpressionAttributeValues"]?[":written_by"]?["S"]);

    private int Lost(string operation) => _system.DynamoDb.RequestsOf(operation).Count(r => r.Fault is not null);

    private int LostOn(AwsTable table) => _system.DynamoDb.Requests.Count(r => r.Fault is not null && r.TableName == _system.Resources.NameOf(table));

    /// <summary>Different values that the next slot had; a shorter step only moves it back, behind one that a busy machine has used late.</summary>
    private int SlotsTaken(string host, TimeSpan spacing) => _system.DynamoDb.RequestsOf("UpdateItem")
        .Where(r => r.TableName == _system.Resources.NameOf(AwsSchema.UpstreamBudget) && ((string?)r.Body["Key"]?["pk"]?["S"])!.Contains(host, StringComparison.OrdinalIgnoreCase) && r.Fault is not null)
        .Select(r => (From: Milliseconds(r, ":from"), To: Milliseconds(r, ":to")))
        .Where(step => step.From is null || step.To - step.From >= spacing.TotalMilliseconds)
        .DistinctBy(step => step.To)
        .Count();

    private static long? Milliseconds(AwsRequest request, string value) =>
        (string?)request.Body["ExpressionAttributeValues"]?[value]?["N"] is { } number ? long.Parse(number, CultureInfo.InvariantCulture) : null;
}
