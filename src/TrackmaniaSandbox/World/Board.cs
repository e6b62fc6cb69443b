using System.Runtime.InteropServices;

namespace Backend.TrackmaniaSandbox;

/// <summary>A row of a board in the order of the game: faster first, then the earlier record.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BoardRow(int Account, int Score, long Timestamp)
{
    public static int InBoardOrder(BoardRow row, BoardRow other)
    {
        var byScore = row.Score.CompareTo(other.Score);
        if (byScore != 0)
        {
            return byScore;
        }

        var byTime = row.Timestamp.CompareTo(other.Timestamp);
        return byTime != 0 ? byTime : row.Account.CompareTo(other.Account);
    }
}

/// <summary>The board of a map at a moment.</summary>
internal sealed class Board(BoardRow[] rows)
{
    public static readonly Board Empty = new([]);

    public ReadOnlySpan<BoardRow> Rows => rows;

    public int Count => rows.Length;

    /// <summary>How many records are this fast or faster.</summary>
    public int CountUpTo(long score)
    {
        int low = 0, high = rows.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rows[middle].Score <= score)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
