using Backend.Domain.MapSearches;
using Backend.Unit.Support;

namespace Backend.Unit.Domain;

public sealed class MapSearchJobTests
{
    private static readonly DateTimeOffset T0 = Make.Start;

    private static readonly Dictionary<string, Func<MapSearchJob, MapSearchJob>> Transitions = new(StringComparer.Ordinal)
    {
        ["Claim"] = j => j.Claim(T0),
        ["StartReading"] = j => j.StartReading(Math.Max(2, j.MapsDone), T0),
        ["Append"] = j => j.Append(Make.Row(j.MapsDone), T0),
        ["AddNames"] = j => j.AddNames(T0),
        ["Complete"] = j => j.Complete(T0),
        ["Fail"] = j => j.Fail("why", T0),
        ["Release"] = j => j.Release("why", T0),
        ["HandBack"] = j => j.Release(null, T0),
        ["Cancel"] = j => j.Cancel(T0),
    };

    private static readonly Dictionary<string, MapSearchJob> Situations = new(StringComparer.Ordinal)
    {
        ["Pending"] = Make.Job(),
        ["Claimed"] = Make.Job().Claim(T0),
        ["Reading"] = Reading(2),
        ["HalfRead"] = Reading(2).Append(Make.Row(0), T0),
        ["AllRead"] = AllRead(2),
        ["Completed"] = AllRead(2).Complete(T0),
        ["Failed"] = Reading(2).Fail("why", T0),
        ["Cancelled"] = Reading(2).Cancel(T0),
    };

    [Theory]
    [InlineData("Pending", "Claim Cancel")]
    [InlineData("Claimed", "Claim StartReading AddNames Fail Release HandBack Cancel")]
    [InlineData("Reading", "Claim StartReading Append AddNames Fail Release HandBack Cancel")]
    [InlineData("HalfRead", "Claim StartReading Append AddNames Fail Release HandBack Cancel")]
    [InlineData("AllRead", "Claim StartReading AddNames Complete Fail Release HandBack Cancel")]
    [InlineData("Completed", "Cancel")]
    [InlineData("Failed", "Cancel")]
    [InlineData("Cancelled", "Cancel")]
    public void Each_situation_allows_its_transitions_and_throws_at_all_others(string situation, string allowed)
    {
        var job = Situations[situation];
        foreach (var (name, transition) in Transitions)
        {
            if (allowed.Split(' ').Contains(name))
            {
                Should.NotThrow(() => transition(job), $"{situation}: {name}");
            }
            else
            {
                Should.Throw<InvalidOperationException>(() => transition(job), $"{situation}: {name}");
            }
        }
    }

    [Fact]
    public void A_submitted_job_waits_and_knows_nothing()
    {
        var job = Make.Job();

        job.State.ShouldBe(MapSearchState.Pending);
        job.Phase.ShouldBe(MapSearchPhase.Queued);
        (job.Version, job.Fence, job.Attempt, job.MapsDone, job.MapsFailed, job.RecordsFound).ShouldBe((1, 0, 1, 0, 0, 0));
        job.MapsTotal.ShouldBeNull();
        job.Failure.ShouldBeNull();
        job.UpdatedAt.ShouldBe(job.CreatedAt);
        job.IsFinished.ShouldBeFalse();
        job.SecondsLeft().ShouldBeNull();
        job.Key.ShouldBe(new MapSearchKey(Make.UserId, job.Id));
    }

    [Fact]
    public void The_phases_follow_the_work()
    {
        var claimed = Make.Job().Claim(T0);
        claimed.Phase.ShouldBe(MapSearchPhase.ListingMaps);
        claimed.State.ShouldBe(MapSearchState.Processing);
        claimed.Fence.ShouldBe(1);
        Reading(2).Phase.ShouldBe(MapSearchPhase.ReadingLeaderboards);
        Reading(2).Append(Make.Row(0), T0).Phase.ShouldBe(MapSearchPhase.ReadingLeaderboards);
        AllRead(2).Phase.ShouldBe(MapSearchPhase.ResolvingNames);
        AllRead(2).Complete(T0).Phase.ShouldBe(MapSearchPhase.Finished);
        Reading(2).Release(null, T0).Phase.ShouldBe(MapSearchPhase.Queued);
        Reading(2).Fail("why", T0).Phase.ShouldBe(MapSearchPhase.Finished);
        Reading(2).Cancel(T0).Phase.ShouldBe(MapSearchPhase.Finished);
    }

    [Fact]
    public void A_mapper_without_maps_completes_at_once()
    {
        var job = Make.Job().Claim(T0).StartReading(0, T0).Complete(T0);

        job.State.ShouldBe(MapSearchState.Completed);
        job.MapsTotal.ShouldBe(0);
    }

