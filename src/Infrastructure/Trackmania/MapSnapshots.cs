using Backend.Application.Ports;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace Backend.Infrastructure.Trackmania;

/// <summary>
/// The searches of the last minutes, in this process only. Bounded by the number of their maps; when there is no room, a
/// search is not kept, and its next page costs a call again.
/// </summary>
internal sealed class MapSnapshots(TimeProvider time) : IDisposable
{
    /// <summary>About 10 MB.</summary>
    internal const int MaxMaps = 20_000;

    /// <summary>Nobody takes longer over a page.</summary>
    internal static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    /// <summary>Else a filter that is asked for all the time would never show what was uploaded since.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Where there is no second page, only the site is spared, and whoever has just uploaded a map waits for it to show.</summary>
    internal static readonly TimeSpan LongestOfOnePage = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly MemoryCache _kept = new(new MemoryCacheOptions { SizeLimit = MaxMaps, Clock = new CacheClock(time) });

    /// <summary>The snapshot that others use too, or a new one.</summary>
    public MapSnapshot Open(MapFilter filter, Func<DateTimeOffset, MapSnapshot> begin)
    {
        lock (_gate)
        {
            if (Find(filter) is { } kept)
            {
                return kept;
            }

            var begun = begin(time.GetUtcNow());
            Put(filter, begun);
            return begun;
        }
    }

    /// <summary>To be called when a snapshot may have grown: its weight and how long it is kept depend on what is in it.</summary>
    public void Weigh(MapFilter filter, MapSnapshot snapshot)
    {
        lock (_gate)
        {
            // Another one may have taken its place while this one waited for the site.
            if (Find(filter) is not { } kept || kept == snapshot)
            {
                Put(filter, snapshot);
            }
        }
    }

    public void Dispose() => _kept.Dispose();

    private MapSnapshot? Find(MapFilter filter) => _kept.TryGetValue(filter, out MapSnapshot? kept) ? kept : null;

    private void Put(MapFilter filter, MapSnapshot snapshot)
    {
        var ends = snapshot.StartedAt + (snapshot.IsOnePage ? LongestOfOnePage : Longest);
        if (ends > time.GetUtcNow())
        {
            _kept.Set(filter, snapshot, new MemoryCacheEntryOptions { Size = Math.Max(1, snapshot.Count), AbsoluteExpiration = ends, SlidingExpiration = Idle });
        }
        else
        {
            _kept.Remove(filter);
        }
    }

    private sealed class CacheClock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}
