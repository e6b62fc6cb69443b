using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Domain.MapSearches;

/// <summary>A map search. Globally unique.</summary>
public readonly record struct MapSearchId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}

/// <summary>Jobs belong to users, in every store: a job is only ever found together with its owner.</summary>
public readonly record struct MapSearchKey(UserId UserId, MapSearchId Id);

public enum MapSearchState
{
    /// <summary>Waits for a worker, for the first time or again.</summary>
    Pending,

    /// <summary>A worker holds the lease.</summary>
    Processing,

    /// <summary>All maps are in the result. Final.</summary>
    Completed,

    /// <summary>Given up; <see cref="MapSearchJob.Failure"/> says why. Final, partial results stay.</summary>
    Failed,

    /// <summary>Ended by its owner. Final, partial results stay.</summary>
    Cancelled,
}

public enum MapSearchPhase
{
    Queued,
    ListingMaps,
    ReadingLeaderboards,
    ResolvingNames,
    Finished,
}

/// <summary>
/// A search for new records on a mapper's maps, as a snapshot: every transition gives the next snapshot with a higher
/// <see cref="Version"/>, and a transition that the state does not allow throws. Stores keep snapshots and decide
/// atomically; the lease's clock is theirs.
/// </summary>
/// <param name="Mapper">Name on Trackmania Exchange, as typed.</param>
public sealed record MapSearchJob(UserId UserId, MapSearchId Id, string Mapper, SearchPeriod Period, DateTimeOffset CreatedAt)
{
    /// <summary>Runs that end without any progress before the search fails.</summary>
    public const int MaxAttempts = 4;

    public MapSearchKey Key => new(UserId, Id);

    public MapSearchState State { get; private init; } = MapSearchState.Pending;

    public MapSearchPhase Phase { get; private init; } = MapSearchPhase.Queued;

    /// <summary>Grows with every change that a reader can see; a lease renewal is none.</summary>
    public long Version { get; private init; } = 1;

    /// <summary>Raised at each claim. A write that carries an older number changes nothing, so a worker that lost its lease cannot spoil its successor's work.</summary>
    public long Fence { get; private init; }

    /// <summary>From 1; the number of this run among those in a row that made no progress.</summary>
    public int Attempt { get; private init; } = 1;

    public DateTimeOffset UpdatedAt { get; private init; } = CreatedAt;

    /// <summary>Null until the maps are listed.</summary>
    public int? MapsTotal { get; private init; }

    public int MapsDone { get; private init; }

    /// <summary>Maps among <see cref="MapsDone"/> whose leaderboard could not be read.</summary>
    public int MapsFailed { get; private init; }

    public long RecordsFound { get; private init; }

    /// <summary>Why the search failed, for people; null unless <see cref="MapSearchState.Failed"/>.</summary>
    public string? Failure { get; private init; }

    /// <summary>When this run began to read leaderboards.</summary>
    public DateTimeOffset? ReadingSince { get; private init; }

    /// <summary><see cref="MapsDone"/> at the last claim: more than that is progress.</summary>
    public int MapsDoneAtClaim { get; private init; }

    public bool IsFinished => State is MapSearchState.Completed or MapSearchState.Failed or MapSearchState.Cancelled;

    /// <summary>Records driven before this moment are not of interest.</summary>
    public DateTimeOffset Cutoff => Period.Before(CreatedAt);

    private bool Progressed => MapsDone > MapsDoneAtClaim;

    /// <summary>
    /// Seconds until the end at the pace of this run, as of <see cref="UpdatedAt"/>; null while nothing is known. A
    /// function of the snapshot alone, so the same version always answers the same.
    /// </summary>
    public int? SecondsLeft()
    {
        if (IsFinished)
        {
            return 0;
        }

        var doneInRun = MapsDone - MapsDoneAtClaim;
        return State != MapSearchState.Processing || MapsTotal is not { } total || ReadingSince is not { } since || doneInRun == 0 || MapsDone == total
            ? null
            : (int)Math.Ceiling((UpdatedAt - since).TotalSeconds / doneInRun * (total - MapsDone));
    }

    /// <summary>
    /// A worker takes the job: the first time, again after it was given back, or from a worker whose lease lapsed. The
    /// lapse of a run without progress counts as an attempt; the job fails here when it was the last.
    /// </summary>
    public MapSearchJob Claim(DateTimeOffset now)
    {
        Require(!IsFinished, nameof(Claim));
        var lapsed = State == MapSearchState.Processing;
        var attempt = Progressed ? 1 : lapsed ? Attempt + 1 : Attempt;
        var claimed = Next(now) with
        {
            State = MapSearchState.Processing,
            Phase = MapSearchPhase.ListingMaps,
            Fence = Fence + 1,
            Attempt = Math.Min(attempt, MaxAttempts),
            MapsDoneAtClaim = MapsDone,
            ReadingSince = null,
        };
        return attempt > MaxAttempts ? claimed.Fail("The search was started several times and never got on. Please try again later.", now) : claimed;
    }

