using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.MapSearches;

public sealed class ListMapSearchesTests
{
    [Fact]
    public async Task The_callers_searches_are_listed_up_to_a_limit()
    {
        var jobs = Substitute.For<IMapSearchJobStore>();
        jobs.ListAsync(Make.UserId, ListMapSearchesHandler.MaxListed, Arg.Any<CancellationToken>()).Returns([Make.Job()]);

        (await new ListMapSearchesHandler(jobs).Handle(new ListMapSearchesQuery(Make.UserId), CancellationToken.None)).Value.ShouldBe([Make.Job()]);
    }
}
