using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.MapSearches;

public sealed class CheckJobStatusTests
{
    private readonly IMapSearchJobStore _jobs = Substitute.For<IMapSearchJobStore>();
    private readonly IMapSearchQueue _queue = Substitute.For<IMapSearchQueue>();
    private readonly CheckJobStatusHandler _handler;

    public CheckJobStatusTests()
    {
        _handler = new CheckJobStatusHandler(_jobs, _queue);
        _queue.FindPlaceAsync(default, CancellationToken.None).ReturnsForAnyArgs(3);
    }

    [Fact]
    public async Task A_pending_search_tells_its_place()
    {
        _jobs.FindAsync(Make.Job().Key, Arg.Any<CancellationToken>()).Returns(Make.Job());

        var status = (await _handler.Handle(new CheckJobStatusQuery(Make.Job().Key), CancellationToken.None)).Value;

        status.ShouldBe(new JobStatus(Make.Job(), IsKnown: false, QueuePlace: 3));
    }

    [Fact]
    public async Task A_search_that_runs_has_no_place()
    {
        _jobs.FindAsync(Make.Job().Key, Arg.Any<CancellationToken>()).Returns(Make.Job().Claim(Make.Start));

        (await _handler.Handle(new CheckJobStatusQuery(Make.Job().Key), CancellationToken.None)).Value.QueuePlace.ShouldBeNull();

        _queue.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_known_version_costs_the_job_row_and_nothing_else()
    {
        _jobs.FindAsync(Make.Job().Key, Arg.Any<CancellationToken>()).Returns(Make.Job());

        (await _handler.Handle(new CheckJobStatusQuery(Make.Job().Key, KnownVersion: 1), CancellationToken.None)).Value.IsKnown.ShouldBeTrue();

        _jobs.ReceivedCalls().Count().ShouldBe(1);
        _queue.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unknown_search_is_not_found() =>
        (await _handler.Handle(new CheckJobStatusQuery(Make.Job().Key), CancellationToken.None)).Error.ShouldBe(MapSearchErrors.NotFound);
}
