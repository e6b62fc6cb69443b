using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Tracks;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryLeaderboardCache(TimeProvider clock) : ILeaderboardCache
{
    /// <summary>About 50 MB; the boards saved longest ago go first.</summary>
    internal const int MaxRows = 500_000;

    private const int MaxWalks = 10_000;

    private readonly Shelf<MapUid, Leaderboard> _boards = new(MaxRows, static board => Math.Max(1, board.Entries.Count), clock);
    private readonly Shelf<string, MapperWalk> _walks = new(MaxWalks, static _ => 1, clock);

    public Task<Leaderboard?> FindAsync(MapUid mapUid, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_boards.Find(mapUid));
    }

    public Task SaveAsync(Leaderboard leaderboard, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _boards.Save(leaderboard.MapUid, leaderboard);
        return Task.CompletedTask;
    }

    public Task<MapperWalk?> FindWalkAsync(string mapper, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_walks.Find(TextKey.Of(mapper)));
    }

    public Task SaveWalkAsync(string mapper, MapperWalk walk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _walks.Save(TextKey.Of(mapper), walk);
        return Task.CompletedTask;
    }

    /// <summary>Bounded by the sum of its values' weights and by their age; the order of saving is the order of leaving.</summary>
    private sealed class Shelf<TKey, TValue>(int maxWeight, Func<TValue, int> weigh, TimeProvider clock)
        where TKey : notnull
        where TValue : class
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value, DateTimeOffset SavedAt)>> _byKey = [];
        private readonly LinkedList<(TKey Key, TValue Value, DateTimeOffset SavedAt)> _bySaving = [];
        private long _weight;

        public TValue? Find(TKey key)
        {
            lock (_lock)
            {
                RemoveOld();
                return _byKey.TryGetValue(key, out var node) ? node.Value.Value : null;
            }
        }

        public void Save(TKey key, TValue value)
        {
            lock (_lock)
            {
                if (_byKey.TryGetValue(key, out var replaced))
                {
                    Remove(replaced);
                }

                _byKey.Add(key, _bySaving.AddLast((key, value, clock.GetUtcNow())));
                _weight += weigh(value);
                RemoveOld();
                while (_weight > maxWeight)
                {
                    Remove(_bySaving.First!);
                }
            }
        }

        private void RemoveOld()
        {
            var savedBefore = clock.GetUtcNow() - ILeaderboardCache.KeptFor;
            while (_bySaving.First is { } oldest && oldest.Value.SavedAt <= savedBefore)
            {
                Remove(oldest);
            }
        }

        private void Remove(LinkedListNode<(TKey Key, TValue Value, DateTimeOffset SavedAt)> node)
        {
            _bySaving.Remove(node);
            _byKey.Remove(node.Value.Key);
            _weight -= weigh(node.Value.Value);
        }
    }
}
