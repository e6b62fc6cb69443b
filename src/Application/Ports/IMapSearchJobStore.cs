using Backend.Application.MapSearches;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps map searches and their results. Each method is one atomic step, or a sequence that a crash may cut at any
/// point without a wrong answer to a reader. Reads see all earlier writes. Instants keep whole milliseconds, text is
/// kept exactly.
/// <para>
/// A worker's write names the fence it got from <see cref="TryClaimAsync"/>. It changes nothing and returns null when
/// the job has another fence by now, is finished, or is unknown; the worker then stops. The allowed transitions are
/// those of <see cref="MapSearchJob"/>.
/// </para>
/// <para>
/// A claim holds a lease of <see cref="MapSearchOptions.Lease"/>, measured by the store's own clock; where the store has
/// none, by the monotonic clock of whoever wants to claim, from when it first saw the lease as it is. Finished jobs are
/// absent <see cref="MapSearchOptions.Retention"/> after their end.
/// </para>
/// </summary>
public interface IMapSearchJobStore
{
    /// <summary>Stores a pending job unless its owner already has <paramref name="maxUnfinished"/> unfinished ones; false then. Concurrent calls never exceed the limit.</summary>
    /// <exception cref="InvalidOperationException">The key is taken.</exception>
    Task<bool> TryAddAsync(MapSearchJob job, int maxUnfinished, CancellationToken cancellationToken);

    Task<MapSearchJob?> FindAsync(MapSearchKey key, CancellationToken cancellationToken);

    /// <summary>A user's jobs, newest first (later <see cref="MapSearchJob.CreatedAt"/>, then larger id), at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<MapSearchJob>> ListAsync(UserId userId, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Claims a pending job, or a processing one whose lease lapsed, and starts a new lease. Null when the job is held,
    /// finished or unknown. Of concurrent calls exactly one wins. The answer may be a failed job, see <see cref="MapSearchJob.Claim"/>.
    /// </summary>
    Task<MapSearchJob?> TryClaimAsync(MapSearchKey key, CancellationToken cancellationToken);

    /// <summary>Starts the lease anew. False when the fence is old or the job is not processing any more.</summary>
    Task<bool> TryRenewAsync(MapSearchKey key, long fence, CancellationToken cancellationToken);

    /// <inheritdoc cref="MapSearchJob.StartReading"/>
    Task<MapSearchJob?> TryStartReadingAsync(MapSearchKey key, long fence, int mapsTotal, CancellationToken cancellationToken);

    /// <summary>
    /// Adds the next row; its index must be the job's <see cref="MapSearchJob.MapsDone"/>. A row is readable if and only if
    /// the job counts it. A repetition of the last call, whose answer may have been lost, changes nothing and returns the job.
    /// </summary>
    Task<MapSearchJob?> TryAppendAsync(MapSearchKey key, long fence, MapSearchRow row, CancellationToken cancellationToken);

    /// <summary>Adds players' names to the result; a name that is known already is replaced.</summary>
    Task<MapSearchJob?> TryAddNamesAsync(MapSearchKey key, long fence, IReadOnlyDictionary<AccountId, string> names, CancellationToken cancellationToken);

    /// <inheritdoc cref="MapSearchJob.Complete"/>
    Task<MapSearchJob?> TryCompleteAsync(MapSearchKey key, long fence, CancellationToken cancellationToken);

    /// <inheritdoc cref="MapSearchJob.Fail"/>
    Task<MapSearchJob?> TryFailAsync(MapSearchKey key, long fence, string failure, CancellationToken cancellationToken);

    /// <summary>Ends the run and the lease, see <see cref="MapSearchJob.Release"/>. The answer may be a failed job.</summary>
    Task<MapSearchJob?> TryReleaseAsync(MapSearchKey key, long fence, string? failure, CancellationToken cancellationToken);

    /// <summary>Cancels unless the job is finished, and returns the job as it is then; null for an unknown one.</summary>
    Task<MapSearchJob?> CancelAsync(MapSearchKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes all searches of a user with their results, those included that are being worked on; a worker's next write
    /// finds none and leaves nothing. Returns how many there were.
    /// </summary>
    Task<int> RemoveAllAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>
    /// The rows with an index above <paramref name="after"/> that the job counted when the enumeration began, in order.
    /// Nothing for an unknown job. However large the result, only a few rows of it are held at a time, and no resource of
    /// the store is held while the reader is busy.
    /// </summary>
    IAsyncEnumerable<NamedMapSearchRow> ReadRowsAsync(MapSearchKey key, int after, CancellationToken cancellationToken);
}

/// <param name="Names">All that were added for the row's accounts, and perhaps others.</param>
public sealed record NamedMapSearchRow(MapSearchRow Row, IReadOnlyDictionary<AccountId, string> Names);
