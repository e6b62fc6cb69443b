using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Domain;

public sealed class MapSearchRowTests
{
    private static readonly DateTimeOffset Cutoff = Make.Start.AddDays(-1);

    [Fact]
    public void A_record_driven_exactly_at_the_cutoff_is_new_and_one_before_is_not()
    {
        var row = Read(Make.Entry(1, Cutoff), Make.Entry(2, Cutoff - TimeSpan.FromTicks(1)), Make.Entry(3, Cutoff.AddSeconds(1)));

        row.Entries.Select(e => e.AccountId).ShouldBe([Make.Account(1), Make.Account(3)]);
    }

    [Fact]
    public void A_record_without_a_time_of_driving_is_never_new() => Read(Make.Entry(1, null)).Entries.ShouldBeEmpty();

    [Fact]
    public void Records_stay_in_the_order_of_the_board_with_their_positions()
    {
        var row = Read(Make.Entry(9, Make.Start, 1), Make.Entry(5, Cutoff.AddDays(-1), 2), Make.Entry(7, Make.Start.AddHours(-1), 2), Make.Entry(1, Make.Start, 4));

        row.Entries.Select(e => e.Position).ShouldBe([1, 2, 4]);
        row.Entries.Select(e => e.AccountId).ShouldBe([Make.Account(9), Make.Account(7), Make.Account(1)]);
    }

    [Fact]
    public void Records_with_a_secret_time_count_too() =>
        Read(Make.Entry(1, Make.Start) with { Time = RecordTime.Secret }).Entries.ShouldHaveSingleItem().Time.IsSecret.ShouldBeTrue();

    [Fact]
    public void A_record_driven_after_the_search_was_submitted_counts() => Read(Make.Entry(1, Make.Start.AddMinutes(5))).Entries.Count.ShouldBe(1);

    [Fact]
    public void A_read_row_has_no_failure_and_a_failed_one_no_entries()
    {
        Read(Make.Entry(1, Make.Start)).Failure.ShouldBeNull();
        MapSearchRow.Empty(3, Make.Map(3)).ShouldSatisfyAllConditions(r => r.Index.ShouldBe(3), r => r.Entries.ShouldBeEmpty(), r => r.Failure.ShouldBeNull());
        MapSearchRow.Failed(4, Make.Map(4), "no answer").ShouldSatisfyAllConditions(
            r => r.Index.ShouldBe(4), r => r.Map.ShouldBe(Make.Map(4)), r => r.Entries.ShouldBeEmpty(), r => r.Failure.ShouldBe("no answer"));
    }

    private static MapSearchRow Read(params LeaderboardEntry[] entries) => MapSearchRow.Read(0, Make.Map(0), Make.Board(Make.Uid(0), Make.Start, entries), Cutoff);
}
