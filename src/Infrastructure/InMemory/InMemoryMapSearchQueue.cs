using System.Globalization;
using Backend.Application.Ports;
using Backend.Domain.MapSearches;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryMapSearchQueue(TimeProvider clock) : IMapSearchQueue
{
    private readonly Lock _lock = new();
    private readonly SortedSet<Item> _items = new(Comparer<Item>.Create(static (a, b) => (a.Due, a.Sequence).CompareTo((b.Due, b.Sequence))));
    private readonly Dictionary<string, Item> _delivered = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();
    private long _lastSequence;

    public TimeSpan Visibility { get; } = TimeSpan.FromSeconds(10);

    public Task EnqueueAsync(MapSearchKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            Place(new Item(key), TimeSpan.Zero);
        }

        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<MapSearchTicket>> ReceiveAsync(int max, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task changed;
            var wait = Timeout.InfiniteTimeSpan;
            lock (_lock)
            {
                var now = clock.GetUtcNow();
                var tickets = new List<MapSearchTicket>();
                while (tickets.Count < max && _items.Min is { } next && next.Due <= now)
                {
                    tickets.Add(Deliver(next));
                }

                if (tickets.Count > 0)
                {
                    return tickets;
                }

                if (_items.Min is { } later)
                {
                    wait = later.Due - now;
                }

                changed = _changed.Task;
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(wait, clock, waiting.Token));
            await waiting.CancelAsync();
        }
    }

    public Task ExtendAsync(MapSearchTicket ticket, CancellationToken cancellationToken) => Move(ticket, item => Place(item, Visibility, item.Receipt), cancellationToken);

    public Task AcknowledgeAsync(MapSearchTicket ticket, CancellationToken cancellationToken) => Move(ticket, static _ => { }, cancellationToken);

    public Task ReturnAsync(MapSearchTicket ticket, TimeSpan delay, CancellationToken cancellationToken) => Move(ticket, item => Place(item, delay), cancellationToken);

    public Task<int?> FindPlaceAsync(MapSearchKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var place = 0;
            foreach (var item in _items)
            {
                if (item.Receipt is not null)
                {
                    continue;
                }

                if (item.Key == key)
                {
                    return Task.FromResult<int?>(place);
                }

                place++;
            }

            return Task.FromResult<int?>(null);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MapSearchTicket Deliver(Item item)
    {
        _items.Remove(item);
        if (item.Receipt is { } lapsed)
        {
            _delivered.Remove(lapsed);
        }

        var receipt = (_lastSequence + 1).ToString(CultureInfo.InvariantCulture);
        Place(item, Visibility, receipt);
        _delivered.Add(receipt, item);
        return new MapSearchTicket(item.Key, receipt);
    }

    private Task Move(MapSearchTicket ticket, Action<Item> place, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_delivered.Remove(ticket.Receipt, out var item))
            {
                _items.Remove(item);
                place(item);
                if (item.Receipt is { } receipt && _items.Contains(item))
                {
                    _delivered[receipt] = item;
                }
            }
        }

        return Task.CompletedTask;
    }

    private void Place(Item item, TimeSpan delay, string? receipt = null)
    {
        item.Receipt = receipt;
        item.Due = clock.GetUtcNow() + delay;
        item.Sequence = ++_lastSequence;
        _items.Add(item);
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    /// <summary>Must not change its order while it is in the set.</summary>
    private sealed class Item(MapSearchKey key)
    {
        public MapSearchKey Key { get; } = key;

        /// <summary>Of the delivery that is out; null while the item waits.</summary>
        public string? Receipt { get; set; }

        public DateTimeOffset Due { get; set; }

        public long Sequence { get; set; }
    }
}
