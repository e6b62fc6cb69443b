using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.MapSearches;

public sealed class CheckJobStatusTests
{
    private readonly IMapSearchJobStore _jobs = Substitute.For<IMapSearchJobStore>();
    private readonly IMapSearchQueue _queue = Substitute.For<IMapSearchQueue>();

    [Fact]
    public async Task An_unknown_search_is_not_found() => (await Send(Make.Job())).Error.ShouldBe(MapSearchErrors.NotFound);

    [Theory]
    [InlineData(3)]
    [InlineData(null)]
    public async Task A_waiting_search_has_its_place_if_the_queue_can_tell(int? place)
    {
        var job = Stored(Make.Job());
        _queue.FindPlaceAsync(job.Key, Arg.Any<CancellationToken>()).Returns(place);

        (await Send(job)).Value.ShouldBe(new JobStatus(job, IsKnown: false, place));
    }

    [Fact]
    public async Task A_search_that_does_not_wait_has_no_place_and_the_queue_is_not_asked()
    {
        var running = Make.Job().Claim(Make.Start);
        foreach (var job in new[] { running, running.StartReading(0, Make.Start).Complete(Make.Start), running.Fail("why", Make.Start), running.Cancel(Make.Start) })
        {
            Stored(job);
            (await Send(job)).Value.ShouldBe(new JobStatus(job, IsKnown: false, QueuePlace: null));
        }

        _queue.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_version_that_the_caller_has_costs_the_job_row_alone()
    {
        var job = Stored(Make.Job());

        (await Send(job, knownVersion: 1)).Value.ShouldBe(new JobStatus(job, IsKnown: true, QueuePlace: null));

        _jobs.ReceivedCalls().ShouldHaveSingleItem().GetMethodInfo().Name.ShouldBe(nameof(IMapSearchJobStore.FindAsync));
        _queue.ReceivedCalls().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Another_version_than_the_callers_is_told(long known) => (await Send(Stored(Make.Job()), known)).Value.IsKnown.ShouldBeFalse();

    private MapSearchJob Stored(MapSearchJob job)
    {
        _jobs.FindAsync(job.Key, Arg.Any<CancellationToken>()).Returns(job);
        _jobs.ClearReceivedCalls();
        return job;
    }

    private Task<Result<JobStatus>> Send(MapSearchJob job, long? knownVersion = null) =>
        new CheckJobStatusHandler(_jobs, _queue).Handle(new CheckJobStatusQuery(job.Key, knownVersion), CancellationToken.None);
}
