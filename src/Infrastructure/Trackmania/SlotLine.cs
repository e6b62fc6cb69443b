using Backend.Application.Ports;

namespace Backend.Infrastructure.Trackmania;

/// <summary>
/// The line of those in this process who wait for a slot of one host. Only its head asks for the slot, and asks when it
/// runs, not when a timer was due; only then does the next one become the head: whatever makes a slot late makes the
/// following ones late too, so that no two requests ever come closer than the spacing.
/// </summary>
/// <param name="tryTake">Takes the slot if it is due and returns zero; else how long to wait before asking again.</param>
internal sealed class SlotLine(Func<UpstreamPriority, CancellationToken, ValueTask<TimeSpan>> tryTake, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource>[] _waiting = [.. Enum.GetValues<UpstreamPriority>().Select(_ => new LinkedList<TaskCompletionSource>())];
    private bool _hasHead;

    public async Task TakeAsync(UpstreamPriority priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await BecomeHeadAsync(priority, first: false, cancellationToken);
        var isHead = true;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (MustGiveWay(priority))
                {
                    isHead = false;
                    LetNextBeHead();
                    await BecomeHeadAsync(priority, first: true, cancellationToken);
                    isHead = true;
                    continue;
                }

                var wait = await tryTake(priority, cancellationToken);
                if (wait <= TimeSpan.Zero)
                {
                    return;
                }

                // Timers count whole milliseconds and cut off the rest, which would wake the head too early.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, cancellationToken);
            }
        }
        finally
        {
            if (isHead)
            {
                LetNextBeHead();
            }
        }
    }

    private bool MustGiveWay(UpstreamPriority priority)
    {
        lock (_gate)
        {
            return _waiting.Take((int)priority).Any(static line => line.Count > 0);
        }
    }

    /// <param name="first">Before the others of the same priority: this one has waited at the head already.</param>
    private async Task BecomeHeadAsync(UpstreamPriority priority, bool first, CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_gate)
        {
            if (!_hasHead)
            {
                _hasHead = true;
                return;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var line = _waiting[(int)priority];
            place = first ? line.AddFirst(turn) : line.AddLast(turn);
        }

        await using var registration = cancellationToken.UnsafeRegister((_, token) => Leave(place, token), state: null);
        await place.Value.Task;
    }

    private void Leave(LinkedListNode<TaskCompletionSource> place, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Out of the line already: this one has just become the head, and gives that up by itself.
            if (place.List is not { } line)
            {
                return;
            }

            line.Remove(place);
        }

        place.Value.TrySetCanceled(cancellationToken);
    }

    private void LetNextBeHead()
    {
        lock (_gate)
        {
            if (Array.Find(_waiting, static line => line.Count > 0) is { First: { } next } waiting)
            {
                waiting.RemoveFirst();
                next.Value.SetResult();
            }
            else
            {
                _hasHead = false;
            }
        }
    }
}
