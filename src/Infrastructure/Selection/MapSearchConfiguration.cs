using Backend.Application.MapSearches;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Selection;

/// <summary>Reads <see cref="MapSearchOptions"/>.</summary>
internal static class MapSearchConfiguration
{
    public static MapSearchOptions Read(IConfiguration configuration, ICollection<string> errors)
    {
        var defaults = new MapSearchOptions();
        var lease = Duration(nameof(MapSearchOptions.Lease), defaults.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        var renewal = Duration(nameof(MapSearchOptions.LeaseRenewal), defaults.LeaseRenewal, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        if (renewal >= lease)
        {
            errors.Add($"MapSearches:LeaseRenewal is {renewal:c}, but must be shorter than MapSearches:Lease, which is {lease:c}.");
        }

        return new MapSearchOptions
        {
            MaxUnfinishedPerUser = Number(nameof(MapSearchOptions.MaxUnfinishedPerUser), defaults.MaxUnfinishedPerUser, 1, 1000),
            KeptInMemoryPerUser = Number(nameof(MapSearchOptions.KeptInMemoryPerUser), defaults.KeptInMemoryPerUser, 1, 1000),
            ParallelJobs = Number(nameof(MapSearchOptions.ParallelJobs), defaults.ParallelJobs, 1, 1000),
            Lease = lease,
            LeaseRenewal = renewal,
            Retention = Duration(nameof(MapSearchOptions.Retention), defaults.Retention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)),
            LeaderboardFreshness = Duration(nameof(MapSearchOptions.LeaderboardFreshness), defaults.LeaderboardFreshness, TimeSpan.Zero, TimeSpan.FromHours(1)),
            RetryDelay = Duration(nameof(MapSearchOptions.RetryDelay), defaults.RetryDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5)),
        };

        int Number(string name, int standard, int min, int max) => Setting.Read(configuration, $"MapSearches:{name}", standard, min, max, errors);

        TimeSpan Duration(string name, TimeSpan standard, TimeSpan min, TimeSpan max) => Setting.Read(configuration, $"MapSearches:{name}", standard, min, max, errors);
    }
}
