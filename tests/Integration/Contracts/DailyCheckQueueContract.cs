using Backend.Application.Ports;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IDailyCheckQueue"/> does.</summary>
public abstract class DailyCheckQueueContract
{
    private static readonly DateOnly s_day = new(2026, 11, 20);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    protected FakeTimeProvider Time { get; } = new(TestUsers.CreatedAt);

    protected abstract Task<(IDailyCheckQueue Queue, DailyStores Stores)> CreateAsync();

    /// <summary>Lets time pass on the clocks of queue and store.</summary>
    protected abstract Task PassAsync(TimeSpan duration);

    [Fact]
    public async Task Announced_checks_are_delivered_claimed_each_once()
    {
        var (queue, stores) = await CreateAsync();
        await BeginAsync(queue, stores, users: 3);

        var deliveries = new List<DailyCheckDelivery>();
        for (var i = 0; i < 3; i++)
        {
            deliveries.Add(await ReceiveAsync(queue));
        }

        deliveries.Select(d => d.Check.Key).Distinct().Count().ShouldBe(3);
        foreach (var delivery in deliveries)
        {
            (await stores.Runs.TryRenewAsync(delivery.Check, CancellationToken.None)).ShouldBeTrue();
            (await stores.Runs.TryCompleteAsync(delivery.Check, email: null, [], TestUsers.CreatedAt, CancellationToken.None)).ShouldBeTrue();
            await queue.SettleAsync(delivery, again: null, CancellationToken.None);
        }

        await PassAsync(TimeSpan.FromHours(1));
        await ShouldBeEmptyAsync(queue);
    }

    [Fact]
    public async Task A_check_that_was_put_off_is_delivered_again_after_its_pause()
    {
        var (queue, stores) = await CreateAsync();
        await BeginAsync(queue, stores, users: 1);
        var first = await ReceiveAsync(queue);

        (await stores.Runs.TryPutOffAsync(first.Check, TimeSpan.FromMinutes(2), isRetry: true, CancellationToken.None)).ShouldBeTrue();
        await queue.SettleAsync(first, TimeSpan.FromMinutes(2), CancellationToken.None);

        await ShouldBeEmptyAsync(queue);
        await PassAsync(TimeSpan.FromMinutes(4));
        var again = await ReceiveAsync(queue);
        again.Check.Key.ShouldBe(first.Check.Key);
        again.Check.Retries.ShouldBe(1);
    }

    [Fact]
    public async Task Who_waits_is_given_a_check_as_soon_as_it_is_announced()
    {
        var (queue, stores) = await CreateAsync();
        var waiting = ReceiveAsync(queue);

        await BeginAsync(queue, stores, users: 1);

        (await waiting).Check.Key.RunDate.ShouldBe(s_day);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_claims_nothing()
    {
        var (queue, stores) = await CreateAsync();
        using var enough = new CancellationTokenSource();
        var waiting = queue.ReceiveAsync(enough.Token);

        await enough.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        await BeginAsync(queue, stores, users: 1);
        (await ReceiveAsync(queue)).Check.Retries.ShouldBe(0);
    }

    private static async Task BeginAsync(IDailyCheckQueue queue, DailyStores stores, int users)
    {
        for (var i = 0; i < users; i++)
        {
            await stores.AddUserAsync(maps: true);
        }

        await stores.Runs.StartAsync(s_day, "test", TestUsers.CreatedAt, CancellationToken.None);
        await queue.AnnounceAsync(CancellationToken.None);
    }

    private static async Task<DailyCheckDelivery> ReceiveAsync(IDailyCheckQueue queue)
    {
        using var patience = new CancellationTokenSource(s_patience);
        return await queue.ReceiveAsync(patience.Token);
    }

    private static async Task ShouldBeEmptyAsync(IDailyCheckQueue queue)
    {
        using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Should.ThrowAsync<OperationCanceledException>(() => queue.ReceiveAsync(moment.Token));
    }
}
