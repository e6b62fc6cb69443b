using System.Diagnostics;

namespace Backend.Integration.Support;

/// <summary>Real time, only faster, so that pauses of seconds take milliseconds while requests go over a real network.</summary>
internal sealed class FastClock(double speed) : TimeProvider, IFollowedClock
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly long _origin = Stopwatch.GetTimestamp();
    private long _jumped;

    public Action<TimeSpan>? Jumped { get; set; }

    public double Speed => speed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (long)(Stopwatch.GetElapsedTime(_origin).Ticks * speed) + Interlocked.Read(ref _jumped);

    public override DateTimeOffset GetUtcNow() => s_start.AddTicks(GetTimestamp());

    /// <summary>Skips time. Timers that run already do not notice.</summary>
    public void Advance(TimeSpan duration)
    {
        Jumped?.Invoke(duration);
        Interlocked.Add(ref _jumped, duration.Ticks);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(System.CreateTimer(callback, state, Real(dueTime), Real(period)), this);

    private TimeSpan Real(TimeSpan duration) =>
        duration <= TimeSpan.Zero ? duration : TimeSpan.FromMilliseconds(Math.Ceiling(duration.TotalMilliseconds / speed));

    private sealed class Timer(ITimer inner, FastClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(clock.Real(dueTime), clock.Real(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
