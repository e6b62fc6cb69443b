using Backend.Application.Ports;
using Backend.Infrastructure.Trackmania;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryUpstreamBudget(TrackmaniaOptions options, TimeProvider time) : IUpstreamBudget
{
    private readonly Dictionary<UpstreamHost, Lane> _lanes = Enum.GetValues<UpstreamHost>().ToDictionary(host => host, host => new Lane(options.SpacingOf(host), time));

    public Task TakeSlotAsync(UpstreamHost host, CancellationToken cancellationToken) => _lanes[host].TakeAsync(cancellationToken);

    public Task PauseAsync(UpstreamHost host, TimeSpan duration, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _lanes[host].Pause(duration);
        return Task.CompletedTask;
    }

    /// <summary>
    /// A queue whose head waits for the slot. It takes the slot when it runs, not when a timer was due, and only then
    /// lets the next one become the head: whatever makes a slot late makes the following ones late too, so that no
    /// two requests ever come closer than the spacing.
    /// </summary>
    private sealed class Lane(TimeSpan spacing, TimeProvider time)
    {
        private readonly Lock _gate = new();
        private readonly LinkedList<TaskCompletionSource> _queue = new();
        private bool _hasHead;
        private long _notBefore = long.MinValue;

        public async Task TakeAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await BecomeHeadAsync(cancellationToken);
            try
            {
                while (true)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var wait = TryTake();
                    if (wait <= TimeSpan.Zero)
                    {
                        return;
                    }

                    await Task.Delay(wait, time, cancellationToken);
                }
            }
            finally
            {
                LetNextBeHead();
            }
        }

        public void Pause(TimeSpan duration)
        {
            lock (_gate)
            {
                _notBefore = Math.Max(_notBefore, time.GetTimestamp() + Ticks(duration));
            }
        }

        /// <summary>Zero when the slot was taken, else how long to wait.</summary>
        private TimeSpan TryTake()
        {
            lock (_gate)
            {
                var now = time.GetTimestamp();
                if (now >= _notBefore)
                {
                    _notBefore = now + Ticks(spacing);
                    return TimeSpan.Zero;
                }

                // Timers count whole milliseconds and cut off the rest, which would wake the head too early.
                return TimeSpan.FromMilliseconds(Math.Ceiling((_notBefore - now) * 1000.0 / time.TimestampFrequency));
            }
        }

        private long Ticks(TimeSpan duration) => (long)Math.Ceiling(Math.Max(0, duration.TotalSeconds) * time.TimestampFrequency);

        private async Task BecomeHeadAsync(CancellationToken cancellationToken)
        {
            LinkedListNode<TaskCompletionSource> place;
            lock (_gate)
            {
                if (!_hasHead)
                {
                    _hasHead = true;
                    return;
                }

                place = _queue.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            await using var registration = cancellationToken.UnsafeRegister((_, token) => Leave(place, token), state: null);
            await place.Value.Task;
        }

        private void Leave(LinkedListNode<TaskCompletionSource> place, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                // Out of the queue already: this one has just become the head, and gives that up by itself.
                if (place.List is null)
                {
                    return;
                }

                _queue.Remove(place);
            }

            place.Value.TrySetCanceled(cancellationToken);
        }

        private void LetNextBeHead()
        {
            lock (_gate)
            {
                if (_queue.First is { } next)
                {
                    _queue.RemoveFirst();
                    next.Value.SetResult();
                }
                else
                {
                    _hasHead = false;
                }
            }
        }
    }
}
