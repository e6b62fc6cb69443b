using Backend.Application.Ports;
using Backend.Infrastructure.Trackmania;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryUpstreamBudget(TrackmaniaOptions options, TimeProvider time) : IUpstreamBudget
{
    private readonly Dictionary<UpstreamHost, Slots> _slots = Enum.GetValues<UpstreamHost>().ToDictionary(host => host, host => new Slots(options.SpacingOf(host), time));

    public Task TakeSlotAsync(UpstreamHost host, UpstreamPriority priority, CancellationToken cancellationToken) => _slots[host].Line.TakeAsync(priority, cancellationToken);

    public Task PauseAsync(UpstreamHost host, TimeSpan duration, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _slots[host].Pause(duration);
        return Task.CompletedTask;
    }

    private sealed class Slots
    {
        private readonly Lock _gate = new();
        private readonly TimeSpan _spacing;
        private readonly TimeProvider _time;
        private long _notBefore = long.MinValue;

        public Slots(TimeSpan spacing, TimeProvider time)
        {
            (_spacing, _time) = (spacing, time);
            Line = new SlotLine((_, _) => ValueTask.FromResult(TryTake()), time);
        }

        public SlotLine Line { get; }

        public void Pause(TimeSpan duration)
        {
            lock (_gate)
            {
                _notBefore = Math.Max(_notBefore, _time.GetTimestamp() + Ticks(duration));
            }
        }

        private TimeSpan TryTake()
        {
            lock (_gate)
            {
                var now = _time.GetTimestamp();
                if (now < _notBefore)
                {
                    return TimeSpan.FromSeconds((_notBefore - now) / (double)_time.TimestampFrequency);
                }

                _notBefore = now + Ticks(_spacing);
                return TimeSpan.Zero;
            }
        }

        private long Ticks(TimeSpan duration) => (long)Math.Ceiling(Math.Max(0, duration.TotalSeconds) * _time.TimestampFrequency);
    }
}
