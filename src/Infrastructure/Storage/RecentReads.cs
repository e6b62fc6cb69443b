using System.Collections.Concurrent;

namespace Backend.Infrastructure.Storage;

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

    /// <summary>Held while keeping and forgetting, so that nothing read before a change can be kept after it, however briefly.</summary>
    private readonly Lock _changing = new();
    private long _changes;

    internal int Count => _kept.Count;

    public async ValueTask<TValue> GetAsync(TKey key, Func<TKey, Task<TValue>> read)
    {
        if (_kept.TryGetValue(key, out var kept) && clock.GetElapsedTime(kept.ReadAt) < keptFor)
        {
            return kept.Value;
        }

        var changes = Interlocked.Read(ref _changes);
        var readAt = clock.GetTimestamp();
        var value = await read(key);
        lock (_changing)
        {
            if (_changes == changes)
            {
                if (_kept.Count >= MaxKept)
                {
                    _kept.Clear();
                }

                _kept[key] = (value, readAt);
            }
        }

        return value;
    }

    /// <summary>To be called after a change was written.</summary>
    public void Forget(TKey key)
    {
        lock (_changing)
        {
            _changes++;
            _kept.TryRemove(key, out _);
        }
    }

    /// <inheritdoc cref="Forget"/>
    public void ForgetWhere(Func<TKey, bool> concerns)
    {
        lock (_changing)
        {
            _changes++;
            foreach (var key in _kept.Keys.Where(concerns))
            {
                _kept.TryRemove(key, out _);
            }
        }
    }
}
