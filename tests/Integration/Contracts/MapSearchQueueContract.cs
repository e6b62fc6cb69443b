using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Integration.Support;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IMapSearchQueue"/> does.</summary>
public abstract class MapSearchQueueContract
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    protected static MapSearchKey NewKey() => new(new UserId(1), new MapSearchId(Ids.Next()));

    /// <summary>With no ticket in it.</summary>
    protected abstract Task<IMapSearchQueue> CreateAsync();

    /// <summary>A pending search, stored where the queue expects it.</summary>
    protected abstract Task<MapSearchKey> StoreAsync();

    /// <summary>Lets time pass on the queue's clock.</summary>
    protected abstract Task PassAsync(TimeSpan duration);

    [Fact]
    public async Task What_is_enqueued_is_delivered()
    {
        var queue = await CreateAsync();
        var key = await StoreAsync();

        await queue.EnqueueAsync(key, CancellationToken.None);

        (await ReceiveAsync(queue)).Key.ShouldBe(key);
    }

    [Fact]
    public async Task A_receiver_that_waits_gets_what_comes_later()
    {
        var queue = await CreateAsync();
        var waiting = ReceiveAsync(queue);
        var key = await StoreAsync();

        await queue.EnqueueAsync(key, CancellationToken.None);

        (await waiting).Key.ShouldBe(key);
    }

    [Fact]
    public async Task A_cancelled_wait_takes_no_ticket()
    {
        var queue = await CreateAsync();
        using var cancellation = new CancellationTokenSource();
        var waiting = queue.ReceiveAsync(1, cancellation.Token);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        var key = await StoreAsync();

        await queue.EnqueueAsync(key, CancellationToken.None);

        (await ReceiveAsync(queue)).Key.ShouldBe(key);
    }

    [Fact]
    public async Task Each_ticket_goes_to_one_of_many_receivers()
    {
        var queue = await CreateAsync();
        var receiving = Enumerable.Range(0, 50).Select(_ => Task.Run(() => ReceiveAsync(queue))).ToList();
        var keys = new List<MapSearchKey>();
        foreach (var _ in receiving)
        {
            keys.Add(await StoreAsync());
            await queue.EnqueueAsync(keys[^1], CancellationToken.None);
        }

        var received = await Task.WhenAll(receiving);

        received.Select(t => t.Key).ShouldBe(keys, ignoreOrder: true);
        received.ShouldBeUnique();
    }

    [Fact]
    public async Task Several_tickets_come_at_once_up_to_the_number_asked_for_and_the_oldest_first()
    {
        var queue = await CreateAsync();
        var keys = new List<MapSearchKey>();
        for (var i = 0; i < 5; i++)
        {
            keys.Add(await StoreAsync());
            await queue.EnqueueAsync(keys[^1], CancellationToken.None);
            await PassAsync(TimeSpan.FromMilliseconds(10));
        }

        var first = await ReceiveAsync(queue, 3);
        var rest = await ReceiveAsync(queue, 3);

        first.Select(t => t.Key).ShouldBe(keys[..3], ignoreOrder: true);
        rest.Select(t => t.Key).ShouldBe(keys[3..], ignoreOrder: true);
    }

    [Fact]
    public async Task A_silent_ticket_is_delivered_again_and_its_old_receipt_means_nothing()
    {
        var queue = await CreateAsync();
        var key = await StoreAsync();
        await queue.EnqueueAsync(key, CancellationToken.None);
        var first = await ReceiveAsync(queue);

        await PassAsync(queue.Visibility);
        var second = await ReceiveAsync(queue);
        await queue.AcknowledgeAsync(first, CancellationToken.None);
        await queue.ReturnAsync(first, TimeSpan.Zero, CancellationToken.None);
        await PassAsync(queue.Visibility);
        var third = await ReceiveAsync(queue);

        second.Key.ShouldBe(key);
        second.Receipt.ShouldNotBe(first.Receipt);
        third.Key.ShouldBe(key);
    }

    [Fact]
    public async Task An_extended_ticket_stays_hidden()
    {
        var queue = await CreateAsync();
        await queue.EnqueueAsync(await StoreAsync(), CancellationToken.None);
        var ticket = await ReceiveAsync(queue);
        await PassAsync(queue.Visibility * 0.6);
        await queue.ExtendAsync(ticket, CancellationToken.None);
        await PassAsync(queue.Visibility * 0.6);
        var other = await StoreAsync();
        await queue.EnqueueAsync(other, CancellationToken.None);

        (await ReceiveAsync(queue)).Key.ShouldBe(other);
    }

    [Fact]
    public async Task An_acknowledged_ticket_never_comes_back()
    {
        var queue = await CreateAsync();
        await queue.EnqueueAsync(await StoreAsync(), CancellationToken.None);
        var ticket = await ReceiveAsync(queue);
        await queue.AcknowledgeAsync(ticket, CancellationToken.None);
        await queue.AcknowledgeAsync(ticket, CancellationToken.None);
        await queue.ExtendAsync(ticket, CancellationToken.None);
        await PassAsync(queue.Visibility * 2);
        var other = await StoreAsync();
        await queue.EnqueueAsync(other, CancellationToken.None);

        (await ReceiveAsync(queue)).Key.ShouldBe(other);
    }

    [Fact]
    public async Task A_returned_ticket_comes_back_after_its_delay_and_not_before_others()
    {
        var queue = await CreateAsync();
        var returned = await StoreAsync();
        await queue.EnqueueAsync(returned, CancellationToken.None);
        var ticket = await ReceiveAsync(queue);
        await queue.ReturnAsync(ticket, TimeSpan.FromSeconds(2), CancellationToken.None);
        var other = await StoreAsync();
        await queue.EnqueueAsync(other, CancellationToken.None);

        (await ReceiveAsync(queue)).Key.ShouldBe(other);
        await PassAsync(TimeSpan.FromSeconds(2));
        (await ReceiveAsync(queue)).Key.ShouldBe(returned);
    }

    [Fact]
    public async Task The_place_of_a_search_is_its_place_in_the_line_or_unknown()
    {
        var queue = await CreateAsync();
        var keys = new List<MapSearchKey>();
        for (var i = 0; i < 3; i++)
        {
            keys.Add(await StoreAsync());
            await queue.EnqueueAsync(keys[^1], CancellationToken.None);
            await PassAsync(TimeSpan.FromMilliseconds(10));
        }

        var places = new List<int?>();
        foreach (var key in keys)
        {
            places.Add(await queue.FindPlaceAsync(key, CancellationToken.None));
        }

        (places.All(p => p is null) || places.SequenceEqual([0, 1, 2])).ShouldBeTrue(string.Join(",", places));
        (await queue.FindPlaceAsync(NewKey(), CancellationToken.None)).ShouldBeNull();
        var first = await ReceiveAsync(queue);
        (await queue.FindPlaceAsync(first.Key, CancellationToken.None)).ShouldBeNull();
    }

    private static async Task<MapSearchTicket> ReceiveAsync(IMapSearchQueue queue) => (await ReceiveAsync(queue, 1)).ShouldHaveSingleItem();

    private static Task<IReadOnlyList<MapSearchTicket>> ReceiveAsync(IMapSearchQueue queue, int max) => queue.ReceiveAsync(max, CancellationToken.None).WaitAsync(s_soon);
}
