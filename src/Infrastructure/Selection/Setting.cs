using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Selection;

/// <summary>Reads single settings so that every bad one is reported, with its key, its value and what is valid.</summary>
public static class Setting
{
    public static int Read(IConfiguration configuration, string key, int standard, int min, int max, ICollection<string> errors)
    {
        var text = configuration[key];
        if (string.IsNullOrEmpty(text))
        {
            return standard;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        errors.Add($"{key} is '{text}', but must be a whole number from {min} to {max}.");
        return standard;
    }

    public static TimeSpan Read(IConfiguration configuration, string key, TimeSpan standard, TimeSpan min, TimeSpan max, ICollection<string> errors)
    {
        var text = configuration[key];
        if (string.IsNullOrEmpty(text))
        {
            return standard;
        }

        // A bare number would be days; whoever writes one means seconds.
        if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var duration) && duration >= min && duration <= max)
        {
            return duration;
        }

        errors.Add($"{key} is '{text}', but must be a duration from {min:c} to {max:c}, written as [days.]hours:minutes:seconds.");
        return standard;
    }
}
