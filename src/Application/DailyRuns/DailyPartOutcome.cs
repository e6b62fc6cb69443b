using Backend.Application.Ports;

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

internal static class PuttingOff
{
    /// <summary>Puts a check off, and says so to whoever has its delivery.</summary>
    /// <inheritdoc cref="IDailyRunStore.TryPutOffAsync"/>
    public static async Task<DailyPartOutcome> PutOffAsync(this IDailyRunStore runs, DailyCheck check, TimeSpan pause, bool isRetry, CancellationToken cancellationToken) =>
        await runs.TryPutOffAsync(check, pause, isRetry, cancellationToken) ? new DailyPartOutcome(DailyPartStatus.PutOff, pause) : DailyPartOutcome.Lost;
}

public enum DailyPartStatus
{
    Ended,

    /// <summary>It goes on later.</summary>
    PutOff,

    /// <summary>Somebody else has the check by now, or it is gone.</summary>
    Lost,
}
