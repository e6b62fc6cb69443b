using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryMapSearchJobStore(MapSearchOptions options, TimeProvider clock) : IMapSearchJobStore
{
    /// <summary>About 25 MB; of a user's finished searches with more, all but the newest go, oldest first.</summary>
    internal const long MaxRecordsPerUser = 250_000;

    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<UserId, Dictionary<MapSearchId, Entry>> _users = new();
    private readonly Lock _sweeping = new();
    private DateTimeOffset _sweptAt = clock.GetUtcNow();

    public Task<bool> TryAddAsync(MapSearchJob job, int maxUnfinished, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SweepNowAndThen();
        while (true)
        {
            var jobs = _users.GetOrAdd(job.UserId, static _ => []);
            lock (jobs)
            {
                // Else all searches of the user were removed just now, and the list of them with them.
                if (_users.GetValueOrDefault(job.UserId) == jobs)
                {
                    return Task.FromResult(TryAdd(jobs, job, maxUnfinished));
                }
            }
        }
    }

    private bool TryAdd(Dictionary<MapSearchId, Entry> jobs, MapSearchJob job, int maxUnfinished)
    {
        if (jobs.Values.Count(e => !e.Job.IsFinished) >= maxUnfinished)
        {
            return false;
        }

        if (!jobs.TryAdd(job.Id, new Entry(job)))
        {
            throw new InvalidOperationException($"Map search {job.Id} exists already.");
        }

        var (kept, records) = (0, 0L);
        foreach (var finished in jobs.Values.Where(e => e.Job.IsFinished).OrderByDescending(e => e.Job.CreatedAt).ToList())
        {
            records += finished.Job.RecordsFound;
            if (++kept > options.KeptInMemoryPerUser || (kept > 1 && records > MaxRecordsPerUser))
            {
                jobs.Remove(finished.Job.Id);
            }
        }

        return true;
    }

    public Task<MapSearchJob?> FindAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        With(key, entry => entry.Job, cancellationToken);

    public Task<IReadOnlyList<MapSearchJob>> ListAsync(UserId userId, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_users.TryGetValue(userId, out var jobs))
        {
            return Task.FromResult<IReadOnlyList<MapSearchJob>>([]);
        }

        lock (jobs)
        {
            return Task.FromResult<IReadOnlyList<MapSearchJob>>(
                [.. jobs.Values.Where(e => !IsExpired(e)).Select(e => e.Job).OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id.Value).Take(limit)]);
        }
    }

    public Task<MapSearchJob?> TryClaimAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        With(
            key,
            entry =>
            {
                var now = clock.GetUtcNow();
                if (entry.Job.IsFinished || (entry.Job.State == MapSearchState.Processing && now < entry.LeaseUntil))
                {
                    return null;
                }

                entry.LeaseUntil = now + options.Lease;
                return entry.Job = entry.Job.Claim(now);
            },
            cancellationToken);

    public async Task<bool> TryRenewAsync(MapSearchKey key, long fence, CancellationToken cancellationToken) =>
        await Write(
            key,
            fence,
            (entry, now) =>
            {
                entry.LeaseUntil = now + options.Lease;
                return entry.Job;
            },
            cancellationToken) is not null;

    public Task<MapSearchJob?> TryStartReadingAsync(MapSearchKey key, long fence, int mapsTotal, CancellationToken cancellationToken) =>
        Write(key, fence, (entry, now) => entry.Job = entry.Job.StartReading(mapsTotal, now), cancellationToken);

    public Task<MapSearchJob?> TryAppendAsync(MapSearchKey key, long fence, MapSearchRow row, CancellationToken cancellationToken) =>
        Write(
            key,
            fence,
            (entry, now) =>
            {
                if (row.Index != entry.Job.MapsDone - 1)
                {
                    entry.Job = entry.Job.Append(row, now);
                    entry.Rows.Add(row);
                }

                return entry.Job;
            },
            cancellationToken);

    public Task<MapSearchJob?> TryAddNamesAsync(MapSearchKey key, long fence, IReadOnlyDictionary<AccountId, string> names, CancellationToken cancellationToken) =>
        Write(
            key,
            fence,
            (entry, now) =>
            {
                // Readers hold the dictionary outside the lock, so it is replaced and never changed.
                var all = new Dictionary<AccountId, string>(entry.Names);
                foreach (var (account, name) in names)
                {
                    all[account] = name;
                }

                entry.Names = all;
                return entry.Job = entry.Job.AddNames(now);
            },
            cancellationToken);

    public Task<MapSearchJob?> TryCompleteAsync(MapSearchKey key, long fence, CancellationToken cancellationToken) =>
        Write(key, fence, (entry, now) => entry.Job = entry.Job.Complete(now), cancellationToken);

    public Task<MapSearchJob?> TryFailAsync(MapSearchKey key, long fence, string failure, CancellationToken cancellationToken) =>
        Write(key, fence, (entry, now) => entry.Job = entry.Job.Fail(failure, now), cancellationToken);

    public Task<MapSearchJob?> TryReleaseAsync(MapSearchKey key, long fence, string? failure, CancellationToken cancellationToken) =>
        Write(key, fence, (entry, now) => entry.Job = entry.Job.Release(failure, now), cancellationToken);

    public Task<MapSearchJob?> CancelAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        With(key, entry => entry.Job = entry.Job.Cancel(clock.GetUtcNow()), cancellationToken);

    public Task<int> RemoveAllAsync(UserId userId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_users.TryGetValue(userId, out var jobs))
        {
            return Task.FromResult(0);
        }

        lock (jobs)
        {
            var count = jobs.Values.Count(e => !IsExpired(e));
            jobs.Clear();
            _users.TryRemove(KeyValuePair.Create(userId, jobs));
            return Task.FromResult(count);
        }
    }

    public async IAsyncEnumerable<NamedMapSearchRow> ReadRowsAsync(MapSearchKey key, int after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var counted = await With(key, entry => new Counted(after >= entry.Rows.Count ? [] : [.. entry.Rows.Skip(after + 1)], entry.Names), cancellationToken);
        foreach (var row in counted?.Rows ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new NamedMapSearchRow(row, counted!.Names);
        }
    }

    /// <summary>A worker's write: refused with null unless the worker still holds the job.</summary>
    private Task<MapSearchJob?> Write(MapSearchKey key, long fence, Func<Entry, DateTimeOffset, MapSearchJob> write, CancellationToken cancellationToken) =>
        With(key, entry => entry.Job.Fence == fence && entry.Job.State == MapSearchState.Processing ? write(entry, clock.GetUtcNow()) : null, cancellationToken);

    private Task<T?> With<T>(MapSearchKey key, Func<Entry, T?> use, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_users.TryGetValue(key.UserId, out var jobs))
        {
            return Task.FromResult<T?>(null);
        }

        lock (jobs)
        {
            return Task.FromResult(jobs.TryGetValue(key.Id, out var entry) && !IsExpired(entry) ? use(entry) : null);
        }
    }

    private bool IsExpired(Entry entry) => entry.Job.IsFinished && clock.GetUtcNow() >= entry.Job.UpdatedAt + options.Retention;

    /// <summary>Users who never come back would keep their expired jobs for ever.</summary>
    private void SweepNowAndThen()
    {
        lock (_sweeping)
        {
            if (clock.GetUtcNow() < _sweptAt + SweepEvery)
            {
                return;
            }

            _sweptAt = clock.GetUtcNow();
        }

        foreach (var jobs in _users.Values)
        {
            lock (jobs)
            {
                foreach (var expired in jobs.Values.Where(IsExpired).ToList())
                {
                    jobs.Remove(expired.Job.Id);
                }
            }
        }
    }

    private sealed record Counted(MapSearchRow[] Rows, IReadOnlyDictionary<AccountId, string> Names);

    private sealed class Entry(MapSearchJob job)
    {
        public MapSearchJob Job { get; set; } = job;

        public DateTimeOffset LeaseUntil { get; set; }

        public List<MapSearchRow> Rows { get; } = [];

        public IReadOnlyDictionary<AccountId, string> Names { get; set; } = new Dictionary<AccountId, string>();
    }
}
