using Backend.Application.Ports;
using Backend.Integration.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IRateLimiter"/> does, with <see cref="RateLimit.Login"/> at 5 calls in 300 s and <see cref="RateLimit.Register"/> at 3.</summary>
public abstract class RateLimiterContract
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly string _key = $"Ädresse {Ids.Next():N}";

    protected abstract Task<IRateLimiter> CreateAsync(TimeProvider time);

    [Fact]
    public async Task Calls_beyond_the_limit_are_refused_until_the_first_leaves_the_window()
    {
        var limiter = await CreateAsync(_time);
        for (var i = 0; i < 5; i++)
        {
            (await TakeAsync(limiter)).IsAllowed.ShouldBeTrue();
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        var refused = await TakeAsync(limiter);

        refused.IsAllowed.ShouldBeFalse();
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(250));
        _time.Advance(TimeSpan.FromSeconds(249.999));
        (await TakeAsync(limiter)).IsAllowed.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.001));
        (await TakeAsync(limiter)).IsAllowed.ShouldBeTrue();
        (await TakeAsync(limiter)).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_forgotten_counts_no_more_and_nothing_else_is_forgotten()
    {
        var limiter = await CreateAsync(_time);
        for (var i = 0; i < 3; i++)
        {
            await limiter.TryTakeAsync(RateLimit.Register, _key, CancellationToken.None);
            await limiter.TryTakeAsync(RateLimit.Register, $"{_key} 2", CancellationToken.None);
            await TakeAsync(limiter);
        }

        await limiter.ForgetAsync(_key, CancellationToken.None);

        (await limiter.TryTakeAsync(RateLimit.Register, _key, CancellationToken.None)).IsAllowed.ShouldBeTrue();
        (await limiter.TryTakeAsync(RateLimit.Register, $"{_key} 2", CancellationToken.None)).IsAllowed.ShouldBeFalse();
        for (var i = 0; i < 5; i++)
        {
            (await TakeAsync(limiter)).IsAllowed.ShouldBeTrue();
        }

        await limiter.ForgetAsync("never seen", CancellationToken.None);
    }

    [Fact]
    public async Task Whoever_is_forgotten_is_forgotten_with_whatever_narrowed_him_down()
    {
        var limiter = await CreateAsync(_time);
        string[] keys = [$"{_key}\n192.0.2.1", $"{_key}\n192.0.2.2", $"{_key} 2\n192.0.2.1"];
        foreach (var key in keys)
        {
            for (var i = 0; i < 3; i++)
            {
                (await limiter.TryTakeAsync(RateLimit.Register, key, CancellationToken.None)).IsAllowed.ShouldBeTrue(key);
            }

            (await limiter.TryTakeAsync(RateLimit.Register, key, CancellationToken.None)).IsAllowed.ShouldBeFalse(key);
        }

        await limiter.ForgetAsync(_key, CancellationToken.None);

        (await limiter.TryTakeAsync(RateLimit.Register, keys[0], CancellationToken.None)).IsAllowed.ShouldBeTrue();
        (await limiter.TryTakeAsync(RateLimit.Register, keys[1], CancellationToken.None)).IsAllowed.ShouldBeTrue();
        (await limiter.TryTakeAsync(RateLimit.Register, keys[2], CancellationToken.None)).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task Refused_calls_do_not_count()
    {
        var limiter = await CreateAsync(_time);
        for (var i = 0; i < 50; i++)
        {
            (await TakeAsync(limiter)).IsAllowed.ShouldBe(i < 5);
        }

        _time.Advance(TimeSpan.FromSeconds(300));

        (await TakeAsync(limiter)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public async Task Keys_and_limits_do_not_share_their_calls()
    {
        var limiter = await CreateAsync(_time);
        for (var i = 0; i < 5; i++)
        {
            await TakeAsync(limiter);
        }

        (await limiter.TryTakeAsync(RateLimit.Login, $"{_key} other", CancellationToken.None)).IsAllowed.ShouldBeTrue();
        for (var i = 0; i < 4; i++)
        {
            (await limiter.TryTakeAsync(RateLimit.Register, _key, CancellationToken.None)).IsAllowed.ShouldBe(i < 3);
        }
    }

    [Fact]
    public async Task Of_many_calls_at_once_only_the_limit_is_allowed()
    {
        var limiter = await CreateAsync(_time);

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => TakeAsync(limiter))));

        verdicts.Count(v => v.IsAllowed).ShouldBe(5);
        verdicts.Where(v => v.IsAllowed).Select(v => v.Quota!.Remaining).Order().ShouldBe([0, 1, 2, 3, 4]);
        verdicts.Where(v => !v.IsAllowed).ShouldAllBe(v => v.Quota!.Remaining == 0);
    }

    [Fact]
    public async Task A_verdict_says_what_is_left_and_when_one_more_call_is_allowed()
    {
        var limiter = await CreateAsync(_time);
        var quotas = new List<RateLimitQuota?>();
        for (var i = 0; i < 6; i++)
        {
            quotas.Add((await TakeAsync(limiter)).Quota);
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        quotas.ShouldBe([Quota(4, 300), Quota(3, 290), Quota(2, 280), Quota(1, 270), Quota(0, 260), Quota(0, 250)]);

        // The first two have left the window, the last was refused.
        _time.Advance(TimeSpan.FromSeconds(250.5));
        (await TakeAsync(limiter)).Quota.ShouldBe(Quota(1, 9.5));

        static RateLimitQuota Quota(int remaining, double reset) => new(5, TimeSpan.FromSeconds(300), remaining, TimeSpan.FromSeconds(reset));
    }

    [Fact]
    public async Task A_refusal_lasts_until_the_quota_is_reset()
    {
        var limiter = await CreateAsync(_time);
        for (var i = 0; i < 5; i++)
        {
            (await TakeAsync(limiter)).RetryAfter.ShouldBe(TimeSpan.Zero);
        }

        _time.Advance(TimeSpan.FromSeconds(0.001));
        var refused = await TakeAsync(limiter);

        refused.Quota!.Reset.ShouldBe(TimeSpan.FromSeconds(299.999));
        refused.RetryAfter.ShouldBe(refused.Quota.Reset);
    }

    [Fact]
    public async Task A_cancelled_call_does_not_count()
    {
        var limiter = await CreateAsync(_time);
        for (var i = 0; i < 10; i++)
        {
            await Should.ThrowAsync<OperationCanceledException>(() => limiter.TryTakeAsync(RateLimit.Login, _key, new CancellationToken(canceled: true)));
        }

        (await TakeAsync(limiter)).IsAllowed.ShouldBeTrue();
    }

    private Task<RateLimitVerdict> TakeAsync(IRateLimiter limiter) => limiter.TryTakeAsync(RateLimit.Login, _key, CancellationToken.None);
}
