using Backend.Application.Ports;
using Backend.Infrastructure.Security;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryRateLimiter(RateLimitOptions options, TimeProvider clock) : IRateLimiter
{
    /// <summary>Beyond it the key that was quiet for longest is forgotten, and starts anew when it returns.</summary>
    internal const int MaxKeys = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(RateLimit Limit, string Key), LinkedListNode<Window>> _windows = [];
    private readonly LinkedList<Window> _byUse = [];

    public Task<RateLimitVerdict> TryTakeAsync(RateLimit limit, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (options[limit] is not { } rule)
        {
            return Task.FromResult(RateLimitVerdict.Unlimited);
        }

        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (!_windows.TryGetValue((limit, key), out var node))
            {
                node = new LinkedListNode<Window>(new Window((limit, key), rule.Calls));
                _windows.Add((limit, key), node);
            }
            else
            {
                _byUse.Remove(node);
            }

            _byUse.AddLast(node);
            if (_windows.Count > MaxKeys)
            {
                _windows.Remove(_byUse.First!.Value.Id);
                _byUse.RemoveFirst();
            }

            return Task.FromResult(node.Value.TryTake(now, rule.Window));
        }
    }

    public Task ForgetAsync(string owner, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            foreach (var (id, node) in _windows.Where(w => LimitKey.OwnerOf(w.Key.Key) == owner).ToList())
            {
                _windows.Remove(id);
                _byUse.Remove(node);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>The moments of the last calls that were allowed.</summary>
    private sealed class Window((RateLimit Limit, string Key) id, int calls)
    {
        private readonly Queue<DateTimeOffset> _taken = new();

        public (RateLimit Limit, string Key) Id => id;

        public RateLimitVerdict TryTake(DateTimeOffset now, TimeSpan length)
        {
            while (_taken.TryPeek(out var oldest) && oldest + length <= now)
            {
                _taken.Dequeue();
            }

            var isAllowed = _taken.Count < calls;
            if (isAllowed)
            {
                _taken.Enqueue(now);
            }

            return RateLimitVerdict.Of(isAllowed, calls, length, _taken.Count, _taken.Peek() + length - now);
        }
    }
}
