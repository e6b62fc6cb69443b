using Backend.Domain.Accounts;
using Backend.Domain.DailyEmails;
using Backend.Domain.History;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps the mails of daily runs until they are sent, and what became of them. They are made by
/// <see cref="IDailyRunStore.TryCompleteAsync"/>. Every method is atomic and every read sees all earlier writes; due times and claims go by
/// the store's own clock.
/// </summary>
public interface IDailyEmailStore
{
    /// <summary>How long a mail that is being sent is left alone. Longer than any attempt.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    /// <summary>Claims the mail that has been due for longest, be it waiting, or being sent by somebody who gave no sign of life for <see cref="Lease"/>; null when none is due.</summary>
    Task<DailyEmailTicket?> TryClaimAsync(CancellationToken cancellationToken);

    /// <summary>Says what became of it, together with what the history says of it. False when it was claimed anew since, or is gone.</summary>
    /// <param name="state"><see cref="DailyEmailState.Sent"/>, <see cref="DailyEmailState.Failed"/> or <see cref="DailyEmailState.Uncertain"/>.</param>
    /// <param name="reason">For operators; null when it was sent.</param>
    /// <param name="now">Kept in whole milliseconds.</param>
    Task<bool> TryEndAsync(
        DailyEmailTicket ticket, DailyEmailState state, string? reason, IReadOnlyCollection<HistoryEntry> history, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>It waits again, for <paramref name="pause"/>; then it comes after all that are due. False as in <see cref="TryEndAsync"/>.</summary>
    /// <param name="rest">For so long no mail is claimed.</param>
    /// <param name="isCounted">Else it is as if this attempt had not been.</param>
    Task<bool> TryPutOffAsync(DailyEmailTicket ticket, TimeSpan pause, TimeSpan rest, bool isCounted, string reason, CancellationToken cancellationToken);

    /// <summary>Mails of runs from <paramref name="since"/> on that did not reach <see cref="DailyEmailState.Sent"/>, newest run first.</summary>
    Task<IReadOnlyList<UnsentEmail>> ListUnsentAsync(DateOnly since, int limit, CancellationToken cancellationToken);
}

/// <summary>A claim to send a mail.</summary>
/// <param name="To">The user's address, now.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="IsWanted">The user still wants mails of some kind.</param>
/// <param name="WasInterrupted">Somebody was sending it and gave no sign of life since: it may have been accepted or not.</param>
/// <param name="Fence">Names this claim to the store.</param>
public sealed record DailyEmailTicket(
    DailyEmailKey Key, EmailAddress To, EmailContent Content, int? Maps, int? Changes, DateTimeOffset CreatedAt, int Attempt, bool IsWanted, bool WasInterrupted, long Fence);

/// <param name="UserName">Of its user, now.</param>
/// <param name="Reason">Why; null when it was not tried yet.</param>
public sealed record UnsentEmail(DailyEmailKey Key, UserName UserName, DailyEmailState State, int Attempts, string? Reason, DateTimeOffset UpdatedAt);
