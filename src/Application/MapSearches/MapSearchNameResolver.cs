using System.Threading.Channels;
using Backend.Application.Ports;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;

namespace Backend.Application.MapSearches;

/// <summary>
/// Looks up the players' names of one run while its boards are still being read, in full batches, because the name
/// service is asked for many at once and must not slow the boards down. A name that cannot be had stays absent.
/// </summary>
internal sealed class MapSearchNameResolver(MapSearchJob job, IMapSearchJobStore jobs, IPlayerNames names)
{
    private readonly HashSet<AccountId> _seen = [];
    private readonly Channel<AccountId> _wanted = Channel.CreateUnbounded<AccountId>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Takes up what earlier runs left: their maps are returned, their unresolved players are looked up again.</summary>
    public async Task<HashSet<long>> ResumeAsync(CancellationToken cancellationToken)
    {
        var done = new HashSet<long>();
        if (job.MapsDone > 0)
        {
            await foreach (var (row, known) in jobs.ReadRowsAsync(job.Key, after: -1, cancellationToken))
            {
                done.Add(row.Map.MapId);
                _seen.UnionWith(known.Keys);
                Add(row);
            }
        }

        return done;
    }

    public void Add(MapSearchRow row)
    {
        foreach (var entry in row.Entries)
        {
            if (_seen.Add(entry.AccountId))
            {
                _wanted.Writer.TryWrite(entry.AccountId);
            }
        }
    }

    /// <summary>No more rows will come.</summary>
    public void Finish() => _wanted.Writer.Complete();

    /// <summary>Runs until <see cref="Finish"/> and all wanted names were asked for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new List<AccountId>(IPlayerNames.MaxBatch);
        await foreach (var account in _wanted.Reader.ReadAllAsync(cancellationToken))
        {
            batch.Add(account);
            if (batch.Count == IPlayerNames.MaxBatch)
            {
                await ResolveAsync(batch, cancellationToken);
                batch.Clear();
            }
        }

        if (batch.Count > 0)
        {
            await ResolveAsync(batch, cancellationToken);
        }
    }

    private async Task ResolveAsync(List<AccountId> batch, CancellationToken cancellationToken)
    {
        var resolved = await names.ResolveAsync(batch, cancellationToken);
        if (resolved is { IsSuccess: true, Value.Count: > 0 })
        {
            await jobs.TryAddNamesAsync(job.Key, job.Fence, resolved.Value, cancellationToken);
        }
    }
}
