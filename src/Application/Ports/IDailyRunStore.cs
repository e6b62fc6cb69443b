using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DailyEmails;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.History;
using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps daily runs: what each does for each user, how far it is, and what was found. What an alert has seen of a map and
/// what a driver's record was move in one step with the news of it, so that a run may be killed at any point and loses
/// or repeats nothing.
/// <para>
/// A check is claimed by one worker at a time. It is due again after <see cref="Lease"/> without a sign of life, by the
/// store's own clock; once it is claimed anew, what the earlier worker writes is refused. Every method is atomic and every read sees all
/// earlier writes. Checks, news and mails go with their user (<see cref="IUserStore.RemoveAsync"/>).
/// </para>
/// </summary>
public interface IDailyRunStore
{
    /// <summary>How long a claimed check is left alone; saving and <see cref="TryRenewAsync"/> begin it anew.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>How far a clock of somebody who begins a run may be ahead.</summary>
    static readonly TimeSpan Early = TimeSpan.FromHours(1);

    /// <summary>
    /// Begins the run of a date, with a check due for everybody who then has an alert or driver notifications and wants mail
    /// about them. There is one run a date: whoever asks again gets it as it is, and whoever asks for an earlier date than the latest run's gets
    /// that one. A check whose user has nothing to look at is not made.
    /// </summary>
    /// <param name="date">Must have begun, or begin within <see cref="Early"/>, by the store's own clock: the run of a later one would keep the dates before it from theirs.</param>
    /// <param name="startedAt">Kept in whole milliseconds.</param>
    /// <returns>The run is null when it is too early.</returns>
    Task<(DailyRun? Run, bool IsNew)> StartAsync(DateOnly date, string trigger, DateTimeOffset startedAt, CancellationToken cancellationToken);

    Task<DailyRun?> FindAsync(DateOnly date, CancellationToken cancellationToken);

    /// <summary>Runs, newest first.</summary>
    Task<IReadOnlyList<DailyRun>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Claims the check that has been due for longest; null when none is due.</summary>
    Task<DailyCheck?> TryClaimAsync(CancellationToken cancellationToken);

    /// <summary>Claims one check, if it is due.</summary>
    Task<DailyCheckClaim> TryClaimAsync(DailyCheckKey key, CancellationToken cancellationToken);

    /// <summary>Checks that have been due for this long, oldest first: nobody seems to know of them.</summary>
    Task<IReadOnlyList<DailyCheckKey>> FindOverdueAsync(TimeSpan duration, int limit, CancellationToken cancellationToken);

    /// <summary>A sign of life. False when the check is somebody else's by now, or gone; so it is with everything that takes a claim.</summary>
    Task<bool> TryRenewAsync(DailyCheck check, CancellationToken cancellationToken);

    /// <summary>Ends a claim: the check is due again after <paramref name="pause"/>.</summary>
    /// <param name="isRetry">Because of a failure, which is counted; else it just goes on elsewhere.</param>
    Task<bool> TryPutOffAsync(DailyCheck check, TimeSpan pause, bool isRetry, CancellationToken cancellationToken);

    /// <summary>What the alert has seen of its maps so far; a map that was never looked at is absent.</summary>
    Task<IReadOnlyDictionary<MapUid, CheckedWatch>> ReadWatchesAsync(AlertId alertId, CancellationToken cancellationToken);

    /// <summary>Moves what an alert has seen, together with the news of it.</summary>
    Task<bool> TrySaveMapsAsync(DailyCheck check, AlertId alertId, IReadOnlyCollection<CheckedMap> maps, CancellationToken cancellationToken);

    /// <summary>Moves what driver notifications have seen, together with the news of it. A notification that is gone is left out, with its news.</summary>
    /// <param name="checkedAt">Kept in whole milliseconds.</param>
    Task<bool> TrySaveRecordsAsync(DailyCheck check, IReadOnlyCollection<DriverObservation> records, DateTimeOffset checkedAt, CancellationToken cancellationToken);

    /// <summary>
    /// The user's driver notifications that this run has not looked at yet: first those that the run of the day before has looked at, then all others in an
    /// order that is another one in each run.
    /// </summary>
    Task<IReadOnlyList<DriverNotification>> ListUncheckedAsync(DailyCheckKey key, CancellationToken cancellationToken);

