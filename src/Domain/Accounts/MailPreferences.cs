using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Backend.Domain.Accounts;

/// <summary>What a user wants to be told by mail. What he does not want is not looked at, and is told when he wants it again.</summary>
/// <param name="TimeZone">IANA name.</param>
/// <param name="MapperMail">Of new records on his maps.</param>
/// <param name="DriverMail">Of his records that are watched.</param>
public sealed partial record MailPreferences(string TimeZone, bool MapperMail, bool DriverMail)
{
    public static MailPreferences Standard { get; } = new("UTC", MapperMail: true, DriverMail: true);

    /// <summary>The time zone, or UTC should the runtime not know it any more.</summary>
    public TimeZoneInfo Zone => TryReadTimeZone(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>
    /// IANA names only, spelled as the runtime's data has them. The runtime reads a file of that name and keeps it for ever, so what cannot be
    /// the name of a zone does not reach it: neither other spellings of a path nor the folders beside the zones.
    /// </summary>
    public static bool TryReadTimeZone([NotNullWhen(true)] string? name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        return name is { Length: > 0 and <= 64 } && ZoneName().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone) && zone.HasIanaId && zone.Id == name;
    }

    [GeneratedRegex("^(?!posix|right/|localtime|Factory)[A-Za-z]+[A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ZoneName();
}

/// <summary>Of a user's <see cref="MailPreferences"/>, what he changes; null: as it was.</summary>
/// <param name="TimeZone">IANA name.</param>
public sealed record MailPreferencesChange(string? TimeZone = null, bool? MapperMail = null, bool? DriverMail = null)
{
    /// <summary>No mail at all.</summary>
    public static MailPreferencesChange Nothing { get; } = new(MapperMail: false, DriverMail: false);

    public MailPreferences ApplyTo(MailPreferences preferences) =>
        new(TimeZone ?? preferences.TimeZone, MapperMail ?? preferences.MapperMail, DriverMail ?? preferences.DriverMail);
}
