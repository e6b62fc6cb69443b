using Backend.Domain.Accounts;
using Backend.Domain.Feedback;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps feedback. Every method is atomic, every read sees all earlier writes, instants keep whole milliseconds and text is
/// kept exactly. Feedback goes with its user (<see cref="IUserStore.RemoveAsync"/>).
/// </summary>
public interface IFeedbackStore
{
    /// <summary>
    /// Stores feedback unless <see cref="FeedbackEntry.MaxUnread"/> are unread, the user has
    /// <see cref="FeedbackEntry.MaxUnreadPerUser"/> unread ones, or is unknown; the reasons are reported in this order.
    /// Concurrent calls never exceed the limits.
    /// </summary>
    Task<AddFeedbackOutcome> AddAsync(NewFeedback feedback, CancellationToken cancellationToken);

    /// <summary>The newest (later <see cref="FeedbackEntry.CreatedAt"/>, then larger id), at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<FeedbackEntry>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>All of one user, in the same order.</summary>
    Task<IReadOnlyList<FeedbackEntry>> ListOfAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Notes when it was read, the first time only. False when it is unknown.</summary>
    Task<bool> MarkReadAsync(FeedbackId id, DateTimeOffset readAt, CancellationToken cancellationToken);

    /// <summary>False when it is unknown.</summary>
    Task<bool> RemoveAsync(FeedbackId id, CancellationToken cancellationToken);
}

/// <param name="Id">When <see cref="AddFeedbackStatus.Added"/>.</param>
public sealed record AddFeedbackOutcome(AddFeedbackStatus Status, FeedbackId? Id = null);

public enum AddFeedbackStatus
{
    Added,

    /// <summary>Too many are unread.</summary>
    Backlog,

    /// <summary>Too many of the user are unread.</summary>
    UserBacklog,

    NoSuchUser,
}
