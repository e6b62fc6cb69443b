using System.Globalization;
using System.Text.RegularExpressions;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Daily;

/// <summary>What the sandbox saw of one run: which boards it handed out when, and which questions for positions it got.</summary>
internal sealed partial class SeenTraffic
{
    private const int SlowerThanAny = 9_999_999;

    private readonly ILookup<string, DateTimeOffset> _reads;
    private readonly List<(DateTimeOffset At, IReadOnlyDictionary<string, int> Scores, bool IsAnswered)> _questions = [];

    /// <param name="isEmptied">Of the n-th question that was answered, with this query: whether the answer was empty.</param>
    public SeenTraffic(IReadOnlyList<TrafficEntry> entries, Func<int, string, bool> isEmptied)
    {
        var live = entries.Where(entry => entry.Host == SandboxHost.Live).ToList();
        _reads = live.Where(entry => entry.Status == 200 && entry.PathAndQuery.Contains("/top?", StringComparison.Ordinal))
            .ToLookup(entry => entry.PathAndQuery.Split("/map/")[1].Split('/')[0], entry => entry.At, StringComparer.Ordinal);
        var answers = 0;
        foreach (var entry in live.Where(entry => entry.Method == "POST"))
        {
            var query = Uri.UnescapeDataString(entry.PathAndQuery);
            var isAnswered = entry.Status == 200 && !isEmptied(++answers, query);
            _questions.Add((
                entry.At,
                Score().Matches(query).ToDictionary(score => score.Groups["uid"].Value, score => int.Parse(score.Groups["score"].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal),
                isAnswered));
        }
    }

    /// <summary>Boards that were handed out.</summary>
    public int Boards => _reads.Count;

    /// <summary>When the board was handed out for the last time before a moment: who looks at it then has that one. Null when it never was.</summary>
    public DateTimeOffset? LastRead(string uid, DateTimeOffset until) => _reads[uid].Where(at => at <= until).Cast<DateTimeOffset?>().Max();

    /// <summary>
    /// The questions about a map of the last time it was asked about, which begins with how many players there are. A question that had no answer
    /// and was asked again at once counts once.
    /// </summary>
    public IReadOnlyList<(DateTimeOffset At, int Score, bool IsAnswered)> QuestionsOf(string uid)
    {
        var asked = new List<(DateTimeOffset At, int Score, bool IsAnswered)>();
        foreach (var (at, scores, isAnswered) in _questions)
        {
            if (!scores.TryGetValue(uid, out var score))
            {
                continue;
            }

            if (score == SlowerThanAny)
            {
                asked.Clear();
            }
            else if (asked.Count > 0 && asked[^1].Score == score && !asked[^1].IsAnswered)
            {
                asked.RemoveAt(asked.Count - 1);
            }

            asked.Add((at, score, isAnswered));
        }

        return asked;
    }

    [GeneratedRegex(@"scores\[(?<uid>[^\]]+)\]=(?<score>\d+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Score();
}
