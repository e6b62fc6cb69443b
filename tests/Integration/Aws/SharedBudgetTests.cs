using Backend.Application.Ports;
using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Trackmania;
using Backend.Integration.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Aws;

/// <summary>What the budgets of several instances do to each other; each here is one of an instance of its own.</summary>
[Collection(nameof(Undisturbed))]
public sealed class SharedBudgetTests(ContractResources resources) : IClassFixture<ContractResources>
{
    private static readonly TimeSpan s_spacing = TimeSpan.FromMilliseconds(500);

    /// <summary>What a slot may come early after one that was late, and what the test itself may be late.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMilliseconds(40);

    [Fact]
    public async Task Instances_take_turns_and_together_keep_the_pace_of_one()
    {
        await ClearAsync();
        var granted = new List<(int Instance, long At)>();
        var instances = Enumerable.Range(0, 3).Select(async instance =>
        {
            var budget = Budget(TimeProvider.System);
            for (var slot = 0; slot < 6; slot++)
            {
                await budget.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);
                lock (granted)
                {
                    granted.Add((instance, TimeProvider.System.GetTimestamp()));
                }
            }
        });

        await Task.WhenAll(instances);

        var gaps = granted.Zip(granted.Skip(1), (one, next) => TimeProvider.System.GetElapsedTime(one.At, next.At)).ToList();
        gaps.ShouldAllBe(gap => gap > s_spacing - s_tolerance);

        // Nobody waits while the others are served twice.
        granted.Take(9).Chunk(3).ShouldAllBe(round => round.Select(g => g.Instance).Distinct().Count() >= 2);
        granted.Take(6).Select(g => g.Instance).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Only_somebody_who_waits_reserves_and_nobody_beyond_two_seconds()
    {
        await ClearAsync();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        var start = time.GetUtcNow().ToUnixTimeMilliseconds();
        await Budget(time).TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Nightly, CancellationToken.None);
        (await NextAsync()).ShouldBe(start + 500);

        var nightly = Budget(time).TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Nightly, CancellationToken.None);
        var interactive = Enumerable.Range(0, 7).Select(_ => Budget(time).TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None)).ToList();

        // The slots at 500, 1000, 1500 and 2000 ms are reserved, and none behind them.
        await Eventually.GetAsync(NextAsync, next => next == start + 2500);
        nightly.IsCompleted.ShouldBeFalse();
        interactive.ShouldAllBe(waiting => !waiting.IsCompleted);
        time.Advance(s_spacing);
        await Task.WhenAny(interactive).WaitAsync(TimeSpan.FromSeconds(10));
        nightly.IsCompleted.ShouldBeFalse();
        while (!interactive.TrueForAll(waiting => waiting.IsCompleted) || !nightly.IsCompleted)
        {
            (time.GetUtcNow().ToUnixTimeMilliseconds() - start).ShouldBeLessThan(60_000);
            time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    [Fact]
    public async Task A_pause_that_one_instance_is_told_of_holds_back_what_the_others_have_reserved()
    {
        await ClearAsync();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        var (one, other) = (Budget(time), Budget(time));
        await one.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);
        var reserved = other.TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);
        await Eventually.GetAsync(NextAsync, next => next == time.GetUtcNow().ToUnixTimeMilliseconds() + 1000);

        await one.PauseAsync(UpstreamHost.Nadeo, TimeSpan.FromSeconds(30), CancellationToken.None);
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(29.9); passed += TimeSpan.FromMilliseconds(100))
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            reserved.IsCompleted.ShouldBeFalse();
        }

        await Eventually.GetAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(20));
                return Task.FromResult(reserved.IsCompleted);
            },
            granted => granted);
    }

    [Fact]
    public async Task A_slot_far_ahead_that_nobody_moves_is_the_mark_of_a_wrong_clock_and_stops_nobody()
    {
        await ClearAsync();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        var ahead = new FakeTimeProvider(time.GetUtcNow().AddHours(1));
        await Budget(ahead).TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);

        var waiting = Budget(time).TakeSlotAsync(UpstreamHost.Nadeo, UpstreamPriority.Interactive, CancellationToken.None);

        var start = time.GetUtcNow();
        await Eventually.GetAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(20));
                return Task.FromResult(waiting.IsCompleted);
            },
            granted => granted);
        (time.GetUtcNow() - start).ShouldBeInRange(s_spacing, TimeSpan.FromMinutes(10));
    }

    private DynamoUpstreamBudget Budget(TimeProvider time) => new(resources.Database, resources.Settings, new TrackmaniaOptions(), time);

    private Task ClearAsync() => resources.DeleteAsync(AwsSchema.UpstreamBudget, Enum.GetNames<UpstreamHost>(), "slots");

    private async Task<long> NextAsync() =>
        (await resources.Database.FindAsync(resources.Settings.NameOf(AwsSchema.UpstreamBudget), nameof(UpstreamHost.Nadeo), "slots", CancellationToken.None))?.Number("next_at") ?? 0;
}
