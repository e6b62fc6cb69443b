using Backend.Domain.Common;
using Backend.Domain.Feedback;

namespace Backend.Application.Feedback;

/// <summary>Every failure of the area.</summary>
public static class FeedbackErrors
{
    public static Error NotFound { get; } = new(ErrorKind.NotFound, "feedback.not_found", "There is no such feedback.");

    public static Error Backlog { get; } = new(ErrorKind.Unavailable, "feedback.backlog", "There is much feedback that has not been read yet. Please try again in a few days.")
    {
        RetryAfter = TimeSpan.FromDays(1),
    };

    public static Error UserBacklog { get; } = new(
        ErrorKind.TooManyRequests, "feedback.user_backlog", $"{FeedbackEntry.MaxUnreadPerUser} messages of yours have not been read yet. Please wait until some of them are.")
    {
        RetryAfter = TimeSpan.FromDays(1),
    };
}
