using System.Globalization;
using System.Text.RegularExpressions;

namespace Backend.Integration.Daily;

/// <summary>What the plain text of a daily mail says, read as its recipient would.</summary>
internal sealed partial class MailText
{
    private MailText(IReadOnlyList<ToldMap> maps, IReadOnlyList<string> changes, string unread)
    {
        Maps = maps;
        Changes = changes;
        Unread = unread;
    }

    public IReadOnlyList<ToldMap> Maps { get; }

    /// <summary>Each as <c>kind: map | from → to</c>, without times.</summary>
    public IReadOnlyList<string> Changes { get; }

    public string Unread { get; }

    public static MailText Read(string text)
    {
        var maps = new List<ToldMap>();
        var changes = new List<string>();
        var unread = string.Empty;
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (MapLine().Match(lines[i]) is { Success: true } map && CountLine().Match(lines[i + 1]) is { Success: true } count)
            {
                var records = new List<ToldRecord>();
                for (i += 2; i < lines.Length && RecordLine().Match(lines[i]) is { Success: true } record; i++)
                {
                    records.Add(new ToldRecord(
                        int.Parse(record.Groups["position"].Value, CultureInfo.InvariantCulture), record.Groups["player"].Value, record.Groups["time"].Value, record.Groups["gap"].Value));
                }

                maps.Add(new ToldMap(
                    long.Parse(map.Groups["id"].Value, CultureInfo.InvariantCulture), int.Parse(count.Groups["count"].Value, CultureInfo.InvariantCulture), records));
                i--;
            }
            else if (ChangeLine().Match(lines[i]) is { Success: true } change && i + 1 < lines.Length && lines[i + 1].StartsWith("  ", StringComparison.Ordinal))
            {
                // The maps are named after their numbers on the site, so that a wrong link is seen; without an answer of the site there is none.
                var (name, link) = (change.Groups["map"].Value, change.Groups["link"].Value);
                var told = link.Length == 0 || link.EndsWith($"/{name.Split(' ')[^1]})", StringComparison.Ordinal) ? name : name + link;
                changes.Add($"{change.Groups["kind"].Value}: {told} | {lines[i + 1].Trim().Split(", time")[0]}");
            }
            else if (lines[i].StartsWith("Could not be checked", StringComparison.Ordinal))
            {
                unread += lines[i];
            }
        }

        return new MailText(maps, changes, unread);
    }

    [GeneratedRegex(@"^.+ \(https://trackmania\.exchange/mapshow/(?<id>\d+)\)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MapLine();

    [GeneratedRegex("^(?<count>[0-9]+) new records?", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CountLine();

    [GeneratedRegex(@"^  #(?<position>\d+) (?<player>.+) \([^()]*\) (?<time>\S+)( \((?<gap>[^()]+)\))?, \d{4}-", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RecordLine();

    [GeneratedRegex("^(?<kind>Better|Worse|Knocked out|Back among the first five): (?<map>.+?)(?<link> \\(https://trackmania\\.exchange/mapshow/\\d+\\))?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ChangeLine();
}

/// <param name="MapId">On Trackmania Exchange.</param>
internal sealed record ToldMap(long MapId, int Count, IReadOnlyList<ToldRecord> Records)
{
    public override string ToString() => $"map {MapId.ToString(CultureInfo.InvariantCulture)}, {Count.ToString(CultureInfo.InvariantCulture)}: {string.Join("; ", Records)}";
}

/// <param name="Gap">As written; empty when there is none.</param>
internal sealed record ToldRecord(int Position, string Player, string Time, string Gap);
