using System.Globalization;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Daily;

/// <summary>
/// What a mapper and a driver are to be told, worked out from what happened in the sandbox and which boards were asked of it,
/// without any code of the product: all rows ever shown to the alert are known, and what is shown for the first time and is no older than
/// the newest of them is due.
/// </summary>
internal sealed class DailyModel(SandboxWorld world)
{
    private const int BoardSize = 100;
    private const int MaxListed = 20;
    private const int ListedOfMany = 3;
    private const int FullReadEvery = 7;

    private readonly Dictionary<string, Shown> _shown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private IReadOnlyList<SandboxMap> _listed = [];
    private int _counted;
    private bool _isProbing;

    /// <summary>Records of maps that were never shown are news from then on.</summary>
    public DateTimeOffset Since { get; set; }

    public bool IsProbing => _isProbing;

    /// <summary>The maps that the alert looks at from this run on.</summary>
    public void List(IReadOnlyList<SandboxMap> maps)
    {
        (_counted, var before) = (maps.Count, _counted);
        _isProbing = (before > 100, maps.Count > 100) switch { (false, true) => true, (true, false) => false, _ => _isProbing };
        _listed = maps;
    }

    public void Track(string uid, Guid account, string name, int position) => _watched[uid] = new Watched(account, name, position, world.BoardOf(uid)[position - 1].Score);

    /// <summary>Boards that this run must have asked for, whatever it thinks.</summary>
    public IReadOnlyList<string> MustRead(Func<string, IReadOnlyList<SandboxRecord>> serve, IReadOnlySet<string> unreadable, string filter)
    {
        var due = new List<string>();
        foreach (var uid in _listed.Select(map => map.Uid!).Where(uid => !unreadable.Contains(uid)))
        {
            if (!_isProbing || !_shown.TryGetValue(uid, out var shown) || shown.Board.Count < 5 || shown.RunsSince >= FullReadEvery - 1)
            {
                due.Add(uid);
                continue;
            }

            var now = serve(uid);
            var ranks = filter == "wr" ? 1 : 5;
            var changed = now.Count != shown.Players || shown.Board.Take(ranks).Any(row => now.Count(r => r.Score < row.Score) != shown.Board.Count(r => r.Score < row.Score));
            if (changed)
            {
                due.Add(uid);
            }
        }

        return due;
    }

    /// <summary>What the mail of this run says of the maps, given which boards the alert got.</summary>
    public IReadOnlyList<ToldMap> TellMapper(IReadOnlySet<string> read, Func<string, IReadOnlyList<SandboxRecord>> serve, string filter)
    {
        var told = new List<ToldMap>();
        foreach (var map in _listed)
        {
            var uid = map.Uid!;
            if (!read.Contains(uid))
            {
                if (_shown.TryGetValue(uid, out var unseen))
                {
                    unseen.RunsSince++;
                }

                continue;
            }

            var all = serve(uid);
            var board = all.Take(BoardSize).ToList();
            var shown = _shown.TryGetValue(uid, out var before) ? before : _shown[uid] = new Shown { Newest = Since.ToUnixTimeSeconds() };
            var due = board.Where(row => Passes(row.Position, filter) && row.Timestamp.ToUnixTimeSeconds() >= shown.Newest && !shown.Known.Contains(Key(row))).ToList();
            if (due.Count > 0)
            {
                told.Add(new ToldMap(map.MapId, due.Count, [.. due.Take(due.Count > MaxListed ? ListedOfMany : due.Count).Select(row => new ToldRecord(
                    row.Position, world.DisplayNameOf(row.AccountId)!, Text(row.Score), Gap(row, shown)))]));
            }

            shown.Known.UnionWith(board.Select(Key));
            shown.Newest = Math.Max(shown.Newest, board.Select(row => row.Timestamp.ToUnixTimeSeconds()).DefaultIfEmpty(0).Max());
            (shown.Board, shown.Players, shown.RunsSince) = (board, all.Count, 0);
        }

        return told;
    }

    /// <summary>What the mail of this run says of the driver's records.</summary>
    public IReadOnlyList<string> TellDriver(Func<string, IReadOnlyList<SandboxRecord>> serve, IReadOnlySet<string> unreadable)
    {
        var told = new List<string>();
        foreach (var (uid, watched) in _watched.Where(w => !unreadable.Contains(w.Key)))
        {
            var board = serve(uid).Take(BoardSize).ToList();
            if (board.Count == 0)
            {
                continue;
            }

            var row = board.FirstOrDefault(r => r.AccountId == watched.Account);
            var position = row?.Position ?? int.MaxValue;
            var kind = !watched.IsActive ? (position <= 5 ? "Back among the first five" : null)
                : row is null ? "Knocked out"
                : position > watched.Position ? "Worse"
                : position < watched.Position || row.Score < watched.Score ? "Better"
                : null;
            if (kind is not null)
            {
                told.Add(position == watched.Position ? $"{kind}: {watched.Name} | {Place(position)}" : $"{kind}: {watched.Name} | {Place(watched.Position)} → {Place(position)}");
            }

            (watched.Position, watched.Score, watched.IsActive) = (position, row?.Score ?? watched.Score, position <= 5);
        }

        return told;
    }

    private static bool Passes(int position, string filter) => filter switch { "wr" => position == 1, "top5" => position <= 5, _ => true };

    private static (Guid Account, int Score, long At) Key(SandboxRecord row) => (row.AccountId, row.Score, row.Timestamp.ToUnixTimeSeconds());

    private static string Place(int position) => position == int.MaxValue ? "not among the first 100" : string.Create(CultureInfo.InvariantCulture, $"#{position}");

    private static string Text(int score) => score >= 60_000
        ? string.Create(CultureInfo.InvariantCulture, $"{score / 60_000}:{score % 60_000 / 1000:00}.{score % 1000:000}")
        : string.Create(CultureInfo.InvariantCulture, $"{score / 1000}.{score % 1000:000}");

    private static string Gap(SandboxRecord row, Shown shown)
    {
        if (row.Position > Math.Min(5, shown.Board.Count))
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

        public int RunsSince { get; set; }
    }

    private sealed class Watched(Guid account, string name, int position, int score)
    {
        public Guid Account { get; } = account;

        public string Name { get; } = name;

        public int Position { get; set; } = position;

        public int Score { get; set; } = score;

        public bool IsActive { get; set; } = true;
    }
}
