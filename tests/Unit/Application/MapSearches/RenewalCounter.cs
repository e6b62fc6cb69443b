using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;

namespace Backend.Unit.Application.MapSearches;

/// <summary>A store whose lease renewals can be waited for, the first of which can be made to fail, and which can go away for a while.</summary>
internal sealed class RenewalCounter(IMapSearchJobStore inner) : IMapSearchJobStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, TaskCompletionSource> _reached = [];
    private int _renewals;

    private readonly TaskCompletionSource _away = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _returned;
    private int _appends;

    public bool FailFirst { get; init; }

    /// <summary>From then on no worker's write gets through until <see cref="Return"/>.</summary>
    public int AwayAfterAppends { get; init; } = int.MaxValue;

    /// <summary>Completes when a run tried in vain to hand its search back.</summary>
    public Task Away => _away.Task;

    public void Return() => _returned = true;

    public Task Reached(int renewals)
    {
        lock (_lock)
        {
            return Signal(renewals).Task;
        }
    }

    public async Task<bool> TryRenewAsync(MapSearchKey key, long fence, CancellationToken cancellationToken)
    {
        var renewed = await inner.TryRenewAsync(key, fence, cancellationToken);
        int renewals;
        lock (_lock)
        {
            renewals = ++_renewals;
            Signal(renewals).TrySetResult();
        }

        return FailFirst && renewals == 1 ? throw new TimeoutException("The store does not answer.") : renewed;
    }

    public Task<bool> TryAddAsync(MapSearchJob job, int maxUnfinished, CancellationToken cancellationToken) => inner.TryAddAsync(job, maxUnfinished, cancellationToken);

    public Task<MapSearchJob?> FindAsync(MapSearchKey key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

    public Task<IReadOnlyList<MapSearchJob>> ListAsync(UserId userId, int limit, CancellationToken cancellationToken) => inner.ListAsync(userId, limit, cancellationToken);

    public Task<MapSearchJob?> TryClaimAsync(MapSearchKey key, CancellationToken cancellationToken) => inner.TryClaimAsync(key, cancellationToken);

    public Task<MapSearchJob?> TryStartReadingAsync(MapSearchKey key, long fence, int mapsTotal, CancellationToken cancellationToken) =>
        inner.TryStartReadingAsync(key, fence, mapsTotal, cancellationToken);

    public Task<MapSearchJob?> TryAppendAsync(MapSearchKey key, long fence, MapSearchRow row, CancellationToken cancellationToken) =>
        ++_appends > AwayAfterAppends && !_returned ? throw Unavailable() : inner.TryAppendAsync(key, fence, row, cancellationToken);

    public Task<MapSearchJob?> TryAddNamesAsync(MapSearchKey key, long fence, IReadOnlyDictionary<AccountId, string> names, CancellationToken cancellationToken) =>
        inner.TryAddNamesAsync(key, fence, names, cancellationToken);

    public Task<MapSearchJob?> TryCompleteAsync(MapSearchKey key, long fence, CancellationToken cancellationToken) => inner.TryCompleteAsync(key, fence, cancellationToken);

    public Task<MapSearchJob?> TryFailAsync(MapSearchKey key, long fence, string failure, CancellationToken cancellationToken) =>
        inner.TryFailAsync(key, fence, failure, cancellationToken);

    public Task<MapSearchJob?> TryReleaseAsync(MapSearchKey key, long fence, string? failure, CancellationToken cancellationToken)
    {
        if (_appends > AwayAfterAppends && !_returned)
        {
            _away.TrySetResult();
            throw Unavailable();
        }

        return inner.TryReleaseAsync(key, fence, failure, cancellationToken);
    }

    public Task<MapSearchJob?> CancelAsync(MapSearchKey key, CancellationToken cancellationToken) => inner.CancelAsync(key, cancellationToken);

    public Task<int> RemoveAllAsync(UserId userId, CancellationToken cancellationToken) => inner.RemoveAllAsync(userId, cancellationToken);

    public IAsyncEnumerable<NamedMapSearchRow> ReadRowsAsync(MapSearchKey key, int after, CancellationToken cancellationToken) => inner.ReadRowsAsync(key, after, cancellationToken);

    private static StoreUnavailableException Unavailable() => new("The store is away.", new TimeoutException());

    private TaskCompletionSource Signal(int renewals)
    {
        if (!_reached.TryGetValue(renewals, out var signal))
        {
            _reached[renewals] = signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return signal;
    }
}
