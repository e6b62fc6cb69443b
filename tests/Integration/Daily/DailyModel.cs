using System.Globalization;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Daily;

/// <summary>What of a run's circumstances matters to what is due.</summary>
/// <param name="Traffic">What the sandbox saw.</param>
/// <param name="Serve">The board that the sandbox answered from at a moment.</param>
/// <param name="Unreadable">Boards that could not be read.</param>
/// <param name="Until">When the user's check ended.</param>
internal sealed record SeenRun(SeenTraffic Traffic, Func<string, DateTimeOffset, IReadOnlyList<SandboxRecord>> Serve, IReadOnlySet<string> Unreadable, DateTimeOffset Until);

/// <summary>
/// What one alert is to tell, worked out from what happened in the sandbox and what was asked of it, without any code of the product:
/// all rows ever shown to the alert are known, and what is shown for the first time and is no older than the newest of them is due.
/// </summary>
/// <param name="since">Records of maps that were never shown are news from then on.</param>
internal sealed class AlertModel(SandboxWorld world, DateTimeOffset since, string filter)
{
    private const int BoardSize = 100;
    private const int MaxListed = 20;
    private const int ListedOfMany = 3;
    private const int FullReadEvery = 7;

    private readonly Dictionary<string, Shown> _shown = new(StringComparer.Ordinal);
    private int _counted;

    public string Filter { get; set; } = filter;

    public bool IsProbing { get; private set; }

    /// <summary>Maps as they were listed last.</summary>
    public IReadOnlyList<SandboxMap> Listed { get; private set; } = [];

    /// <summary>Boards that the last run had to read and did not.</summary>
    public List<string> Missed { get; } = [];

    /// <summary>Of what the last run told, records of the very second of the newest one that was shown before.</summary>
    public int LateOfSecond { get; private set; }

    private int Ranks => Filter == "wr" ? 1 : 5;

    /// <summary>The maps that the alert looks at from this run on.</summary>
    public void List(IReadOnlyList<SandboxMap> maps)
    {
        (_counted, var before) = (maps.Count, _counted);
        IsProbing = (before > 100, maps.Count > 100) switch { (false, true) => true, (true, false) => false, _ => IsProbing };
        Listed = maps;
    }

    /// <summary>Unix seconds of the newest record that was ever shown; null of a map that was not looked at yet.</summary>
    public long? NewestOf(string uid) => _shown.TryGetValue(uid, out var shown) ? shown.Newest : null;

    /// <summary>What the mail of this run says of the maps.</summary>
    public IReadOnlyList<ToldMap> Tell(SeenRun run)
    {
        Missed.Clear();
        LateOfSecond = 0;
        var told = new List<ToldMap>();
        foreach (var map in Listed.Where(map => !run.Unreadable.Contains(map.Uid!)))
        {
            var uid = map.Uid!;
            var before = _shown.GetValueOrDefault(uid);
            if (IsProbing && before is not null && SaidUnchanged(uid, before, run))
            {
                if (MustRead(uid, before, run))
                {
                    Missed.Add(uid);
                }

                before.RunsSince++;
                continue;
            }

            if (run.Traffic.LastRead(uid, run.Until) is not { } at)
            {
                Missed.Add(uid);
                continue;
            }

            var shown = before ?? (_shown[uid] = new Shown { Newest = since.ToUnixTimeSeconds() });
            var all = run.Serve(uid, at);
            var board = all.Take(BoardSize).ToList();
            var due = board.Where(row => Passes(row.Position) && row.Timestamp.ToUnixTimeSeconds() >= shown.Newest && !shown.Known.Contains(Key(row))).ToList();
            if (due.Count > 0)
            {
                told.Add(new ToldMap(map.MapId, due.Count, [.. due.Take(due.Count > MaxListed ? ListedOfMany : due.Count).Select(row => new ToldRecord(
                    row.Position, world.DisplayNameOf(row.AccountId)!, Text(row.Score), Gap(row, shown)))]));
            }

            LateOfSecond += due.Count(row => row.Timestamp.ToUnixTimeSeconds() == shown.Newest);
            shown.Known.UnionWith(board.Select(Key));
            shown.Newest = Math.Max(shown.Newest, board.Select(row => row.Timestamp.ToUnixTimeSeconds()).DefaultIfEmpty(0).Max());
            (shown.Board, shown.Players, shown.RunsSince) = (board, all.Count, 0);
        }

        return told;
    }

    /// <summary>What the answers come to, whoever asked: for the questions that the sandbox got, it said what it would have said of the board that was shown last.</summary>
    private bool SaidUnchanged(string uid, Shown shown, SeenRun run)
    {
        var asked = run.Traffic.QuestionsOf(uid);
        return asked.Count == Ranks + 1
            && asked.All(question => question.IsAnswered)
            && run.Serve(uid, asked[0].At).Count == shown.Players
            && asked.Skip(1).All(question => run.Serve(uid, question.At).Count(row => row.Score <= question.Score) == shown.Board.Count(row => row.Score <= question.Score));
    }

