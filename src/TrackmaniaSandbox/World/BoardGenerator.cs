namespace Backend.TrackmaniaSandbox;

/// <summary>
/// Computes the board of a map at any moment without replaying its history. Improvement number k falls into time
/// bucket k and belongs to player k modulo the number of active players, so each row follows from the clock alone.
/// </summary>
internal static class BoardGenerator
{
    /// <summary>The generated rows at a moment, unsorted, and the span of unix seconds in which they do not change.</summary>
    public static (List<BoardRow> Rows, long From, long Until) RowsAt(int seed, SandboxMap map, long now)
    {
        var activity = map.Activity;
        var rows = new List<BoardRow>(activity.ActivePlayers + activity.QuietPlayers + 16);
        var stream = new BoardStream(seed, map);

        var improvement = LastBucket(seed, HashTag.ActiveTime, map.Key, activity.Period, now);
        for (var player = 0; player < activity.ActivePlayers; player++)
        {
            rows.Add(stream.ActiveRow(player, improvement));
        }

        for (var player = 0; player < activity.QuietPlayers; player++)
        {
            rows.Add(stream.QuietRow(activity.ActivePlayers + player));
        }

        var known = activity.ActivePlayers + activity.QuietPlayers;
        var newcomer = LastBucket(seed, HashTag.NewcomerTime, map.Key, activity.NewcomerPeriod, now);
        var newcomers = Math.Min(newcomer + 1, Accounts.PlayerCount - known);
        for (var n = 0; n < newcomers; n++)
        {
            rows.Add(stream.NewcomerRow(known + n, n));
        }

        if (now < WorldTime.Epoch)
        {
            rows.RemoveAll(row => row.Timestamp > now);
            return (rows, now, now + 1);
        }

        var from = Math.Max(
            BucketMoment(seed, HashTag.ActiveTime, map.Key, activity.Period, improvement),
            BucketMoment(seed, HashTag.NewcomerTime, map.Key, activity.NewcomerPeriod, newcomer));
        var until = Math.Min(
            NextMoment(seed, HashTag.ActiveTime, map.Key, activity.Period, improvement),
            NextMoment(seed, HashTag.NewcomerTime, map.Key, activity.NewcomerPeriod, newcomer));
        return (rows, from, until);
    }

    private static long LastBucket(int seed, HashTag tag, ulong key, long period, long now)
    {
        if (period == 0 || now < WorldTime.Epoch)
        {
            return -1;
        }

        var bucket = (now - WorldTime.Epoch) / period;
        return BucketMoment(seed, tag, key, period, bucket) <= now ? bucket : bucket - 1;
    }

    private static long BucketMoment(int seed, HashTag tag, ulong key, long period, long bucket) =>
        period == 0 || bucket < 0
            ? WorldTime.Epoch
            : WorldTime.Epoch + bucket * period + (long)(Hash.Of(seed, tag, key, (ulong)bucket) % (ulong)period);

    private static long NextMoment(int seed, HashTag tag, ulong key, long period, long bucket) =>
        period == 0 ? long.MaxValue : BucketMoment(seed, tag, key, period, bucket + 1);

    private readonly struct BoardStream(int seed, SandboxMap map)
    {
        private readonly ulong _start = Hash.Of(seed, HashTag.Board, map.Key);
        private readonly long _uploaded = map.UploadedAt.ToUnixTimeSeconds() + 1;

        public BoardRow ActiveRow(int player, long lastImprovement)
        {
            var players = map.Activity.ActivePlayers;
            var first = Score(HashTag.ActiveScore, player, 0.985, 0.05);
            var improvement = lastImprovement - Modulo(lastImprovement - player, players);
            if (improvement < 0)
            {
                return new BoardRow(AccountOf(player), first, OldMoment(player));
            }

            // A step of the gain plus less than one gain of noise: every round is faster than the one before.
            var h = Hash.Of(seed, HashTag.ActiveGain, map.Key, (ulong)player);
            var gain = (int)(1 + h % 4);
            var round = improvement / players + 1;
            var noise = (int)(Hash.Of(seed, HashTag.ActiveGain, map.Key ^ h, (ulong)round) % (ulong)gain);
            var score = Math.Max(1000, first - (int)Math.Min(round * gain + noise, int.MaxValue / 2));
            return new BoardRow(AccountOf(player), score, BucketMoment(seed, HashTag.ActiveTime, map.Key, map.Activity.Period, improvement));
        }

        public BoardRow QuietRow(int player)
        {
            // Every eighth player repeats the time of the one before, for ties on boards of any size.
            var twin = player > 0 && Hash.Of(seed, HashTag.BaseScore, map.Key, (ulong)player) % 8 == 0 ? player - 1 : player;
            var u = Hash.Unit(Hash.Of(seed, HashTag.BaseScore, map.Key, (ulong)twin));
            return new BoardRow(AccountOf(player), (int)(map.AuthorTime * (1.0 + 0.5 * u * u)), OldMoment(player));
        }

        public BoardRow NewcomerRow(int player, int newcomer)
        {
            var h = Hash.Of(seed, HashTag.NewcomerScore, map.Key, (ulong)newcomer);
            var score = h % 32 == 0
                ? map.AuthorTime * (0.99 + 0.045 * Hash.Unit(h))
                : map.AuthorTime * (1.035 + 0.6 * Hash.Unit(h));
            var moment = BucketMoment(seed, HashTag.NewcomerTime, map.Key, map.Activity.NewcomerPeriod, newcomer);
            return new BoardRow(AccountOf(player), (int)score, moment);
        }

        // An odd step through a power of two visits every account once, so nobody is on a board twice.
        private int AccountOf(int player) => (int)((_start + (ulong)player * ((_start >> 32) | 1)) & (Accounts.PlayerCount - 1));

        private int Score(HashTag tag, int player, double from, double range) =>
            (int)(map.AuthorTime * (from + range * Hash.Unit(Hash.Of(seed, tag, map.Key, (ulong)player))));

        private long OldMoment(int player) =>
            Hash.Between(Hash.Of(seed, HashTag.BaseTime, map.Key, (ulong)player), _uploaded, WorldTime.Epoch - 1);

        private static long Modulo(long value, long by) => (value % by + by) % by;
    }
}
