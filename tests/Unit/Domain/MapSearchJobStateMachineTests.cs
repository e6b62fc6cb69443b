using Backend.Domain.MapSearches;
using Backend.Unit.Support;
using CsCheck;

namespace Backend.Unit.Domain;

/// <summary>Random histories, forbidden steps included, against what must hold after every one of them.</summary>
public sealed class MapSearchJobStateMachineTests
{
    private enum Step
    {
        Claim,
        StartReading,
        Append,
        AppendFailed,
        AppendOutOfTurn,
        AddNames,
        Complete,
        Fail,
        Release,
        HandBack,
        Cancel,
    }

    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (4, Gen.Const(Step.Claim)),
        (4, Gen.Const(Step.StartReading)),
        (8, Gen.Const(Step.Append)),
        (2, Gen.Const(Step.AppendFailed)),
        (1, Gen.Const(Step.AppendOutOfTurn)),
        (2, Gen.Const(Step.AddNames)),
        (2, Gen.Const(Step.Complete)),
        (1, Gen.Const(Step.Fail)),
        (3, Gen.Const(Step.Release)),
        (2, Gen.Const(Step.HandBack)),
        (1, Gen.Const(Step.Cancel)));

    [Fact]
    public void Whatever_happens_progress_never_runs_backwards_and_the_end_is_final() =>
        Gen.Select(AnyStep, Gen.Int[0, 6], Gen.Long[-20_000_000, 80_000_000]).Array[0, 60].Sample(
            history =>
            {
                var (job, now) = (Make.Job(), Make.Start);
                foreach (var (step, number, ticks) in history)
                {
                    now += TimeSpan.FromTicks(ticks);
                    var next = Try(job, step, number, now);
                    if (next is null)
                    {
                        continue;
                    }

                    ShouldFollow(job, next, step);
                    ShouldBeConsistent(next);
                    job = next;
                }
            },
            iter: 2_000);

    [Fact]
    public void The_random_histories_reach_every_state()
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<MapSearchState, bool>();
        Gen.Select(AnyStep, Gen.Int[0, 6]).Array[0, 60].Sample(
            history =>
            {
                var job = Make.Job();
                foreach (var (step, number) in history)
                {
                    job = Try(job, step, number, Make.Start) ?? job;
                    seen[job.State] = true;
                }
            },
            iter: 2_000);

        seen.Keys.Order().ShouldBe(Enum.GetValues<MapSearchState>().Order());
    }

    private static MapSearchJob? Try(MapSearchJob job, Step step, int number, DateTimeOffset now)
    {
        try
        {
            return step switch
            {
                Step.Claim => job.Claim(now),
                Step.StartReading => job.StartReading(number, now),
                Step.Append => job.Append(Make.Row(job.MapsDone, entries: number), now),
                Step.AppendFailed => job.Append(Make.Row(job.MapsDone, failure: "no answer"), now),
                Step.AppendOutOfTurn => job.Append(Make.Row(job.MapsDone + 1 + number), now),
                Step.AddNames => job.AddNames(now),
                Step.Complete => job.Complete(now),
                Step.Fail => job.Fail("failed", now),
                Step.Release => job.Release("released", now),
                Step.HandBack => job.Release(null, now),
                _ => job.Cancel(now),
            };
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static void ShouldFollow(MapSearchJob before, MapSearchJob after, Step step)
    {
        if (before.IsFinished)
        {
            step.ShouldBe(Step.Cancel);
            after.ShouldBeSameAs(before);
            return;
        }

        step.ShouldNotBe(Step.AppendOutOfTurn);
        after.Version.ShouldBeGreaterThan(before.Version);
        after.Fence.ShouldBe(step == Step.Claim ? before.Fence + 1 : before.Fence);
        after.MapsDone.ShouldBe(step is Step.Append or Step.AppendFailed ? before.MapsDone + 1 : before.MapsDone);
        after.MapsFailed.ShouldBe(step is Step.AppendFailed ? before.MapsFailed + 1 : before.MapsFailed);
        after.RecordsFound.ShouldBeGreaterThanOrEqualTo(before.RecordsFound);
        after.UpdatedAt.ShouldBeGreaterThanOrEqualTo(before.UpdatedAt);
        (after with { }).Key.ShouldBe(before.Key);
        (after.Mapper, after.Period, after.CreatedAt).ShouldBe((before.Mapper, before.Period, before.CreatedAt));
        if (after.Attempt > before.Attempt)
        {
            after.Attempt.ShouldBe(before.Attempt + 1);
            (step is Step.Claim or Step.Release).ShouldBeTrue();
        }
    }

    private static void ShouldBeConsistent(MapSearchJob job)
    {
        job.MapsFailed.ShouldBeInRange(0, job.MapsDone);
        job.Attempt.ShouldBeInRange(1, MapSearchJob.MaxAttempts);
        job.MapsDoneAtClaim.ShouldBeInRange(0, job.MapsDone);
        (job.Failure is not null).ShouldBe(job.State == MapSearchState.Failed);
        (job.Phase == MapSearchPhase.Finished).ShouldBe(job.IsFinished);
        (job.Phase == MapSearchPhase.Queued).ShouldBe(job.State == MapSearchState.Pending);
        (job.UpdatedAt.Ticks % TimeSpan.TicksPerMillisecond).ShouldBe(0);
        (job.SecondsLeft() ?? 0).ShouldBeGreaterThanOrEqualTo(0);
        if (job.MapsTotal is { } total)
        {
            job.MapsDone.ShouldBeLessThanOrEqualTo(total);
        }

        if (job.State == MapSearchState.Completed)
        {
            job.MapsDone.ShouldBe(job.MapsTotal!.Value);
        }
    }
}
