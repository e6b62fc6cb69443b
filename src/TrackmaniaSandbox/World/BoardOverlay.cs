using System.Runtime.InteropServices;

namespace Backend.TrackmaniaSandbox;

/// <summary>A record set (or, without a score, removed) by a scenario.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BoardChange(int Account, int? Score, long At);

/// <summary>What scenarios did to one board, in order of time, so that a stale snapshot can leave the latest out.</summary>
internal sealed class BoardOverlay
{
    private readonly List<BoardChange> _changes = [];

    public void Add(BoardChange change) => _changes.Add(change);

    public void Apply(List<BoardRow> rows, long now)
    {
        var latest = new Dictionary<int, BoardChange>();
        foreach (var change in _changes)
        {
            if (change.At <= now)
            {
                latest[change.Account] = change;
            }
        }

        if (latest.Count == 0)
        {
            return;
        }

        // A generated improvement after the change still counts when it is one.
        rows.RemoveAll(row =>
        {
            if (!latest.TryGetValue(row.Account, out var change))
            {
                return false;
            }

            if (row.Timestamp > change.At && (change.Score is null || row.Score < change.Score))
            {
                latest.Remove(row.Account);
                return false;
            }

            return true;
        });

        foreach (var change in latest.Values)
        {
            if (change.Score is { } score)
            {
                rows.Add(new BoardRow(change.Account, score, change.At));
            }
        }
    }
}
