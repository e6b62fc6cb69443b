using System.Collections.Concurrent;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// Leases without a clock that all share. A holder counts a number up while it lives; who wants to take over must have seen the
/// number unchanged for the whole lease, on its own monotonic clock. Clocks that disagree therefore harm nothing.
/// </summary>
internal sealed class LeaseWatch<TKey>(TimeSpan lease, TimeProvider clock)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, (LeaseNumber Number, long SeenAt)> _seen = new();

    /// <summary>Notes what was read or written just now; true when the same was there for the whole lease.</summary>
    public bool HasLapsed(TKey key, LeaseNumber number)
    {
        var seen = _seen.AddOrUpdate(
            key,
            static (_, now) => now,
            static (_, before, now) => before.Number == now.Number ? before : now,
            (Number: number, SeenAt: clock.GetTimestamp()));
        return clock.GetElapsedTime(seen.SeenAt) >= lease;
    }

    /// <summary>The lease begins now: to be called by its holder, with what it has written.</summary>
    public void Begin(TKey key, LeaseNumber number) => _seen[key] = (number, clock.GetTimestamp());

    public void ForgetAllBut(IReadOnlySet<TKey> keys)
    {
        foreach (var gone in _seen.Keys.Where(key => !keys.Contains(key)))
        {
            _seen.TryRemove(gone, out _);
        }
    }
}

/// <param name="Fence">Of the claim.</param>
/// <param name="Renewal">Counted up by the holder.</param>
internal readonly record struct LeaseNumber(long Fence, long Renewal);
