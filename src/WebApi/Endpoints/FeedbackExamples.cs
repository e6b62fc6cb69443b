namespace Backend.WebApi.Endpoints;

internal static class FeedbackExamples
{
    private const string Message = "Please show the gap to the record before.";

    private static readonly DateTimeOffset s_written = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static SubmitFeedbackBody Submission { get; } = new(Message, "feature");

    public static SubmittedFeedbackResponse Submitted { get; } = new("Thank you. Your message will be read.", 5);

    public static FeedbackListResponse Feedback { get; } = new([new FeedbackResponse(5, "Ada", Message, "feature", s_written, ReadAt: null)]);

    public static NoticeResponse Read { get; } = new("The feedback is marked as read.");

    public static NoticeResponse Deleted { get; } = new("The feedback is deleted.");
}
