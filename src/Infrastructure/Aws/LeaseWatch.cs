using System.Collections.Concurrent;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// Leases without a clock that all share. A holder counts a number up while it lives; who wants to take over must know the
/// number unchanged for the whole lease. Each looks by its own monotonic clock, so clocks that disagree harm nothing; what
/// one has seen it may write down, and the next one begins to look where that ended, so that what was seen does not die
/// with its observer.
/// </summary>
internal sealed class LeaseWatch<TKey>(TimeSpan lease, TimeProvider clock)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Sight> _seen = new();

    /// <summary>How long the number is known to be what was read just now.</summary>
    /// <param name="noted">What others have written down beside it; it ended before it was read, so what is seen from now on comes on top.</param>
    public TimeSpan SilenceOf(TKey key, LeaseNumber number, TimeSpan noted = default)
    {
        var now = clock.GetTimestamp();
        return Silence(_seen.AddOrUpdate(key, Begin, (_, before) => before.Number == number && Silence(before) >= noted ? before : Begin(key)));

        Sight Begin(TKey _) => new(number, now, noted);

        TimeSpan Silence(Sight sight) => sight.Noted + clock.GetElapsedTime(sight.Since, now);
    }

    /// <inheritdoc cref="SilenceOf"/>
    /// <returns>Whether that is the whole lease.</returns>
    public bool HasLapsed(TKey key, LeaseNumber number, TimeSpan noted = default) => SilenceOf(key, number, noted) >= lease;

    /// <summary>The lease begins now: to be called by its holder, with what it has written.</summary>
    public void Begin(TKey key, LeaseNumber number) => _seen[key] = new Sight(number, clock.GetTimestamp(), TimeSpan.Zero);

    public void ForgetAllBut(IReadOnlySet<TKey> keys)
    {
        foreach (var gone in _seen.Keys.Where(key => !keys.Contains(key)))
        {
            _seen.TryRemove(gone, out _);
        }
    }

    private sealed record Sight(LeaseNumber Number, long Since, TimeSpan Noted);
}

/// <param name="Fence">Of the claim.</param>
/// <param name="Renewal">Counted up by the holder.</param>
internal readonly record struct LeaseNumber(long Fence, long Renewal);
