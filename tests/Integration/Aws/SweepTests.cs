using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;

namespace Backend.Integration.Aws;

/// <summary>Table and queue come apart, because a process dies between the two or a message is lost or set aside; the sweep brings them together again.</summary>
public sealed class SweepTests : IAsyncLifetime
{
    private const int Maps = 24;

    private static readonly TimeSpan s_lapsed = TimeSpan.FromSeconds(11);

    private readonly FastClock _clock = new(1);
    private AwsSystem _system = null!;

    public async ValueTask InitializeAsync() => _system = await AwsSystem.StartAsync(_clock);

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    [Fact]
    public async Task A_search_without_a_message_gets_one_after_a_minute_and_completes()
    {
        await using var host = _system.StartIdle();
        await using var worker = _system.Start();
        var key = await _system.StoreAsync(host);

        (await AwsSystem.KeepUpAsync(host)).Failed.ShouldBe(0);
        _system.Sqs.RequestsOf("SendMessage").ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await AwsSystem.KeepUpAsync(host)).Failed.ShouldBe(0);

        _system.Sqs.RequestsOf("SendMessage").Count.ShouldBe(1);
        ShouldBeWhole(await AwsSystem.EndAsync(host, key), fence: 1);
        await _system.EmptyAsync();
    }

    [Fact]
    public async Task A_search_whose_message_was_lost_completes()
    {
        await using var host = _system.StartIdle();
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Demo Mapper");
        var message = (await _system.ReceiveAsync()).Single();
        await _system.Resources.Sqs.DeleteMessageAsync(await _system.Resources.QueueUrlAsync(), message.ReceiptHandle);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await using var worker = _system.Start();

        ((string)(await user.EndAsync(id))["status"]!).ShouldBe("completed");
    }

    [Fact]
    public async Task A_search_that_waits_long_is_not_flooded_with_messages()
    {
        await using var host = _system.StartIdle();
        await _system.StoreAsync(host);
        var sent = new List<int>();
        for (var minute = 1; minute <= 64; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await AwsSystem.KeepUpAsync(host);
            await AwsSystem.KeepUpAsync(host);
            if (_system.Sqs.RequestsOf("SendMessage").Count > sent.Count)
            {
                sent.Add(minute);
            }
        }

        sent.ShouldBe([1, 3, 7, 15, 31, 63]);
        (await _system.BacklogAsync()).All.ShouldBe(sent.Count);
    }

    [Fact]
    public async Task Two_sweeps_at_once_send_one_message_for_each_search()
    {
        await using var one = _system.StartIdle();
        await using var other = _system.StartIdle();
        var keys = new List<MapSearchKey>();
        for (var i = 0; i < 20; i++)
        {
            keys.Add(await _system.StoreAsync(one, age: TimeSpan.FromMinutes(1)));
        }

        await Task.WhenAll(new[] { one, other, one, other }.Select(AwsSystem.KeepUpAsync));

        _system.Sqs.RequestsOf("SendMessage").Select(r => (string)JsonNode.Parse((string)r.Body["MessageBody"]!)!["searchId"]!).ShouldBe(keys.Select(key => key.Id.ToString()), ignoreOrder: true);
        (await _system.BacklogAsync()).Due.ShouldBe(keys.Count);
    }

    [Fact]
    public async Task A_search_whose_worker_died_and_whose_message_is_lost_is_taken_over()
    {
        await using var host = _system.StartIdle();
        var key = await _system.StoreAsync(host);
        var dead = (await AwsSystem.JobsOf(host).TryClaimAsync(key, CancellationToken.None))!;
        await using var sweeping = _system.StartIdle();

        // It waits for as long as a lease lasts, in which a living worker would have given a sign.
        var started = TimeProvider.System.GetTimestamp();
        (await AwsSystem.KeepUpAsync(sweeping)).Failed.ShouldBe(0);
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(15));

        var taken = await AwsSystem.FindAsync(host, key);
        taken.State.ShouldBe(MapSearchState.Pending);
        taken.Fence.ShouldBeGreaterThan(dead.Fence);
        (await _system.BacklogAsync()).Due.ShouldBe(1);
        (await AwsSystem.JobsOf(host).TryRenewAsync(key, dead.Fence, CancellationToken.None)).ShouldBeFalse();
        await using var worker = _system.Start();
        ShouldBeWhole(await AwsSystem.EndAsync(host, key), fence: 3);
    }

    [Fact]
    public async Task A_search_whose_worker_lives_is_left_to_it()
    {
        await using var worker = _system.Start(("Trackmania:NadeoRate", "2"));
        await using var host = _system.StartIdle();
        var key = await _system.StoreAsync(worker);
        await _system.SendAsync(key);
        await Eventually.GetAsync(() => AwsSystem.FindAsync(host, key), job => job.MapsDone > 0);

        await Task.WhenAll(AwsSystem.KeepUpAsync(host), AwsSystem.KeepUpAsync(worker));

        var job = await AwsSystem.FindAsync(host, key);
        (job.State, job.Fence).ShouldBe((MapSearchState.Processing, 1));
        _system.Sqs.RequestsOf("SendMessage").ShouldBeEmpty();
        await AwsSystem.JobsOf(host).CancelAsync(key, CancellationToken.None);
    }

    [Fact]
    public async Task A_search_whose_message_was_set_aside_before_any_run_fails_with_a_reason()
    {
        await using var host = _system.StartIdle();
        var user = await host.SignInAsync();
        var id = await user.SubmitAsync("Demo Mapper");
        await DeliverInVainAsync();
        (await _system.BacklogAsync(deadLetters: true)).All.ShouldBe(1);

        (await AwsSystem.KeepUpAsync(host)).Failed.ShouldBe(0);

        var status = await user.StatusAsync(id);
        ((string)status["status"]!).ShouldBe("failed");
        ((string)status["error"]!).ShouldBe("The search could not be started after several attempts. Please start it again.");
        (await _system.BacklogAsync(deadLetters: true)).All.ShouldBe(0);
        (await _system.BacklogAsync()).All.ShouldBe(0);
    }

    [Fact]
    public async Task A_search_that_was_run_before_its_message_was_set_aside_gets_another_and_completes()
    {
        await using var host = _system.StartIdle();
        var key = await _system.StoreAsync(host);
        await _system.SendAsync(key);
        var claimed = (await AwsSystem.JobsOf(host).TryClaimAsync(key, CancellationToken.None))!;
        await AwsSystem.JobsOf(host).TryReleaseAsync(key, claimed.Fence, failure: null, CancellationToken.None);
        await DeliverInVainAsync();

        (await AwsSystem.KeepUpAsync(host)).Failed.ShouldBe(0);

        (await _system.BacklogAsync(deadLetters: true)).All.ShouldBe(0);
        (await _system.BacklogAsync()).Due.ShouldBe(1);
        await using var worker = _system.Start();
        ShouldBeWhole(await AwsSystem.EndAsync(host, key), fence: 2);
    }

    [Fact]
    public async Task A_dead_letter_of_a_search_that_is_over_is_removed()
    {
        await using var host = _system.StartIdle();
        var key = await _system.StoreAsync(host);
        await _system.SendAsync(key);
        await DeliverInVainAsync();
        await AwsSystem.JobsOf(host).CancelAsync(key, CancellationToken.None);
        var before = await AwsSystem.FindAsync(host, key);

        await AwsSystem.KeepUpAsync(host);

        (await AwsSystem.FindAsync(host, key)).ShouldBe(before);
        (await _system.BacklogAsync(deadLetters: true)).All.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_that_nobody_can_read_ends_in_the_dead_letter_queue_and_stays_there()
    {
        await using var worker = _system.Start();
        await _system.SendAsync("not ours");
        var key = await _system.StoreAsync(worker, "Solo");
        await _system.SendAsync(key);
        await AwsSystem.EndAsync(worker, key);

        await Eventually.GetAsync(
            async () =>
            {
                await _system.SqsServer.AdvanceClockAsync(s_lapsed);
                return await _system.BacklogAsync(deadLetters: true);
            },
            backlog => backlog.All == 1);
        (await AwsSystem.KeepUpAsync(worker)).Failed.ShouldBe(0);
        await _system.SqsServer.AdvanceClockAsync(TimeSpan.FromMinutes(1));
        (await AwsSystem.KeepUpAsync(worker)).Failed.ShouldBe(0);

        (await _system.BacklogAsync()).All.ShouldBe(0);

        // Visible, for the alarm goes by what is.
        (await _system.BacklogAsync(deadLetters: true)).Due.ShouldBe(1);
        (await _system.ReceiveAsync(deadLetters: true)).Single().Body.ShouldBe("not ours");
        worker.Logs.Text.ShouldContain("none of ours");
    }

    [Fact]
    public async Task A_search_whose_message_cannot_be_sent_is_refused_and_leaves_nothing_behind()
    {
        await using var host = _system.StartIdle();
        var user = await host.SignInAsync();
        _system.Sqs.On("SendMessage", AwsFault.Error("ServiceUnavailable", 503), times: int.MaxValue);
        var started = TimeProvider.System.GetTimestamp();

        using var answer = await user.Client.PostAsJsonAsync("/api/v1/map-searches", new { mapper = "Demo Mapper", period = "1m" });

        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(5));
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await ListAsync(user)).ShouldAllBe(status => status == "cancelled");
        (await AwsSystem.JobsOf(host).LookAtUnfinishedAsync(CancellationToken.None)).ShouldBeEmpty();

        // Nor does its place stay taken.
        _system.Sqs.Heal();
        for (var i = 0; i < 5; i++)
        {
            await user.SubmitAsync("Solo");
        }
    }

    [Fact]
    public async Task A_search_that_could_neither_be_sent_nor_be_taken_back_is_sent_by_the_sweep()
    {
        await using var host = _system.StartIdle();
        var user = await host.SignInAsync();
        _system.Sqs.On("SendMessage", AwsFault.Error("ServiceUnavailable", 503), times: int.MaxValue);
        var table = _system.Resources.NameOf(AwsSchema.MapSearches);
        _system.DynamoDb.On(r => r.Operation == "UpdateItem" && r.TableName == table && (string?)r.Body["Key"]?["sk"]?["S"] != "unfinished", AwsFault.Error("InternalServerError", 500), times: int.MaxValue);

        using var answer = await user.Client.PostAsJsonAsync("/api/v1/map-searches", new { mapper = "Demo Mapper", period = "1m" });
        _system.Sqs.Heal();
        _system.DynamoDb.Heal();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await using var worker = _system.Start();

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        await Eventually.GetAsync(() => ListAsync(user), statuses => statuses.SequenceEqual(["completed"]));
    }

    private static async Task<IReadOnlyList<string>> ListAsync(SignedInUser user) =>
        [.. (await user.Client.GetFromJsonAsync<JsonNode>("/api/v1/map-searches"))!["items"]!.AsArray().Select(item => (string)item!["status"]!)];

    private static void ShouldBeWhole(MapSearchJob job, long fence) => (job.State, job.MapsDone, job.MapsFailed, job.Fence).ShouldBe((MapSearchState.Completed, Maps, 0, fence));

    /// <summary>To workers that die before they do anything, as often as SQS does that, and once more, which it does not.</summary>
    private async Task DeliverInVainAsync()
    {
        for (var delivery = 1; delivery <= AwsSchema.MaxReceiveCount; delivery++)
        {
            (await _system.ReceiveAsync(seconds: 10)).Single().Attributes["ApproximateReceiveCount"].ShouldBe(delivery.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await _system.SqsServer.AdvanceClockAsync(s_lapsed);
        }

        (await _system.ReceiveAsync()).ShouldBeEmpty();
    }
}
