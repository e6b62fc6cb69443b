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

    /// <summary>One of a few words, in any case. Not parsed as an enum, which would also take numbers, and several names for one.</summary>
    /// <param name="among">Those that can be had; all by default.</param>
    /// <returns>Null when the setting is not there or cannot be followed.</returns>
    public static T? ReadWord<T>(IConfiguration configuration, string key, ICollection<string> errors, IReadOnlyList<T>? among = null)
        where T : struct, Enum
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return null;
        }

        var words = among ?? Enum.GetValues<T>();
        foreach (var word in words)
        {
            if (word.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return word;
            }
        }

        errors.Add($"{key} is '{text}', but must be one of {string.Join(", ", words)}.");
        return null;
    }
}
