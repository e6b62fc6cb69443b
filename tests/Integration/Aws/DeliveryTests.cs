using Backend.Application.Ports;
using Backend.Domain.MapSearches;
using Backend.Integration.Support;

namespace Backend.Integration.Aws;

/// <summary>SQS delivers a message once or several times, early or late, in any order; a search is run once all the same.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private const int Maps = 24;

    /// <summary>Every repetition costs a call.</summary>
    private static readonly (string Key, string Value) s_uncached = ("MapSearches:LeaderboardFreshness", "00:00:00");

    private static readonly (string Key, string Value) s_slow = ("Trackmania:NadeoRate", "10");

    private AwsSystem _system = null!;

    public async ValueTask InitializeAsync() => _system = await AwsSystem.StartAsync();

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    [Fact]
    public async Task Three_messages_for_one_search_are_one_run()
    {
        await using var host = _system.Start(s_uncached, s_slow);
        var key = await _system.StoreAsync(host);

        await _system.SendAsync(key, copies: 3);
        var job = await AwsSystem.EndAsync(host, key);

        ShouldHaveRunOnce(job);
        await _system.EmptyAsync();
        ShouldHaveRunOnce(await AwsSystem.FindAsync(host, key));
    }

    [Fact]
    public async Task Many_searches_with_two_messages_each_are_run_once_by_two_workers()
    {
        await using var one = _system.Start(s_uncached);
        await using var other = _system.Start(s_uncached);
        var keys = new List<MapSearchKey>();
        for (var i = 0; i < 12; i++)
        {
            keys.Add(await _system.StoreAsync(one));
        }

        foreach (var key in keys)
        {
            await _system.SendAsync(key, copies: 2);
        }

        foreach (var key in keys)
        {
            var job = await AwsSystem.EndAsync(one, key);
            (job.State, job.Fence, job.MapsDone).ShouldBe((MapSearchState.Completed, 1, Maps));
        }

        await _system.EmptyAsync();
    }

    [Fact]
    public async Task Messages_that_two_workers_get_at_the_same_time_are_one_run()
    {
        await using var one = _system.StartIdle(s_uncached, s_slow);
        await using var other = _system.StartIdle(s_uncached, s_slow);
        var key = await _system.StoreAsync(one);
        await _system.SendAsync(key, copies: 2);
        var first = await AwsSystem.TakeTicketAsync(one);
        var second = await AwsSystem.TakeTicketAsync(other);

        await Task.WhenAll(AwsSystem.RunAsync(one, first), AwsSystem.RunAsync(other, second));

        ShouldHaveRunOnce(await AwsSystem.FindAsync(one, key));

        // Who came late wants to look again after a while, should the other have died.
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 0, Hidden: 0, HeldBack: 1));
        await _system.SqsServer.AdvanceClockAsync(TimeSpan.FromSeconds(3));
        await AwsSystem.RunAsync(other, await AwsSystem.TakeTicketAsync(other));
        (await _system.BacklogAsync()).All.ShouldBe(0);
        ShouldHaveRunOnce(await AwsSystem.FindAsync(one, key));
    }

    [Fact]
    public async Task A_message_for_a_search_that_is_over_or_unknown_is_acknowledged_and_changes_nothing()
    {
        await using var host = _system.StartIdle(s_uncached);
        var completed = await _system.StoreAsync(host, "Solo");
        await _system.SendAsync(completed);
        await AwsSystem.RunAsync(host, await AwsSystem.TakeTicketAsync(host));
        var cancelled = await _system.StoreAsync(host, "Solo");
        await AwsSystem.JobsOf(host).CancelAsync(cancelled, CancellationToken.None);
        var failed = await _system.StoreAsync(host, "Solo");
        var claimed = (await AwsSystem.JobsOf(host).TryClaimAsync(failed, CancellationToken.None))!;
        await AwsSystem.JobsOf(host).TryFailAsync(failed, claimed.Fence, "It failed.", CancellationToken.None);
        MapSearchKey[] over = [completed, cancelled, failed];
        var before = new List<MapSearchJob>();
        foreach (var key in over)
        {
            before.Add(await AwsSystem.FindAsync(host, key));
            await _system.SendAsync(key);
        }

        await _system.SendAsync(completed with { Id = new MapSearchId(Ids.Next()) });
        var asked = _system.Boards().Count;
        for (var i = 0; i < 4; i++)
        {
            await AwsSystem.RunAsync(host, await AwsSystem.TakeTicketAsync(host));
        }

        (await _system.BacklogAsync()).All.ShouldBe(0);
        foreach (var (number, key) in over.Index())
        {
            (await AwsSystem.FindAsync(host, key)).ShouldBe(before[number]);
        }

        before.Select(job => job.State).ShouldBe([MapSearchState.Completed, MapSearchState.Cancelled, MapSearchState.Failed]);
        _system.Boards().Count.ShouldBe(asked);
    }

    [Fact]
    public async Task A_delivery_that_comes_back_to_life_after_its_message_was_delivered_again_does_nothing()
    {
        await using var host = _system.StartIdle(s_uncached, s_slow);
        await using var other = _system.StartIdle(s_uncached, s_slow);
        var key = await _system.StoreAsync(host);
        await _system.SendAsync(key);
        var old = await AwsSystem.TakeTicketAsync(host);
        await _system.SqsServer.AdvanceClockAsync(TimeSpan.FromSeconds(11));
        var newer = await AwsSystem.TakeTicketAsync(other);
        old.Receipt.ShouldNotBe(newer.Receipt);

        // While the newer one runs, and after it.
        var running = AwsSystem.RunAsync(other, newer);
        await Eventually.GetAsync(() => AwsSystem.FindAsync(host, key), job => job.MapsDone > 2);
        await AwsSystem.RunAsync(host, old);
        await running;
        ShouldHaveRunOnce(await AwsSystem.FindAsync(host, key));
        await _system.EmptyAsync();
        await AwsSystem.RunAsync(host, old);

        ShouldHaveRunOnce(await AwsSystem.FindAsync(host, key));
        (await _system.BacklogAsync()).All.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_that_was_sent_before_others_and_comes_after_them_is_acknowledged()
    {
        await using var host = _system.StartIdle(s_uncached, s_slow);
        var key = await _system.StoreAsync(host);
        await _system.SendAsync(key);
        var first = await AwsSystem.TakeTicketAsync(host);
        await _system.SendAsync(key);
        await AwsSystem.RunAsync(host, await AwsSystem.TakeTicketAsync(host));

        await AwsSystem.RunAsync(host, first);

        ShouldHaveRunOnce(await AwsSystem.FindAsync(host, key));
        (await _system.BacklogAsync()).All.ShouldBe(0);
    }

    [Fact]
    public async Task A_run_that_lives_exchanges_a_message_that_was_delivered_before()
    {
        await using var host = _system.StartIdle(s_uncached, ("Trackmania:NadeoRate", "2"));
        var key = await _system.StoreAsync(host);
        await _system.SendAsync(key);
        var sent = await AwsSystem.TakeTicketAsync(host);
        await _system.SqsServer.AdvanceClockAsync(TimeSpan.FromSeconds(11));
        var again = await AwsSystem.TakeTicketAsync(host);
        (Deliveries(sent), Deliveries(again)).ShouldBe((1, 2));

        using var stop = new CancellationTokenSource();
        var running = AwsSystem.RunAsync(host, again, stop.Token);
        await Eventually.GetAsync(() => _system.BacklogAsync(), backlog => backlog is { Due: 0, Hidden: 0, HeldBack: 1 });

        running.IsCompleted.ShouldBeFalse();
        await _system.SqsServer.AdvanceClockAsync(TimeSpan.FromSeconds(10));
        (await _system.ReceiveAsync()).Single().Attributes["ApproximateReceiveCount"].ShouldBe("1");
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_message_of_a_first_delivery_is_kept()
    {
        await using var host = _system.StartIdle(s_uncached, ("Trackmania:NadeoRate", "2"));
        var key = await _system.StoreAsync(host);
        await _system.SendAsync(key);
        using var stop = new CancellationTokenSource();

        var running = AwsSystem.RunAsync(host, await AwsSystem.TakeTicketAsync(host), stop.Token);
        await Eventually.GetAsync(() => Task.FromResult(_system.Sqs.RequestsOf("ChangeMessageVisibility").Count), extended => extended >= 2);

        _system.Sqs.RequestsOf("SendMessage").ShouldBeEmpty();
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 0, Hidden: 1, HeldBack: 0));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_run_that_is_handed_back_leaves_a_fresh_message_in_place_of_its_own()
    {
        await using var host = _system.StartIdle(s_uncached, s_slow);
        var key = await _system.StoreAsync(host);
        await _system.SendAsync(key);
        using var stop = new CancellationTokenSource();
        var running = AwsSystem.RunAsync(host, await AwsSystem.TakeTicketAsync(host), stop.Token);
        await Eventually.GetAsync(() => AwsSystem.FindAsync(host, key), job => job.MapsDone > 2);
        _system.Sqs.RequestsOf("DeleteMessage").ShouldBeEmpty();

        await stop.CancelAsync();
        await running;

        (await AwsSystem.FindAsync(host, key)).State.ShouldBe(MapSearchState.Pending);
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 1, Hidden: 0, HeldBack: 0));
        var (sent, deleted) = (_system.Sqs.RequestsOf("SendMessage").Single(), _system.Sqs.RequestsOf("DeleteMessage").Single());
        var all = _system.Sqs.Requests.ToList();
        all.IndexOf(sent).ShouldBeLessThan(all.IndexOf(deleted));
        var fresh = (await _system.ReceiveAsync(seconds: 0)).Single();
        fresh.Attributes["ApproximateReceiveCount"].ShouldBe("1");
        await AwsSystem.RunAsync(host, await AwsSystem.TakeTicketAsync(host));
        var job = await AwsSystem.FindAsync(host, key);
        (job.State, job.MapsDone, job.Attempt, job.Fence).ShouldBe((MapSearchState.Completed, Maps, 1, 2));
        _system.Boards().Count.ShouldBeInRange(Maps, Maps + 1);
    }

    private static int Deliveries(MapSearchTicket ticket) => int.Parse(ticket.Receipt.Split('#')[0], System.Globalization.CultureInfo.InvariantCulture);

    private void ShouldHaveRunOnce(MapSearchJob job)
    {
        (job.State, job.Fence, job.MapsDone, job.Attempt).ShouldBe((MapSearchState.Completed, 1, Maps, 1));
        _system.Boards().Count.ShouldBe(Maps);
    }
}
