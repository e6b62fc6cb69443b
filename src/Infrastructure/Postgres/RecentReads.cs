using System.Collections.Concurrent;

namespace Backend.Infrastructure.Postgres;

/// <summary>
/// Answers that every request needs, kept for a moment, so that a client's burst of requests costs one read. An answer is
/// no older than <paramref name="keptFor"/>, counted from before it was read, and what this process changes is
/// forgotten at once, even by a read that is under way.
/// </summary>
internal sealed class RecentReads<TKey, TValue>(TimeSpan keptFor, TimeProvider clock)
    where TKey : notnull
{
    private const int MaxKept = 20_000;

    private readonly ConcurrentDictionary<TKey, (TValue Value, long ReadAt)> _kept = new();
    private long _changes;

    public async ValueTask<TValue> GetAsync(TKey key, Func<TKey, Task<TValue>> read)
    {
        if (_kept.TryGetValue(key, out var kept) && clock.GetElapsedTime(kept.ReadAt) < keptFor)
        {
            return kept.Value;
        }

        var changes = Interlocked.Read(ref _changes);
        var readAt = clock.GetTimestamp();
        var value = await read(key);
        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        _kept[key] = (value, readAt);
        if (Interlocked.Read(ref _changes) != changes)
        {
            _kept.TryRemove(key, out _);
        }

        return value;
    }

    /// <summary>To be called after a change was written.</summary>
    public void Forget(TKey key)
    {
        Interlocked.Increment(ref _changes);
        _kept.TryRemove(key, out _);
    }

    /// <inheritdoc cref="Forget"/>
    public void ForgetWhere(Func<TKey, bool> concerns)
    {
        Interlocked.Increment(ref _changes);
        foreach (var key in _kept.Keys.Where(concerns))
        {
            _kept.TryRemove(key, out _);
        }
    }
}