    [Fact]
    public void Rows_are_counted_with_their_records_and_failures()
    {
        var job = Reading(3).Append(Make.Row(0, entries: 2), T0).Append(Make.Row(1, failure: "no answer"), T0).Append(Make.Row(2, entries: 1), T0);

        (job.MapsDone, job.MapsFailed, job.RecordsFound).ShouldBe((3, 1, 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-1)]
    public void Only_the_next_row_can_be_appended(int index) =>
        Should.Throw<InvalidOperationException>(() => Reading(3).Append(Make.Row(0), T0).Append(Make.Row(index), T0));

    [Fact]
    public void No_more_rows_than_maps_can_be_appended() =>
        Should.Throw<InvalidOperationException>(() => AllRead(2).Append(Make.Row(2), T0));

    [Fact]
    public void The_total_is_never_less_than_what_is_done()
    {
        var resumed = Reading(3).Append(Make.Row(0), T0).Append(Make.Row(1), T0).Release(null, T0).Claim(T0);

        Should.Throw<InvalidOperationException>(() => resumed.StartReading(1, T0));
        resumed.StartReading(2, T0).Complete(T0).MapsDone.ShouldBe(2);
    }

    [Fact]
    public void An_incomplete_search_cannot_complete() => Should.Throw<InvalidOperationException>(() => Reading(2).Append(Make.Row(0), T0).Complete(T0));

    [Fact]
    public void A_forbidden_transition_says_what_it_was() =>
        Should.Throw<InvalidOperationException>(() => Make.Job().Complete(T0)).Message.ShouldBe("A Pending map search with 0 of ? maps cannot Complete.");

    [Fact]
    public void Every_claim_raises_the_fence_by_one()
    {
        var job = Make.Job();
        for (var claim = 1; claim <= 3; claim++)
        {
            job = job.Claim(T0);
            job.Fence.ShouldBe(claim);
        }
    }

    [Fact]
    public void A_lapsed_run_without_progress_is_an_attempt_and_the_last_one_fails_the_search()
    {
        var job = Make.Job().Claim(T0);
        for (var attempt = 1; attempt < MapSearchJob.MaxAttempts; attempt++)
        {
            job.Attempt.ShouldBe(attempt);
            job = job.Claim(T0);
            job.State.ShouldBe(MapSearchState.Processing);
        }

        var last = job.Claim(T0);

        last.State.ShouldBe(MapSearchState.Failed);
        last.Failure.ShouldNotBeNullOrWhiteSpace();
        last.Attempt.ShouldBe(MapSearchJob.MaxAttempts);
        last.Fence.ShouldBeGreaterThan(job.Fence);
    }

    [Fact]
    public void A_failed_run_without_progress_is_an_attempt_and_the_last_one_fails_the_search()
    {
        var job = Make.Job();
        for (var attempt = 1; attempt < MapSearchJob.MaxAttempts; attempt++)
        {
            job = job.Claim(T0).Release($"failure {attempt}", T0);
            job.State.ShouldBe(MapSearchState.Pending);
            job.Attempt.ShouldBe(attempt + 1);
            job.Failure.ShouldBeNull();
        }

        var last = job.Claim(T0).Release("the last failure", T0);

        last.State.ShouldBe(MapSearchState.Failed);
        last.Failure.ShouldBe("the last failure");
        last.Attempt.ShouldBe(MapSearchJob.MaxAttempts);
    }

    [Fact]
    public void Handing_back_never_counts_as_an_attempt()
    {
        var job = Make.Job();
        for (var run = 0; run < 50; run++)
        {
            job = job.Claim(T0).Release(null, T0);
        }

        job.State.ShouldBe(MapSearchState.Pending);
        job.Attempt.ShouldBe(1);
    }

    [Fact]
    public void Handing_back_forgets_no_attempt_either()
    {
        var job = Make.Job().Claim(T0).Release("one", T0).Claim(T0).Release(null, T0).Claim(T0).Release("two", T0);

        job.Attempt.ShouldBe(3);
    }

    [Fact]
    public void Any_progress_begins_the_count_of_attempts_anew()
    {
        var tired = Make.Job().Claim(T0).Release("one", T0).Claim(T0).Release("two", T0).Claim(T0);
        tired.Attempt.ShouldBe(3);
        var progressed = tired.StartReading(5, T0).Append(Make.Row(0), T0);

        progressed.Release("three", T0).Attempt.ShouldBe(1);
        progressed.Release(null, T0).Attempt.ShouldBe(1);
        progressed.Claim(T0).Attempt.ShouldBe(1);
        progressed.Release("three", T0).Claim(T0).Release("four", T0).Attempt.ShouldBe(2);
    }

    [Fact]
    public void A_map_that_could_not_be_read_is_progress_too() =>
        Reading(5).Append(Make.Row(0, failure: "no answer"), T0).Release("later", T0).Attempt.ShouldBe(1);

    [Fact]
    public void Names_alone_are_no_progress() => Reading(5).AddNames(T0).Release("later", T0).Attempt.ShouldBe(2);

    [Fact]
    public void A_resumed_run_keeps_what_was_found()
    {
        var resumed = Reading(5).Append(Make.Row(0, entries: 2), T0).Append(Make.Row(1, failure: "no"), T0).Claim(T0.AddMinutes(1));

        (resumed.MapsDone, resumed.MapsFailed, resumed.RecordsFound, resumed.MapsTotal).ShouldBe((2, 1, 2, 5));
        resumed.Phase.ShouldBe(MapSearchPhase.ListingMaps);
        resumed.SecondsLeft().ShouldBeNull();
    }

    [Fact]
    public void Cancelling_a_finished_search_changes_nothing()
    {
        foreach (var finished in new[] { "Completed", "Failed", "Cancelled" }.Select(s => Situations[s]))
        {
            finished.IsFinished.ShouldBeTrue();
            finished.Cancel(T0.AddDays(1)).ShouldBeSameAs(finished);
        }
    }

    [Fact]
    public void A_cancelled_search_keeps_what_was_found()
    {
        var cancelled = Reading(5).Append(Make.Row(0, entries: 2), T0).Cancel(T0);

        cancelled.State.ShouldBe(MapSearchState.Cancelled);
        (cancelled.MapsDone, cancelled.RecordsFound).ShouldBe((1, 2));
        cancelled.Failure.ShouldBeNull();
    }

    [Fact]
    public void The_time_left_is_that_of_the_pace_of_this_run()
    {
        var job = Reading(10).Append(Make.Row(0), T0.AddSeconds(2));

        job.SecondsLeft().ShouldBe(18);
        job.Append(Make.Row(1), T0.AddSeconds(3)).SecondsLeft().ShouldBe(12);
        Reading(10).SecondsLeft().ShouldBeNull();
    }

    [Fact]
    public void Maps_of_earlier_runs_do_not_count_for_the_pace()
    {
        var resumed = Reading(10).Append(Make.Row(0), T0.AddSeconds(1)).Append(Make.Row(1), T0.AddSeconds(2)).Claim(T0.AddSeconds(100)).StartReading(10, T0.AddSeconds(100));
        resumed.SecondsLeft().ShouldBeNull();

        resumed.Append(Make.Row(2), T0.AddSeconds(101)).SecondsLeft().ShouldBe(7);
    }

    [Fact]
    public void The_time_left_is_rounded_up_unknown_while_names_are_looked_up_and_ends_at_zero()
    {
        Reading(3).Append(Make.Row(0), T0.AddMilliseconds(100)).SecondsLeft().ShouldBe(1);
        AllRead(2).SecondsLeft().ShouldBeNull();
        AllRead(2).Complete(T0).SecondsLeft().ShouldBe(0);
        Reading(3).Fail("why", T0).SecondsLeft().ShouldBe(0);
        Make.Job().Cancel(T0).SecondsLeft().ShouldBe(0);
    }

    [Fact]
    public void The_time_left_is_never_negative_when_boards_come_within_a_millisecond()
    {
        var job = Make.Job().Claim(T0).StartReading(1200, T0 + TimeSpan.FromTicks(9_000)).Append(Make.Row(0), T0 + TimeSpan.FromTicks(9_500));

        job.SecondsLeft().ShouldBe(0);
    }

    [Fact]
    public void All_instants_are_whole_milliseconds()
    {
        var job = Make.Job().Claim(T0 + TimeSpan.FromTicks(12_345)).StartReading(1200, T0 + TimeSpan.FromTicks(29_000));

        job.UpdatedAt.ShouldBe(T0.AddMilliseconds(2));
        job.ReadingSince.ShouldBe(T0.AddMilliseconds(2));
    }

    [Fact]
    public void A_clock_that_runs_backwards_does_not_take_the_job_with_it()
    {
        var job = Make.Job().Claim(T0.AddSeconds(10)).StartReading(3, T0.AddSeconds(5)).Append(Make.Row(0), T0.AddSeconds(4));

        job.UpdatedAt.ShouldBe(T0.AddSeconds(10));
        job.SecondsLeft()!.Value.ShouldBeGreaterThanOrEqualTo(0);
    }

    private static MapSearchJob Reading(int maps) => Make.Job().Claim(T0).StartReading(maps, T0);

    private static MapSearchJob AllRead(int maps) => Enumerable.Range(0, maps).Aggregate(Reading(maps), (job, n) => job.Append(Make.Row(n), T0));
}
