using System.Globalization;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;

namespace Backend.Domain.DailyRuns;

/// <summary>One look at all alerts and driver notifications. Of each date there is one at most.</summary>
/// <param name="Date">In UTC, decided once, by whatever triggered the run.</param>
/// <param name="Trigger">For operators.</param>
/// <param name="FinishedAt">When the last user's check ended; null before. Mails may still be on their way.</param>
public sealed record DailyRun(DateOnly Date, string Trigger, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, DailyRunCounts Counts)
{
    /// <summary>Runs, and what belongs to them, are forgotten after so long; the latest one stays.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);
}

/// <param name="Users">Users that the run looks after.</param>
/// <param name="Ended">Of them, those whose check has ended.</param>
/// <param name="Mappers">Mapper alerts that were checked, failures included.</param>
/// <param name="MapperErrors">Of them, those where something could not be found out.</param>
/// <param name="Drivers">Users whose driver notifications were checked, failures included.</param>
/// <param name="DriverErrors">Of them, those where something could not be found out.</param>
/// <param name="Nothing">Users of whom the run ended with nothing to tell.</param>
public sealed record DailyRunCounts(
    int Users, int Ended, int Mappers, int MapperErrors, int Drivers, int DriverErrors, int Nothing, int EmailsPending, int EmailsSent, int EmailsFailed, int EmailsUncertain);

/// <summary>Names what one run does for one user.</summary>
public readonly record struct DailyCheckKey(DateOnly RunDate, UserId UserId)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{RunDate:yyyy-MM-dd}/{UserId.Value}");
}

public enum DailyPart
{
    Mapper,
    Driver,
}

public enum DailyPartState
{
    /// <summary>The user has nothing of the kind, or wants no mail about it.</summary>
    None,

    Due,

    Done,

    /// <summary>Given up; what was not told stays due for the next run.</summary>
    Failed,
}

public static class DailyRunWords
{
    /// <summary>The words for <see cref="DailyPart"/>, as stores know them.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["mapper", "driver"];

    /// <summary>The words for <see cref="DailyPartState"/>, as stores know them.</summary>
    public static IReadOnlyList<string> States { get; } = ["none", "due", "done", "failed"];

    public static string ToWord(this DailyPart part) => Parts[(int)part];

    public static string ToWord(this DailyPartState state) => States[(int)state];
}

/// <summary>How a part of a check ended, beside the news it brought.</summary>
/// <param name="Unread">Maps whose board could not be read.</param>
/// <param name="Filter">Of the alert, for a mapper's part.</param>
/// <param name="IsProbing">The alert read boards only where a cheaper question showed a change.</param>
/// <param name="IsBroken">It was given up for an unexpected reason, so that nobody knows what is missing.</param>
public sealed record DailyPartSummary(IReadOnlyList<WatchedMap> Unread, RecordFilter Filter = default, bool IsProbing = false, bool IsBroken = false);
