using Backend.Application.MapSearches;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Aws;

/// <summary>Leases as several instances see them, each of which is a store of its own here.</summary>
public sealed class LeaseTests(ContractResources resources) : IClassFixture<ContractResources>
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static long s_lastUser = 700_000;

    private readonly MapSearchOptions _options = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_fresh_instance_takes_at_once_what_another_has_seen_lapse()
    {
        var job = await ClaimAsync(Instance());
        await LookAsync(Instance(), _options.Lease + s_look);

        (await Instance().TryClaimAsync(job.Key, CancellationToken.None))!.Fence.ShouldBe(job.Fence + 1);
    }

    [Fact]
    public async Task Without_anybody_who_looked_a_lease_counts_from_the_first_look()
    {
        var job = await ClaimAsync(Instance());
        _time.Advance(TimeSpan.FromHours(1));
        var late = Instance();

        (await late.TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
        _time.Advance(_options.Lease - TimeSpan.FromMilliseconds(1));
        (await late.TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await late.TryClaimAsync(job.Key, CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_one_has_seen_is_not_lost_when_it_dies_and_counts_once()
    {
        var job = await ClaimAsync(Instance());
        await LookAsync(Instance(), TimeSpan.FromSeconds(7));
        var next = Instance();
        var other = Instance();

        // Some seven seconds are known; both go on from there, and what both see is not added up.
        await LookAsync(next, TimeSpan.FromSeconds(1), other);
        (await next.TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
        await LookAsync(next, TimeSpan.FromSeconds(1), other);
        (await other.TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
        await LookAsync(next, TimeSpan.FromSeconds(3), other);

        (await other.TryClaimAsync(job.Key, CancellationToken.None))!.Fence.ShouldBe(job.Fence + 1);
        _time.GetUtcNow().ShouldBeLessThanOrEqualTo(job.UpdatedAt + TimeSpan.FromSeconds(13));
    }

    [Fact]
    public async Task A_sign_of_life_takes_back_all_that_was_seen_and_so_does_a_takeover()
    {
        var holder = Instance();
        var job = await ClaimAsync(holder);
        await LookAsync(Instance(), TimeSpan.FromSeconds(9));

        (await holder.TryRenewAsync(job.Key, job.Fence, CancellationToken.None)).ShouldBeTrue();

        var late = Instance();
        await LookAsync(late, TimeSpan.FromSeconds(8));
        (await late.TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
        await LookAsync(late, TimeSpan.FromSeconds(4));
        (await late.TryClaimAsync(job.Key, CancellationToken.None)).ShouldNotBeNull();
        (await Instance().TryClaimAsync(job.Key, CancellationToken.None)).ShouldBeNull();
    }

    /// <summary>As every worker does, once a second.</summary>
    private async Task LookAsync(DynamoMapSearchJobStore instance, TimeSpan duration, DynamoMapSearchJobStore? beside = null)
    {
        await instance.LookAtUnfinishedAsync(CancellationToken.None);
        for (var passed = TimeSpan.Zero; passed < duration; passed += s_look)
        {
            _time.Advance(s_look);
            await instance.LookAtUnfinishedAsync(CancellationToken.None);
            await (beside?.LookAtUnfinishedAsync(CancellationToken.None) ?? Task.FromResult(new List<UnfinishedSearch>()));
        }
    }

    private async Task<MapSearchJob> ClaimAsync(DynamoMapSearchJobStore holder)
    {
        var job = new MapSearchJob(new UserId(Interlocked.Increment(ref s_lastUser)), new MapSearchId(Ids.Next()), "Demo Mapper", SearchPeriod.Day, _time.GetUtcNow());
        (await holder.TryAddAsync(job, 5, CancellationToken.None)).ShouldBeTrue();
        return (await holder.TryClaimAsync(job.Key, CancellationToken.None))!;
    }

    private DynamoMapSearchJobStore Instance() => new(resources.Database, resources.Settings, _options, _time);
}
