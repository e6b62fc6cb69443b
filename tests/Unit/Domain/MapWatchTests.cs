using Backend.Domain.Alerts;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Domain;

public sealed class MapWatchTests
{
    private static readonly MapUid s_uid = Make.Uid("a");
    private static readonly DateTimeOffset s_since = Make.Start;

    [Fact]
    public void Records_since_the_first_look_are_due_once()
    {
        var board = Board((1, 1, 40_000, 5), (2, 2, 41_000, -1), (3, 3, 42_000, 0));

        var (next, due) = Evaluate(MapWatch.Unseen(s_uid, s_since), board);

        due.Select(r => r.Position).ShouldBe([1, 3]);
        due[0].ShouldBe(new NewRecord(Make.Account(1), "World", 1, RecordTime.FromMilliseconds(40_000), s_since.AddSeconds(5), Gap: null));
        next.Newest.ShouldBe(s_since.AddSeconds(5));
        Evaluate(next, board).Due.ShouldBeEmpty();
    }

    [Fact]
    public void A_second_record_of_the_newest_second_is_still_due()
    {
        var (next, _) = Evaluate(MapWatch.Unseen(s_uid, s_since), Board((1, 1, 40_000, 5)));

        var (after, due) = Evaluate(next, Board((1, 1, 40_000, 5), (2, 2, 41_000, 5)));

        due.Select(r => r.AccountId).ShouldBe([Make.Account(2)]);
        Evaluate(after, Board((1, 1, 40_000, 5), (2, 2, 41_000, 5))).Due.ShouldBeEmpty();
    }

    [Fact]
    public void An_older_board_moves_nothing_back()
    {
        var (next, _) = Evaluate(MapWatch.Unseen(s_uid, s_since), Board((1, 1, 40_000, 5)));

        var (after, due) = Evaluate(next, Board((1, 2, 41_000, 3)));

        due.ShouldBeEmpty();
        after.Newest.ShouldBe(s_since.AddSeconds(5));
        Evaluate(after, Board((1, 1, 40_000, 5))).Due.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(RecordFilter.WorldRecord, 1)]
    [InlineData(RecordFilter.Top5, 5)]
    [InlineData(RecordFilter.All, 7)]
    public void Only_what_passes_the_filter_is_due_and_what_moves_up_later_is_not(RecordFilter filter, int expected)
    {
        var board = Board([.. Enumerable.Range(1, 7).Select(n => (n, n, 40_000L + n, n))]);

        var (next, due) = MapWatch.Unseen(s_uid, s_since).Evaluate(board, filter, players: 7);

        due.Count.ShouldBe(expected);
        var withoutLeader = Board([.. Enumerable.Range(2, 6).Select(n => (n, n - 1, 40_000L + n, n))]);
        next.Evaluate(withoutLeader, filter, players: 6).Due.ShouldBeEmpty();
    }

    [Fact]
    public void A_moment_that_is_yet_to_come_hides_nothing()
    {
        var (next, due) = Evaluate(MapWatch.Unseen(s_uid, s_since), Board((1, 1, 40_000, 90_001), (2, 2, 41_000, 5)));

        due.Select(r => r.Position).ShouldBe([2]);
        next.Newest.ShouldBe(s_since.AddSeconds(5));
    }

    [Fact]
    public void A_secret_time_anywhere_on_the_board_leaves_no_questions()
    {
        var board = Board([.. Enumerable.Range(1, 7).Select(n => (n, n, n == 7 ? -1L : 40_000L + n, n))]);

        MapWatch.Unseen(s_uid, s_since).Evaluate(board, RecordFilter.All, players: 7).Next.QuestionsFor(RecordFilter.All).ShouldBeNull();
    }

    [Fact]
    public void The_gap_is_to_the_time_that_held_the_position_before()
    {
        var (next, _) = Evaluate(MapWatch.Unseen(s_uid, s_since), Board((1, 1, 40_000, 1), (2, 2, -1, 1)));

        var (_, due) = Evaluate(next, Board((3, 1, 39_750, 2), (4, 2, 39_900, 3), (5, 3, 40_000, 4)));

        due.Select(r => r.Gap).ShouldBe([-250L, null, null]);
    }

