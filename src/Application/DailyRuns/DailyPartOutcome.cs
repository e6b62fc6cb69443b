namespace Backend.Application.DailyRuns;

/// <summary>How one go at a part of a check ended.</summary>
/// <param name="Again">When it goes on, for <see cref="DailyPartStatus.PutOff"/>.</param>
public sealed record DailyPartOutcome(DailyPartStatus Status, TimeSpan? Again = null)
{
    public static DailyPartOutcome Ended { get; } = new(DailyPartStatus.Ended);

    public static DailyPartOutcome Lost { get; } = new(DailyPartStatus.Lost);

    /// <summary>How a write that needs the claim went.</summary>
    public static DailyPartOutcome EndedIf(bool isMine) => isMine ? Ended : Lost;
}

public enum DailyPartStatus
{
    Ended,

    /// <summary>It goes on later.</summary>
    PutOff,

    /// <summary>Somebody else has the check by now, or it is gone.</summary>
    Lost,
}
