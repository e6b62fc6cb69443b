using Cronos;

namespace Backend.WebApi.Workers;

/// <summary>When the daily run begins by itself.</summary>
internal sealed record DailySchedule(CronExpression Expression, TimeZoneInfo Zone)
{
    public const string ExpressionSetting = "Daily:Schedule";
    public const string ZoneSetting = "Daily:TimeZone";
    public const string Off = "off";
    public const string Standard = "0 4 * * *";

    /// <param name="errors">Gets one sentence for each bad setting.</param>
    /// <returns>Null when it never does.</returns>
    public static DailySchedule? Read(IConfiguration configuration, bool isDevelopment, ICollection<string> errors)
    {
        var text = configuration[ExpressionSetting];
        text = string.IsNullOrWhiteSpace(text) ? isDevelopment ? Off : Standard : text.Trim();
        var zone = TimeZoneInfo.Utc;
        if (configuration[ZoneSetting] is { Length: > 0 } name && !Domain.Accounts.MailPreferences.TryReadTimeZone(name, out zone))
        {
            errors.Add($"{ZoneSetting} is '{name}', but must be the IANA name of a time zone, such as Europe/Berlin.");
        }

        if (text.Equals(Off, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (CronExpression.TryParse(text, out var expression))
        {
            return new DailySchedule(expression, zone ?? TimeZoneInfo.Utc);
        }

        errors.Add($"{ExpressionSetting} is '{text}', but must be a cron expression of five fields, such as '{Standard}', or {Off}.");
        return null;
    }

    /// <summary>The next moment after this one; null when there is none.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment) => Expression.GetNextOccurrence(moment, Zone);

    /// <summary>The last moment after <paramref name="from"/>, up to <paramref name="to"/>; null when there is none.</summary>
    public DateTimeOffset? LastBetween(DateTimeOffset from, DateTimeOffset to) =>
        from >= to ? null : Expression.GetOccurrences(from, to, Zone, fromInclusive: false, toInclusive: true).Select(moment => (DateTimeOffset?)moment).LastOrDefault();
}
