using Backend.Application.Common.Messaging;
using Backend.Application.Leaderboards;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Microsoft.Extensions.Logging;

namespace Backend.Application.MapSearches;

/// <summary>Sent by a worker that got a ticket for the search. Cancelling it hands the search back.</summary>
public sealed record RunMapSearchCommand(MapSearchKey Key) : ICommand<RunMapSearchResult>;

/// <param name="ComeBackAfter">When the ticket should be delivered again; null when the search needs no further run.</param>
public sealed record RunMapSearchResult(TimeSpan? ComeBackAfter)
{
    internal static RunMapSearchResult Over { get; } = new(ComeBackAfter: null);
}

internal sealed partial class RunMapSearchHandler(
    IMapSearchJobStore jobs,
    IMapDirectory maps,
    LeaderboardReader boards,
    ILeaderboardCache cache,
    IPlayerNames names,
    MapSearchOptions options,
    TimeProvider clock,
    ILogger<RunMapSearchHandler> logger) : ICommandHandler<RunMapSearchCommand, RunMapSearchResult>
{
    /// <summary>So many boards in a row that cannot be read now are an outage, not bad maps.</summary>
    private const int OutageStreak = 5;

    private static readonly TimeSpan s_pauseInOutage = TimeSpan.FromMilliseconds(250);

    public async Task<Result<RunMapSearchResult>> Handle(RunMapSearchCommand command, CancellationToken cancellationToken)
    {
        var job = await jobs.TryClaimAsync(command.Key, cancellationToken);
        if (job is null)
        {
            return await ComeBackIfUnfinishedAsync(command.Key, cancellationToken);
        }

        if (job.IsFinished)
        {
            return RunMapSearchResult.Over;
        }

        using var running = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(job, running);
        string? failure = null;
        try
        {
            failure = await RunAsync(job, running.Token);
            if (failure is null)
            {
                return await ComeBackIfUnfinishedAsync(job.Key, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                LogLeaseLost(job.Id.Value, job.Fence);
            }
        }
        catch (StoreUnavailableException exception)
        {
            // No fault of the search: it is handed back, and no attempt is lost, as soon as the store is there again.
            LogOutage(job.Id.Value, exception.Message);
        }
        catch (Exception)
        {
            await ReleaseAsync(job, "The search ran into an unexpected problem. Please try again later.", cancellationToken);
            throw;
        }
        finally
        {
            await running.CancelAsync();
            await renewing;
        }

        var released = await ReleaseAsync(job, failure, cancellationToken);
        return released switch
        {
            { IsFinished: true } => RunMapSearchResult.Over,
            null when cancellationToken.IsCancellationRequested => new RunMapSearchResult(TimeSpan.Zero),
            null => await ComeBackIfUnfinishedAsync(job.Key, CancellationToken.None),
            _ => new RunMapSearchResult(failure is null ? TimeSpan.Zero : PauseBefore(released)),
        };
    }

    /// <summary>Doubles with each attempt, and is up to half as long again, depending on the search, so that searches which failed together do not come back together.</summary>
    private TimeSpan PauseBefore(MapSearchJob job)
    {
        var jitter = job.Id.Value.ToByteArray()[^1] / 256.0;
        return options.RetryDelay * Math.Pow(2, Math.Max(0, job.Attempt - 2)) * (1 + (jitter / 2));
    }

    /// <summary>Waits for the store for as long as the process may run; after that the lease has to lapse.</summary>
    private async Task<MapSearchJob?> ReleaseAsync(MapSearchJob job, string? failure, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await jobs.TryReleaseAsync(job.Key, job.Fence, failure, CancellationToken.None);
            }
            catch (StoreUnavailableException) when (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(s_pauseInOutage, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>What to do about a search that is not ours: no ticket may be dropped before its search has ended.</summary>
    private async Task<RunMapSearchResult> ComeBackIfUnfinishedAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        await jobs.FindAsync(key, cancellationToken) switch
        {
            null or { IsFinished: true } => RunMapSearchResult.Over,
            { State: MapSearchState.Pending } => new RunMapSearchResult(TimeSpan.Zero),

            // Held by another worker, which may be dead: look again soon, so that its lease is no sooner lapsed than taken.
            _ => new RunMapSearchResult(options.LeaseRenewal),
        };

    /// <summary>Null when the run did not fail: the search is completed, or no longer ours. Else why it failed.</summary>
    private async Task<string?> RunAsync(MapSearchJob claimed, CancellationToken cancellationToken)
    {
        var listing = await maps.ListMapsAsync(claimed.Mapper, cancellationToken);
        if (!listing.IsSuccess)
        {
            return listing.Error.Message;
        }

        var resolver = new MapSearchNameResolver(claimed, jobs, names);
        var done = await resolver.ResumeAsync(cancellationToken);
        var remaining = listing.Value.Where(m => !done.Contains(m.MapId)).ToList();
        if (await jobs.TryStartReadingAsync(claimed.Key, claimed.Fence, claimed.MapsDone + remaining.Count, cancellationToken) is not { } job)
        {
            return null;
        }

        var resolving = resolver.RunAsync(cancellationToken);
        var (stopped, failure) = await ReadBoardsAsync(job, remaining, resolver, cancellationToken);
        resolver.Finish();
        await resolving;
        if (!stopped)
        {
            await jobs.TryCompleteAsync(job.Key, job.Fence, cancellationToken);
        }

        return failure;
    }

    private async Task<(bool Stopped, string? Failure)> ReadBoardsAsync(
        MapSearchJob job, List<MapListing> remaining, MapSearchNameResolver resolver, CancellationToken cancellationToken)
    {
        var walk = await MapperWalkReader.StartAsync(job.Mapper, boards, cache, options, clock, cancellationToken);
        var unread = new List<(MapListing Map, string Failure)>();
        foreach (var map in remaining)
        {
            Leaderboard? board = null;
            if (map.MapUid is { } uid)
            {
                var read = await walk.ReadAsync(uid, cancellationToken);
                if (!read.IsSuccess)
                {
                    unread.Add((map, read.Error.Message));
                    if (read.Error.IsTransient)
                    {
                        if (unread.Count == OutageStreak)
                        {
                            return (Stopped: true, read.Error.Message);
                        }
                    }
                    else if (await AppendFailedAsync(job, unread, cancellationToken) is { } afterBad)
                    {
                        // An answer, if a bad one: upstream is there, and the map itself is the trouble.
                        job = afterBad;
                    }
                    else
                    {
                        return (Stopped: true, Failure: null);
                    }

                    continue;
                }

                board = read.Value;
            }

            var row = (MapSearchJob current) => board is null
                ? MapSearchRow.Empty(current.MapsDone, map)
                : MapSearchRow.Read(current.MapsDone, map, board, current.Cutoff);
            if (await AppendFailedAsync(job, unread, cancellationToken) is not { } afterFailed
                || await AppendAsync(afterFailed, row(afterFailed), resolver, cancellationToken) is not { } appended)
            {
                return (Stopped: true, Failure: null);
            }

            job = appended;
        }

        return (Stopped: await AppendFailedAsync(job, unread, cancellationToken) is null, Failure: null);
    }

    /// <summary>Maps that could not be read wait here until a later one can, and keep their place in the order.</summary>
    private async Task<MapSearchJob?> AppendFailedAsync(MapSearchJob job, List<(MapListing Map, string Failure)> unread, CancellationToken cancellationToken)
    {
        var current = job;
        foreach (var (map, failure) in unread)
        {
            LogMapFailed(job.Id.Value, map.MapId, failure);
            current = await jobs.TryAppendAsync(current.Key, current.Fence, MapSearchRow.Failed(current.MapsDone, map, failure), cancellationToken);
            if (current is null)
            {
                return null;
            }
        }

        unread.Clear();
        return current;
    }

    private async Task<MapSearchJob?> AppendAsync(MapSearchJob job, MapSearchRow row, MapSearchNameResolver resolver, CancellationToken cancellationToken)
    {
        var appended = await jobs.TryAppendAsync(job.Key, job.Fence, row, cancellationToken);
        if (appended is not null)
        {
            resolver.Add(row);
        }

        return appended;
    }

    /// <summary>Keeps the lease while the run goes on, and stops the run when the lease, or the search, is gone.</summary>
    private async Task RenewAsync(MapSearchJob job, CancellationTokenSource running)
    {
        try
        {
            using var timer = new PeriodicTimer(options.LeaseRenewal, clock);
            while (await timer.WaitForNextTickAsync(running.Token))
            {
                try
                {
                    if (!await jobs.TryRenewAsync(job.Key, job.Fence, running.Token))
                    {
                        await running.CancelAsync();
                    }
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // The next renewal may still come in time; if not, the fence keeps this run from doing harm.
                    LogRenewalFailed(exception, job.Id.Value);
                }
            }
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    [LoggerMessage(LogLevel.Warning, "The run of map search {JobId} stops: {Reason}")]
    private partial void LogOutage(Guid jobId, string reason);

    [LoggerMessage(LogLevel.Warning, "The lease of map search {JobId} could not be renewed")]
    private partial void LogRenewalFailed(Exception exception, Guid jobId);

    [LoggerMessage(LogLevel.Information, "Map search {JobId} was taken from fence {Fence} or cancelled; the run stops")]
    private partial void LogLeaseLost(Guid jobId, long fence);

    [LoggerMessage(LogLevel.Warning, "Map search {JobId} goes on without map {MapId}: {Failure}")]
    private partial void LogMapFailed(Guid jobId, long mapId, string failure);
}
