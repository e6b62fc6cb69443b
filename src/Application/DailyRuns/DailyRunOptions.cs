namespace Backend.Application.DailyRuns;

/// <summary>Settings of the daily run (configuration section <c>Daily</c>).</summary>
public sealed record DailyRunOptions
{
    /// <summary>An alert that asks for changes first reads each of its boards in full at least every so many runs. Default 7.</summary>
    public int FullReadEvery { get; init; } = 7;

    /// <summary>How often a check is put off because something could not be found out; then the mail names it and the next run catches up. Default 3.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>Pause before the first repetition; doubles with each. Default 1 minute.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// When so many boards in a row cannot be read, upstream is taken to be away and the others wait for the next repetition. The last one is more
    /// stubborn, so that a few boards that are broken for ever keep nobody from the others.
    /// </summary>
    public int MaxFailuresInARow(int retries) => retries < MaxRetries ? 3 : 10;

    /// <summary>Before the repetition that follows so many.</summary>
    public TimeSpan PauseAfter(int retries) => RetryPause * Math.Pow(2, retries);
}
