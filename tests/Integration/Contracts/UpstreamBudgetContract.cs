using Backend.Application.Ports;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IUpstreamBudget"/> does, at the default rates: 500 ms between the slots of Nadeo and OAuth, 1 s between those of TMX.</summary>
public abstract class UpstreamBudgetContract
{
    private static readonly TimeSpan s_spacing = TimeSpan.FromMilliseconds(500);

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    protected abstract Task<IUpstreamBudget> CreateAsync();

    /// <summary>Lets time pass on the budget's clock and on that of its timers.</summary>
    protected abstract Task PassAsync(TimeSpan duration);

    [Fact]
    public async Task The_first_slot_is_given_at_once()
    {
        var budget = await CreateAsync();

        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));
    }

    [Theory]
    [InlineData(UpstreamHost.Nadeo, 500)]
    [InlineData(UpstreamHost.Tmx, 1000)]
    [InlineData(UpstreamHost.OAuth, 500)]
    public async Task Slots_of_a_host_lie_at_least_one_spacing_apart(UpstreamHost host, int milliseconds)
    {
        var budget = await CreateAsync();
        var start = Time.GetUtcNow();

        for (var slot = 0; slot < 5; slot++)
        {
            await GrantedAsync(budget.TakeSlotAsync(host, UpstreamPriority.Interactive, CancellationToken.None));
            (Time.GetUtcNow() - start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(slot * milliseconds));
        }

        (Time.GetUtcNow() - start).ShouldBeLessThan(TimeSpan.FromMilliseconds(5 * milliseconds));
    }

    [Fact]
    public async Task Unused_time_does_not_save_up_slots()
    {
        var budget = await CreateAsync();
        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));
        await PassAsync(TimeSpan.FromHours(1));
        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));
        var last = Time.GetUtcNow();

        await GrantedAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));

        (Time.GetUtcNow() - last).ShouldBeGreaterThanOrEqualTo(s_spacing);
    }

    [Fact]
    public async Task A_late_slot_is_not_caught_up()
    {
        var budget = await CreateAsync();
        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));
        var waiters = Enumerable.Range(0, 3).Select(_ => budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None)).ToArray();

        await PassAsync(TimeSpan.FromSeconds(10));
        await GrantedAsync(waiters[0]);
        var first = Time.GetUtcNow();
        await GrantedAsync(waiters[1]);
        await GrantedAsync(waiters[2]);

        // The first one may be noticed a few steps late here, but never late enough to hide a missing spacing.
        (Time.GetUtcNow() - first).ShouldBeGreaterThan(s_spacing * 1.5);
    }

    [Fact]
    public async Task Waiters_are_served_in_the_order_of_their_calls()
    {
        var budget = await CreateAsync();
        var waiters = Enumerable.Range(0, 8).Select(_ => budget.TakeSlotAsync(UpstreamHost.OAuth, UpstreamPriority.Interactive, CancellationToken.None)).ToArray();

        for (var i = 0; i < waiters.Length; i++)
        {
            await GrantedAsync(waiters[i]);
            waiters.Skip(i + 1).ShouldAllBe(waiter => !waiter.IsCompleted);
        }
    }

    [Fact]
    public async Task Hosts_do_not_wait_for_each_other()
    {
        var budget = await CreateAsync();

        foreach (var host in Enum.GetValues<UpstreamHost>())
        {
            await AtOnceAsync(budget.TakeSlotAsync(host, UpstreamPriority.Interactive, CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_cancelled_wait_takes_no_slot_and_delays_nobody()
    {
        var budget = await CreateAsync();
        using var cancellation = new CancellationTokenSource();
        var start = Time.GetUtcNow();
        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));
        var first = budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, cancellation.Token);
        var second = budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);
        var third = budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, cancellation.Token);
        var fourth = budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        await Should.ThrowAsync<OperationCanceledException>(third.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        await GrantedAsync(second);
        (Time.GetUtcNow() - start).ShouldBeInRange(s_spacing, s_spacing * 2);
        await GrantedAsync(fourth);
        (Time.GetUtcNow() - start).ShouldBeInRange(s_spacing * 2, s_spacing * 3);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_from_the_start_takes_no_slot()
    {
        var budget = await CreateAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, new CancellationToken(canceled: true)));
        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));
    }

    [Fact]
    public async Task A_pause_holds_back_those_who_wait_already_and_those_who_come_later()
    {
        var budget = await CreateAsync();
        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));
        var waiting = budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);
        var start = Time.GetUtcNow();

        await budget.PauseAsync(UpstreamHost.Nadeo, TimeSpan.FromSeconds(5), CancellationToken.None);
        var later = budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);

        await GrantedAsync(waiting);
        (Time.GetUtcNow() - start).ShouldBeInRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5.5));
        await GrantedAsync(later);
        (Time.GetUtcNow() - start).ShouldBeInRange(TimeSpan.FromSeconds(5.5), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task A_pause_never_shortens_a_longer_one()
    {
        var budget = await CreateAsync();
        var start = Time.GetUtcNow();
        await budget.PauseAsync(UpstreamHost.Nadeo, TimeSpan.FromSeconds(3), CancellationToken.None);
        await budget.PauseAsync(UpstreamHost.Nadeo, TimeSpan.FromSeconds(1), CancellationToken.None);
        await budget.PauseAsync(UpstreamHost.Nadeo, TimeSpan.Zero, CancellationToken.None);

        await GrantedAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));

        (Time.GetUtcNow() - start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_pause_concerns_one_host_only()
    {
        var budget = await CreateAsync();
        await budget.PauseAsync(UpstreamHost.Nadeo, TimeSpan.FromMinutes(5), CancellationToken.None);

        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Tmx, UpstreamPriority.Interactive, CancellationToken.None));
        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.OAuth, UpstreamPriority.Interactive, CancellationToken.None));
    }

    [Fact]
    public async Task Nightly_work_gets_only_slots_that_nobody_waits_for()
    {
        var budget = await CreateAsync();
        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Nightly, CancellationToken.None));
        var nightly = Enumerable.Range(0, 2).Select(_ => budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Nightly, CancellationToken.None)).ToArray();
        var interactive = Enumerable.Range(0, 3).Select(_ => budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None)).ToArray();

        foreach (var slot in interactive)
        {
            await GrantedAsync(slot);
            nightly.ShouldAllBe(waiter => !waiter.IsCompleted);
        }

        var last = Time.GetUtcNow();
        await GrantedAsync(nightly[0]);
        (Time.GetUtcNow() - last).ShouldBeInRange(s_spacing * 0.9, s_spacing * 1.9);
        nightly[1].IsCompleted.ShouldBeFalse();
        await GrantedAsync(nightly[1]);
    }

    [Fact]
    public async Task A_cancelled_interactive_wait_does_not_hold_nightly_work_up()
    {
        var budget = await CreateAsync();
        using var cancellation = new CancellationTokenSource();
        await AtOnceAsync(budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None));
        var nightly = budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Nightly, CancellationToken.None);
        var interactive = budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, cancellation.Token);
        var start = Time.GetUtcNow();

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(interactive.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        await GrantedAsync(nightly);

        (Time.GetUtcNow() - start).ShouldBeLessThan(s_spacing * 2);
    }

    [Fact]
    public async Task Parallel_callers_get_one_slot_each()
    {
        var budget = await CreateAsync();
        var start = Time.GetUtcNow();
        var granted = 0;
        var callers = Enumerable.Range(0, 20)
            .Select(_ => Task.Run(async () =>
            {
                await budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);
                Interlocked.Increment(ref granted);
            }))
            .ToArray();

        var all = Task.WhenAll(callers);
        while (!all.IsCompleted)
        {
            var elapsed = Time.GetUtcNow() - start;
            Volatile.Read(ref granted).ShouldBeLessThanOrEqualTo(1 + (int)(elapsed / s_spacing));
            await StepAsync();
        }

        await all;
        (Time.GetUtcNow() - start).ShouldBeGreaterThanOrEqualTo(s_spacing * 19);
    }

    private static Task AtOnceAsync(Task slot) => slot.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    /// <summary>Lets time pass in steps until the slot is given.</summary>
    private async Task GrantedAsync(Task slot)
    {
        for (var step = 0; !slot.IsCompleted; step++)
        {
            step.ShouldBeLessThan(6_000, "The slot never came.");
            await StepAsync();
        }

        await slot;
    }

    private async Task StepAsync()
    {
        await PassAsync(TimeSpan.FromMilliseconds(25));
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
    }
}
