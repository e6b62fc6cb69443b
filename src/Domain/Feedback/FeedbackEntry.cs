using Backend.Domain.Accounts;

namespace Backend.Domain.Feedback;

/// <summary>Identity of a piece of feedback; positive, never given again.</summary>
public readonly record struct FeedbackId(long Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>What a user told the people who run the site.</summary>
/// <param name="Message">Exactly as typed.</param>
/// <param name="Type">Free text; <c>bug</c>, <c>feature</c> and <c>general</c> are the usual ones.</param>
/// <param name="ReadAt">When an administrator first marked it as read; null before.</param>
public sealed record FeedbackEntry(FeedbackId Id, UserId UserId, UserName UserName, string Message, string Type, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt)
{
    /// <summary>In UTF-16 code units.</summary>
    public const int MaxMessageLength = 2000;

    /// <inheritdoc cref="MaxMessageLength"/>
    public const int MaxTypeLength = 50;

    public const string DefaultType = "general";

    /// <summary>With so many unread ones nobody can add another: it would not be read soon.</summary>
    public const int MaxUnread = 50;

    /// <summary>Of one user, so that nobody closes the box for all others.</summary>
    public const int MaxUnreadPerUser = 10;
}

/// <summary>Feedback that is about to be stored; the store gives the id.</summary>
public sealed record NewFeedback(UserId UserId, string Message, string Type, DateTimeOffset CreatedAt);
