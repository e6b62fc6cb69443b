using System.Globalization;
using System.Text.RegularExpressions;

namespace Backend.Integration.Daily;

/// <summary>What the plain text of a daily mail says, read as its recipient would.</summary>
internal sealed partial class MailText
{
    private MailText(IReadOnlyList<ToldMap> maps, IReadOnlyList<string> changes, string unread, int beyond)
    {
        Maps = maps;
        Changes = changes;
        Unread = unread;
        Beyond = beyond;
    }

    public IReadOnlyList<ToldMap> Maps { get; }

    /// <summary>Each as <c>kind: map | from → to</c>, without times.</summary>
    public IReadOnlyList<string> Changes { get; }

    public string Unread { get; }

    /// <summary>Maps with new records that are not named, because there are so many.</summary>
    public int Beyond { get; }

    public static MailText Read(string text)
    {
        var maps = new List<ToldMap>();
        var changes = new List<string>();
        var unread = string.Empty;
        var beyond = 0;
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (RankedLine().Match(lines[i]) is { Success: true } ranked && RecordLine().Match($"  {ranked.Groups["best"].Value}") is { Success: true } best)
            {
                maps.Add(new ToldMap(
                    long.Parse(ranked.Groups["id"].Value, CultureInfo.InvariantCulture), int.Parse(ranked.Groups["count"].Value, CultureInfo.InvariantCulture), [Read(best)]));
            }
            else if (BeyondLine().Match(lines[i]) is { Success: true } more)
            {
                beyond = int.Parse(more.Groups["count"].Value, CultureInfo.InvariantCulture);
            }
            else if (MapLine().Match(lines[i]) is { Success: true } map && CountLine().Match(lines[i + 1]) is { Success: true } count)
            {
                var records = new List<ToldRecord>();
                for (i += 2; i < lines.Length && RecordLine().Match(lines[i]) is { Success: true } record; i++)
                {
                    records.Add(Read(record));
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

        return new MailText(maps, changes, unread, beyond);
    }

    private static ToldRecord Read(Match record) => new(
        int.Parse(record.Groups["position"].Value, CultureInfo.InvariantCulture), record.Groups["player"].Value, record.Groups["time"].Value, record.Groups["gap"].Value);

    [GeneratedRegex(@"^.+ \(https://trackmania\.exchange/mapshow/(?<id>\d+)\)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MapLine();

    [GeneratedRegex(@"^.+ \(https://trackmania\.exchange/mapshow/(?<id>\d+)\): (?<count>\d+) new records?; best: (?<best>.+)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RankedLine();

    [GeneratedRegex("^And (?<count>[0-9]+) more maps? with new records", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex BeyondLine();

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
