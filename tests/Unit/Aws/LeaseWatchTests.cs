using Backend.Infrastructure.Aws;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Aws;

public sealed class LeaseWatchTests
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    private readonly FakeTimeProvider _time = new();
    private readonly LeaseWatch<string> _watch;

    public LeaseWatchTests() => _watch = new LeaseWatch<string>(s_lease, _time);

    [Fact]
    public void What_is_seen_for_the_first_time_has_not_lapsed_however_old_it_may_be()
    {
        _time.Advance(TimeSpan.FromDays(1));

        _watch.HasLapsed("a", new LeaseNumber(1, 1)).ShouldBeFalse();
    }

    [Fact]
    public void It_lapses_once_it_was_seen_unchanged_for_the_whole_lease()
    {
        _watch.HasLapsed("a", new LeaseNumber(1, 1)).ShouldBeFalse();
        _time.Advance(s_lease - s_tick);
        _watch.HasLapsed("a", new LeaseNumber(1, 1)).ShouldBeFalse();
        _time.Advance(s_tick);
        _watch.HasLapsed("a", new LeaseNumber(1, 1)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(2, 0)]
    public void A_renewal_or_another_claim_begins_a_lease(long fence, long renewal)
    {
        _watch.HasLapsed("a", new LeaseNumber(1, 1));
        _time.Advance(s_lease - s_tick);

        _watch.HasLapsed("a", new LeaseNumber(fence, renewal)).ShouldBeFalse();
        _time.Advance(s_lease - s_tick);
        _watch.HasLapsed("a", new LeaseNumber(fence, renewal)).ShouldBeFalse();
        _time.Advance(s_tick);
        _watch.HasLapsed("a", new LeaseNumber(fence, renewal)).ShouldBeTrue();
    }

    [Fact]
    public void Its_holder_begins_it_anew_with_what_it_has_written()
    {
        _watch.Begin("a", new LeaseNumber(1, 1));
        _time.Advance(s_lease - s_tick);
        _watch.Begin("a", new LeaseNumber(1, 1));
        _time.Advance(s_lease - s_tick);

        _watch.HasLapsed("a", new LeaseNumber(1, 1)).ShouldBeFalse();
    }

    [Fact]
    public void Each_is_watched_by_itself()
    {
        _watch.HasLapsed("a", new LeaseNumber(1, 1));
        _time.Advance(s_lease);
        _watch.HasLapsed("b", new LeaseNumber(1, 1)).ShouldBeFalse();
        _watch.HasLapsed("a", new LeaseNumber(1, 1)).ShouldBeTrue();
    }

    [Fact]
    public void What_is_forgotten_is_seen_for_the_first_time_again()
    {
        _watch.HasLapsed("a", new LeaseNumber(1, 1));
        _watch.HasLapsed("b", new LeaseNumber(1, 1));
        _time.Advance(s_lease);

        _watch.ForgetAllBut(new HashSet<string> { "b" });

        _watch.HasLapsed("a", new LeaseNumber(1, 1)).ShouldBeFalse();
        _watch.HasLapsed("b", new LeaseNumber(1, 1)).ShouldBeTrue();
    }

    /// <summary>A clock that is put back or forward, as by its owner, is none to measure a lease with.</summary>
    [Fact]
    public void The_time_of_day_has_no_part_in_it()
    {
        var time = new JumpingClock();
        var watch = new LeaseWatch<string>(s_lease, time);
        watch.HasLapsed("a", new LeaseNumber(1, 1));

        time.Day += TimeSpan.FromDays(1);
        watch.HasLapsed("a", new LeaseNumber(1, 1)).ShouldBeFalse();
        time.Day -= TimeSpan.FromDays(2);
        time.Ticks += s_lease.Ticks;
        watch.HasLapsed("a", new LeaseNumber(1, 1)).ShouldBeTrue();
    }

    private sealed class JumpingClock : TimeProvider
    {
        public DateTimeOffset Day { get; set; } = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

        public long Ticks { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Day;

        public override long GetTimestamp() => Ticks;
    }
}
