using Backend.Application.DailyRuns;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Selection;

/// <summary>Reads <see cref="DailyRunOptions"/>.</summary>
internal static class DailyRunConfiguration
{
    public static DailyRunOptions Read(IConfiguration configuration, ICollection<string> errors)
    {
        var defaults = new DailyRunOptions();
        return new DailyRunOptions
        {
            FullReadEvery = Setting.Read(configuration, "Daily:FullReadEvery", defaults.FullReadEvery, 1, 365, errors),
            MaxRetries = Setting.Read(configuration, "Daily:MaxRetries", defaults.MaxRetries, 0, 10, errors),
            RetryPause = Setting.Read(configuration, "Daily:RetryPause", defaults.RetryPause, TimeSpan.Zero, TimeSpan.FromHours(1), errors),
        };
    }
}
