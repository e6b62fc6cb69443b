using Backend.Domain.Accounts;

namespace Backend.Domain.History;

/// <summary>What one daily run brought one user.</summary>
/// <param name="Date">Of the run, in UTC.</param>
/// <param name="Message">For people; null when there is nothing to say.</param>
/// <param name="RecordsFound">Maps with news of a mapper alert; changed positions of driver notifications.</param>
public sealed record HistoryEntry(UserId UserId, NotificationKind Kind, DateOnly Date, NotificationOutcome Outcome, string? Message, int RecordsFound, DateTimeOffset CreatedAt);

public enum NotificationKind
{
    MapperAlert,
    DriverNotification,
}

public enum NotificationOutcome
{
    /// <summary>A mail was accepted for delivery.</summary>
    Sent,

    /// <summary>There was nothing to tell.</summary>
    NoNewTimes,

    /// <summary>It could not be found out, or not be sent.</summary>
    TechnicalError,
}

public static class HistoryWords
{
    /// <summary>The words for <see cref="NotificationKind"/>, as stores know them.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["mapper_alert", "driver_notification"];

    /// <summary>The words for <see cref="NotificationOutcome"/>, as clients and stores know them.</summary>
    public static IReadOnlyList<string> Outcomes { get; } = ["sent", "no_new_times", "technical_error"];

    public static string ToWord(this NotificationKind kind) => Kinds[(int)kind];

    public static string ToWord(this NotificationOutcome outcome) => Outcomes[(int)outcome];
}