    /// <summary>What had to be read whatever was asked and answered.</summary>
    private bool MustRead(string uid, Shown shown, SeenRun run)
    {
        if (shown.Board.Count < 5 || shown.Board.Any(row => row.IsSecret) || shown.RunsSince >= FullReadEvery - 1)
        {
            return true;
        }

        var now = run.Serve(uid, run.Traffic.QuestionsOf(uid)[0].At);
        return now.Count != shown.Players || shown.Board.Take(Ranks).Any(row => now.Count(r => r.Score < row.Score) != shown.Board.Count(r => r.Score < row.Score));
    }

    private bool Passes(int position) => Filter switch { "wr" => position == 1, "top5" => position <= 5, _ => true };

    private static (Guid Account, int Score, long At) Key(SandboxRecord row) => (row.AccountId, row.Score, row.Timestamp.ToUnixTimeSeconds());

    private static string Text(int score) => score < 0 ? "hidden"
        : score >= 60_000 ? string.Create(CultureInfo.InvariantCulture, $"{score / 60_000}:{score % 60_000 / 1000:00}.{score % 1000:000}")
        : string.Create(CultureInfo.InvariantCulture, $"{score / 1000}.{score % 1000:000}");

    private static string Gap(SandboxRecord row, Shown shown)
    {
        if (row.Position > Math.Min(5, shown.Board.Count) || row.IsSecret || shown.Board[row.Position - 1].IsSecret)
        {
            return string.Empty;
        }

        var gap = row.Score - shown.Board[row.Position - 1].Score;
        return $"{(gap < 0 ? "−" : gap > 0 ? "+" : "±")}{Text(Math.Abs(gap))}";
    }

    private sealed class Shown
    {
        public HashSet<(Guid Account, int Score, long At)> Known { get; } = [];

        /// <summary>Unix seconds.</summary>
        public long Newest { get; set; }

        public IReadOnlyList<SandboxRecord> Board { get; set; } = [];

        public int Players { get; set; }

        /// <summary>Runs whose questions gave no reason to read it.</summary>
        public int RunsSince { get; set; }
    }
}

/// <summary>What one driver is to be told of his records, worked out in the same way.</summary>
internal sealed class RecordsModel(SandboxWorld world)
{
    private const int BoardSize = 100;

    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);

    public bool IsEmpty => _watched.Count == 0;

    /// <summary>Boards that the last run had to read and did not.</summary>
    public List<string> Missed { get; } = [];

    public void Watch(string uid, Guid account, string name)
    {
        var row = world.BoardOf(uid).Single(row => row.AccountId == account);
        _watched[uid] = new Watched(account, name) { Position = row.Position, Score = row.IsSecret ? null : row.Score };
    }

    /// <summary>What the mail of this run says of the records.</summary>
    public IReadOnlyList<string> Tell(SeenRun run)
    {
        Missed.Clear();
        var told = new List<string>();
        foreach (var (uid, watched) in _watched.Where(w => !run.Unreadable.Contains(w.Key)))
        {
            if (run.Traffic.LastRead(uid, run.Until) is not { } at)
            {
                Missed.Add(uid);
                continue;
            }

            var board = run.Serve(uid, at).Take(BoardSize).ToList();
            if (board.Count == 0)
            {
                continue;
            }

            var row = board.FirstOrDefault(r => r.AccountId == watched.Account);
            var position = row?.Position ?? int.MaxValue;
            int? score = row is { IsSecret: false } ? row.Score : null;
            var kind = !watched.IsActive ? (position <= 5 ? "Back among the first five" : null)
                : row is null ? "Knocked out"
                : position > watched.Position ? "Worse"
                : position < watched.Position || score < watched.Score ? "Better"
                : null;
            if (kind is not null)
            {
                told.Add(position == watched.Position ? $"{kind}: {watched.Name} | {Place(position)}" : $"{kind}: {watched.Name} | {Place(watched.Position)} → {Place(position)}");
            }

            // A time that is hidden now does not make the last one that was seen unknown.
            (watched.Position, watched.Score, watched.IsActive) = (position, score ?? watched.Score, position <= 5);
        }

        return told;
    }

    private static string Place(int position) => position == int.MaxValue ? "not among the first 100" : string.Create(CultureInfo.InvariantCulture, $"#{position}");

    private sealed class Watched(Guid account, string name)
    {
        public Guid Account { get; } = account;

        public string Name { get; } = name;

        public int Position { get; set; }

        public int? Score { get; set; }

        public bool IsActive { get; set; } = true;
    }
}
