using System.Collections.Concurrent;
using Backend.Domain.MapSearches;

namespace Backend.Infrastructure.Storage;

/// <summary>
/// Changes searches in stores that can write on a condition only: the domain decides on a snapshot, and the store writes
/// what was decided if it still has that snapshot; else it is decided again. The snapshot of this process's last write
/// to a search is kept while a run here holds it, as it is the current one as long as nobody else writes, and so saves reading it again.
/// </summary>
internal sealed class HeldSearches
{
    private readonly ConcurrentDictionary<MapSearchKey, MapSearchJob> _held = new();

    /// <param name="find">The current snapshot, or null when nothing is to be decided on it.</param>
    /// <param name="tryWrite">Writes the second snapshot if the first is still the stored one.</param>
    /// <returns>What is stored now; null when <paramref name="find"/> found nothing to decide on.</returns>
    public async Task<MapSearchJob?> DecideAsync(Func<Task<MapSearchJob?>> find, Func<MapSearchJob, MapSearchJob> decide, Func<MapSearchJob, MapSearchJob, Task<bool>> tryWrite)
    {
        while (await find() is { } found)
        {
            if (await TryWriteAsync(found, decide(found), tryWrite) is { } written)
            {
                return Hold(written);
            }
        }

        return null;
    }

    /// <summary>A worker's change: refused with null unless it still holds the search.</summary>
    /// <inheritdoc cref="DecideAsync(Func{Task{MapSearchJob?}}, Func{MapSearchJob, MapSearchJob}, Func{MapSearchJob, MapSearchJob, Task{bool}})"/>
    public async Task<MapSearchJob?> DecideAsync(
        MapSearchKey key, long fence, Func<Task<MapSearchJob?>> find, Func<MapSearchJob, MapSearchJob> decide, Func<MapSearchJob, MapSearchJob, Task<bool>> tryWrite)
    {
        if (_held.TryGetValue(key, out var held)
            && held.Fence == fence
            && TryDecide(decide, held) is { } next
            && await TryWriteAsync(held, next, tryWrite) is { } written)
        {
            return Hold(written);
        }

        var decided = await DecideAsync(
            async () => await find() is { State: MapSearchState.Processing } found && found.Fence == fence ? found : null,
            decide,
            tryWrite);
        if (decided is null)
        {
            _held.TryRemove(key, out _);
        }

        return decided;
    }

    private static async Task<MapSearchJob?> TryWriteAsync(MapSearchJob from, MapSearchJob to, Func<MapSearchJob, MapSearchJob, Task<bool>> tryWrite) =>
        ReferenceEquals(to, from) || await tryWrite(from, to) ? to : null;

    /// <summary>What the snapshot does not allow may be allowed by the store, which has the last word.</summary>
    private static MapSearchJob? TryDecide(Func<MapSearchJob, MapSearchJob> decide, MapSearchJob held)
    {
        try
        {
            return decide(held);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The newest snapshot counts: rows and names of one search are written side by side.</summary>
    private MapSearchJob Hold(MapSearchJob job)
    {
        if (job.State == MapSearchState.Processing)
        {
            _held.AddOrUpdate(job.Key, static (_, fresh) => fresh, static (_, held, fresh) => held.Version > fresh.Version ? held : fresh, job);
        }
        else
        {
            _held.TryRemove(job.Key, out _);
        }

        return job;
    }
}
