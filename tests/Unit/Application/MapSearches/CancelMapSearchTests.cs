using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.MapSearches;

public sealed class CancelMapSearchTests
{
    private readonly IMapSearchJobStore _jobs = Substitute.For<IMapSearchJobStore>();

    [Fact]
    public async Task The_search_is_given_back_as_it_is_then()
    {
        var job = Make.Job().Cancel(Make.Start);
        _jobs.CancelAsync(job.Key, Arg.Any<CancellationToken>()).Returns(job);

        (await new CancelMapSearchHandler(_jobs).Handle(new CancelMapSearchCommand(job.Key), CancellationToken.None)).Value.ShouldBe(job);
    }

    [Fact]
    public async Task An_unknown_search_is_not_found() =>
        (await new CancelMapSearchHandler(_jobs).Handle(new CancelMapSearchCommand(Make.Job().Key), CancellationToken.None)).Error.ShouldBe(MapSearchErrors.NotFound);
}
