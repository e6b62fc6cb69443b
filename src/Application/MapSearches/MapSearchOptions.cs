namespace Backend.Application.MapSearches;

/// <summary>Settings of map searches (configuration section <c>MapSearches</c>).</summary>
public sealed class MapSearchOptions
{
    /// <summary>Unfinished searches a user may have at once. Default 5.</summary>
    public int MaxUnfinishedPerUser { get; init; } = 5;

    /// <summary>Finished searches kept per user by stores that live in memory; the oldest go first. Default 50.</summary>
    public int KeptInMemoryPerUser { get; init; } = 50;

    /// <summary>How long a worker may stay silent before another takes its job. Default 10 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a worker renews its lease. Default 3 s.</summary>
    public TimeSpan LeaseRenewal { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a finished search can be read. Default 7 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Searches one process runs at once. They share the upstream's pace in turn, so many cost little, and one that has no place yet would wait for a whole other search. Default 500.</summary>
    public int ParallelJobs { get; init; } = 500;

    /// <summary>A leaderboard read this recently is not read again. Default 5 minutes.</summary>
    public TimeSpan LeaderboardFreshness { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Pause before a failed run is repeated; doubles with each attempt. Default 2 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(2);
}
