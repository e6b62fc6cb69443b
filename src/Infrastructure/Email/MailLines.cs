using System.Text;

namespace Backend.Infrastructure.Email;

/// <summary>Mails for readers without HTML.</summary>
internal static class MailLines
{
    public static string Of(DailyMailWords words, Uri preferences)
    {
        var lines = new StringBuilder().Line(words.Greeting).Line().Line(words.Occasion);
        if (words.Mapper is { } mapper)
        {
            lines.Heading(MapperWords.Heading).Line(mapper.Summary);
            if (mapper.IsRanking)
            {
                lines.Line();
            }

            foreach (var map in mapper.Maps)
            {
                lines.Map(map, mapper.IsRanking);
            }

            lines.Notes([.. mapper.Beyond is { } beyond ? [beyond] : (string[])[], .. mapper.Notes]);
        }

        if (words.Driver is { } driver)
        {
            lines.Heading(DriverWords.Heading);
            foreach (var change in driver.Changes)
            {
                lines.Line($"{change.Kind}: {change.Map}{In(change.Link?.AbsoluteUri)}").Line($"  {change.Positions}, time {change.Times}, seen {change.SeenAt}");
            }

            lines.Notes(driver.Notes);
        }

        return lines.Footer(words.Reason).Line($"{DailyMailWords.ChangeIt}: {preferences.AbsoluteUri}").ToString();
    }

    public static string Of(PasswordResetWords words, Uri link) => new StringBuilder()
        .Line(words.Greeting).Line()
        .Line(PasswordResetWords.Request).Line()
        .Line(link.AbsoluteUri).Line()
        .Line(words.Validity)
        .Footer(PasswordResetWords.Otherwise)
        .ToString();

    private static void Map(this StringBuilder lines, MapWords map, bool isRanking)
    {
        var best = isRanking && map.Best is { } record ? $"; best: {Told(record)}" : "";
        if (isRanking)
        {
            lines.Line($"{map.Name}{In(map.Link?.AbsoluteUri)}: {map.Count}{best}");
            return;
        }

        lines.Line().Line($"{map.Name}{In(map.Link?.AbsoluteUri)}").Line(map.Count);
        foreach (var each in map.Records)
        {
            lines.Line($"  {Told(each)}");
        }
    }

    private static string Told(RecordWords record) =>
        $"{record.Position} {record.Player}{In(record.Zone)} {record.Time}{In(record.Gap)}, {record.Moment}";

    private static string In(string? text) => text is null ? "" : $" ({text})";

    private static StringBuilder Heading(this StringBuilder lines, string text) => lines.Line().Line(text.ToUpperInvariant()).Line();

    private static void Notes(this StringBuilder lines, IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
        {
            lines.Line().Line(note);
        }
    }

    /// <summary>Below the line that mail readers know as the end of what was written.</summary>
    private static StringBuilder Footer(this StringBuilder lines, string text) => lines.Line().Line("-- ").Line(text);

    private static StringBuilder Line(this StringBuilder lines, string text = "") => lines.Append(text).Append('\n');
}