    [Fact]
    public void Secret_times_and_missing_moments_are_told_apart_from_nothing()
    {
        var board = new Leaderboard(s_uid, s_since, [Make.Entry(1, drivenAt: null), new LeaderboardEntry(Make.Account(2), "z", "World", 2, RecordTime.Secret, s_since.AddSeconds(1))]);

        var (next, due) = Evaluate(MapWatch.Unseen(s_uid, s_since), board);

        due.Select(r => (r.Position, r.Time.IsSecret)).ShouldBe([(2, true)]);
        next.Best.ShouldBe([40_001, null]);
        next.QuestionsFor(RecordFilter.WorldRecord).ShouldBeNull();
    }

    [Theory]
    [InlineData(-1, 40_000)]
    [InlineData(40_000, -1)]
    public void Times_that_are_uncovered_or_hidden_are_no_new_records(long before, long after)
    {
        var (next, first) = Evaluate(MapWatch.Unseen(s_uid, s_since), Board((1, 1, before, 5)));

        var (_, due) = Evaluate(next, Board((1, 1, after, 5), (2, 2, 41_000, 5)));

        first.Count.ShouldBe(1);
        due.Select(r => r.AccountId).ShouldBe([Make.Account(2)]);
    }

    [Fact]
    public void Questions_ask_one_millisecond_below_each_rank_and_for_the_number_of_players()
    {
        var (watch, _) = MapWatch.Unseen(s_uid, s_since).Evaluate(Board((1, 1, 40, 1), (2, 2, 50, 1), (3, 3, 50, 2), (4, 4, 60, 1), (5, 5, 70, 1), (6, 6, 80, 1)), RecordFilter.Top5, players: 900);

        watch.QuestionsFor(RecordFilter.WorldRecord).ShouldBe([new PositionQuestion(39, 1), new PositionQuestion(9_999_999, 901)]);
        watch.QuestionsFor(RecordFilter.Top5).ShouldBe(
        [
            new PositionQuestion(39, 1), new PositionQuestion(49, 2), new PositionQuestion(49, 2), new PositionQuestion(59, 4), new PositionQuestion(69, 5), new PositionQuestion(9_999_999, 901),
        ]);
        watch.QuestionsFor(RecordFilter.All).ShouldBe(watch.QuestionsFor(RecordFilter.Top5));
        (watch with { Players = null }).QuestionsFor(RecordFilter.Top5).ShouldBeNull();
        (watch with { Best = [1, 2, 3, 4] }).QuestionsFor(RecordFilter.Top5).ShouldBeNull();
        MapWatch.Unseen(s_uid, s_since).QuestionsFor(RecordFilter.WorldRecord).ShouldBeNull();
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(20, 20, false)]
    [InlineData(21, 3, true)]
    public void Many_records_are_folded(int records, int listed, bool isFolded)
    {
        var due = Enumerable.Range(1, records).Select(n => new NewRecord(Make.Account(n), "World", n, RecordTime.FromMilliseconds(n), s_since, Gap: null)).ToList();

        var news = MapNews.Of(new WatchedMap(s_uid, "A", 1), due, maxListed: 20);

        (news?.Records.Count ?? 0).ShouldBe(listed);
        (news?.IsFolded ?? false).ShouldBe(isFolded);
        (news?.Count ?? 0).ShouldBe(records);
    }

    private static (MapWatch Next, IReadOnlyList<NewRecord> Due) Evaluate(MapWatch watch, Leaderboard board) => watch.Evaluate(board, RecordFilter.All, players: board.Entries.Count);

    /// <param name="rows">Account, position, milliseconds (-1 for secret) and seconds after the first look.</param>
    private static Leaderboard Board(params (int Account, int Position, long Time, int At)[] rows) =>
        new(s_uid, s_since.AddHours(1), [.. rows.Select(r => new LeaderboardEntry(Make.Account(r.Account), "z", "World", r.Position, RecordTime.FromUpstream(r.Time), s_since.AddSeconds(r.At)))]);
}