    /// <summary>The maps are known: those done in earlier runs and those still to do.</summary>
    public MapSearchJob StartReading(int mapsTotal, DateTimeOffset now)
    {
        Require(State == MapSearchState.Processing && mapsTotal >= MapsDone, nameof(StartReading));
        return Next(now) with { Phase = MapSearchPhase.ReadingLeaderboards, MapsTotal = mapsTotal, ReadingSince = now.ToWholeMilliseconds() };
    }

    /// <summary>One map more is in the result.</summary>
    public MapSearchJob Append(MapSearchRow row, DateTimeOffset now)
    {
        Require(State == MapSearchState.Processing && row.Index == MapsDone && MapsDone < MapsTotal, nameof(Append));
        var done = MapsDone + 1;
        return Next(now) with
        {
            MapsDone = done,
            MapsFailed = MapsFailed + (row.Failure is null ? 0 : 1),
            RecordsFound = RecordsFound + row.Entries.Count,
            Phase = done == MapsTotal ? MapSearchPhase.ResolvingNames : Phase,
        };
    }

    /// <summary>Players' names were added to the result.</summary>
    public MapSearchJob AddNames(DateTimeOffset now)
    {
        Require(State == MapSearchState.Processing, nameof(AddNames));
        return Next(now);
    }

    public MapSearchJob Complete(DateTimeOffset now)
    {
        Require(State == MapSearchState.Processing && MapsDone == MapsTotal, nameof(Complete));
        return Next(now) with { State = MapSearchState.Completed, Phase = MapSearchPhase.Finished };
    }

    /// <summary>The search is given up, whatever attempts are left.</summary>
    public MapSearchJob Fail(string failure, DateTimeOffset now)
    {
        Require(State == MapSearchState.Processing, nameof(Fail));
        return Next(now) with { State = MapSearchState.Failed, Phase = MapSearchPhase.Finished, Failure = failure };
    }

    /// <summary>
    /// The run ended before the search was done. A run that failed without progress was an attempt, and after the last
    /// one the search fails with <paramref name="failure"/>; a run that is merely handed back (<paramref name="failure"/>
    /// null) never counts.
    /// </summary>
    public MapSearchJob Release(string? failure, DateTimeOffset now)
    {
        Require(State == MapSearchState.Processing, nameof(Release));
        var attempt = Progressed ? 1 : failure is null ? Attempt : Attempt + 1;
        return attempt > MaxAttempts
            ? Fail(failure!, now)
            : Next(now) with { State = MapSearchState.Pending, Phase = MapSearchPhase.Queued, Attempt = attempt, MapsDoneAtClaim = MapsDone, ReadingSince = null };
    }

    /// <summary>The owner ends the search; what was found stays. On a finished search nothing changes.</summary>
    public MapSearchJob Cancel(DateTimeOffset now) =>
        IsFinished ? this : Next(now) with { State = MapSearchState.Cancelled, Phase = MapSearchPhase.Finished };

    /// <summary>The snapshot that a store kept, member for member. For stores only: nothing else makes a job out of the air.</summary>
    public static MapSearchJob Restore(MapSearchJob identity, MapSearchProgress progress) => identity with
    {
        State = progress.State,
        Phase = progress.Phase,
        Version = progress.Version,
        Fence = progress.Fence,
        Attempt = progress.Attempt,
        UpdatedAt = progress.UpdatedAt,
        MapsTotal = progress.MapsTotal,
        MapsDone = progress.MapsDone,
        MapsFailed = progress.MapsFailed,
        RecordsFound = progress.RecordsFound,
        Failure = progress.Failure,
        ReadingSince = progress.ReadingSince,
        MapsDoneAtClaim = progress.MapsDoneAtClaim,
    };

    private MapSearchJob Next(DateTimeOffset now) => this with { Version = Version + 1, UpdatedAt = now > UpdatedAt ? now.ToWholeMilliseconds() : UpdatedAt };

    private void Require(bool allowed, string transition)
    {
        if (!allowed)
        {
            throw new InvalidOperationException($"A {State} map search with {MapsDone} of {MapsTotal?.ToString() ?? "?"} maps cannot {transition}.");
        }
    }
}

/// <summary>All that changes in a <see cref="MapSearchJob"/>, as a store writes it down; the members mean what they mean there.</summary>
public sealed record MapSearchProgress(
    MapSearchState State,
    MapSearchPhase Phase,
    long Version,
    long Fence,
    int Attempt,
    DateTimeOffset UpdatedAt,
    int? MapsTotal,
    int MapsDone,
    int MapsFailed,
    long RecordsFound,
    string? Failure,
    DateTimeOffset? ReadingSince,
    int MapsDoneAtClaim);