    /// <summary>Ends a part of the check.</summary>
    /// <param name="state"><see cref="DailyPartState.Done"/> or <see cref="DailyPartState.Failed"/>.</param>
    Task<bool> TryEndPartAsync(DailyCheck check, DailyPart part, DailyPartState state, DailyPartSummary summary, CancellationToken cancellationToken);

    /// <summary>What the check has found so far.</summary>
    Task<DailyNews> ReadNewsAsync(DailyCheckKey key, CancellationToken cancellationToken);

    /// <summary>Ends the check: the mail, if there is one, waits for being sent, and the history holds these entries. The run is finished with its last check.</summary>
    /// <param name="now">Kept in whole milliseconds.</param>
    Task<bool> TryCompleteAsync(DailyCheck check, NewDailyEmail? email, IReadOnlyCollection<HistoryEntry> history, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Maps of the user that somebody else follows, too, or that he follows both as a mapper and as a driver.</summary>
    Task<IReadOnlySet<MapUid>> FindSharedMapsAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>
    /// A board that more than one check of the run needs: as it was read, or, when nobody is reading it, this check's to read. It stays so
    /// until it is saved or has failed, or the claim to the check ends.
    /// </summary>
    Task<SharedBoard> ClaimBoardAsync(DailyCheck check, MapUid mapUid, CancellationToken cancellationToken);

    /// <summary>This check could not read the board. Nobody is to try again before <paramref name="pause"/> has passed; the check itself, too, has to claim it then.</summary>
    Task FailBoardAsync(DailyCheck check, MapUid mapUid, TimeSpan pause, CancellationToken cancellationToken);

    /// <summary>Keeps a board until the run is finished. The first one of a map counts.</summary>
    Task SaveBoardAsync(DateOnly runDate, Leaderboard board, CancellationToken cancellationToken);
}

/// <summary>A claim to what one run does for one user.</summary>
/// <param name="Retries">Put-offs because of a failure.</param>
/// <param name="Fence">Names this claim to the store.</param>
public sealed record DailyCheck(DailyCheckKey Key, DailyPartState Mapper, DailyPartState Driver, int Retries, long Fence);

/// <param name="Check">When it was claimed.</param>
public sealed record DailyCheckClaim(DailyCheckClaimStatus Status, DailyCheck? Check = null);

public enum DailyCheckClaimStatus
{
    Claimed,

    /// <summary>It is somebody else's, or due later.</summary>
    NotDue,

    /// <summary>It has ended, or is gone.</summary>
    Ended,
}

/// <param name="Board">With <see cref="SharedBoardStatus.Kept"/>, and once it was read with <see cref="SharedBoardStatus.Mine"/>.</param>
public sealed record SharedBoard(SharedBoardStatus Status, Leaderboard? Board = null);

public enum SharedBoardStatus
{
    /// <summary>It was read in this run.</summary>
    Kept,

    /// <summary>This check is to read it.</summary>
    Mine,

    /// <summary>Another check is reading it.</summary>
    Awaited,

    /// <summary>It could not be read a moment ago.</summary>
    Failed,
}

/// <param name="LastRun">The run that looked at the map last.</param>
public sealed record CheckedWatch(MapWatch Watch, DateOnly LastRun);

/// <param name="News">Null when there are none.</param>
public sealed record CheckedMap(MapWatch Watch, MapNews? News);

/// <param name="Maps">In the order in which they were found.</param>
/// <param name="Mapper">Null while that part is due, and when there is none.</param>
/// <param name="Driver">Null while that part is due, and when there is none.</param>
public sealed record DailyNews(IReadOnlyList<MapNews> Maps, IReadOnlyList<DriverChange> Changes, DailyPartSummary? Mapper, DailyPartSummary? Driver);

/// <param name="Maps">Maps with news in it; null without a mapper's part.</param>
/// <param name="Changes">Changed records in it; null without a driver's part.</param>
public sealed record NewDailyEmail(EmailContent Content, int? Maps, int? Changes);
