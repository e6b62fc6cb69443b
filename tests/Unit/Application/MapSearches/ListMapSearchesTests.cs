using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.MapSearches;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.MapSearches;

public sealed class ListMapSearchesTests
{
    [Fact]
    public async Task The_users_searches_are_given_in_the_stores_order_and_bounded()
    {
        IReadOnlyList<MapSearchJob> stored = [Make.Job("Newest"), Make.Job("Older")];
        var jobs = Substitute.For<IMapSearchJobStore>();
        jobs.ListAsync(Make.UserId, 100, Arg.Any<CancellationToken>()).Returns(stored);

        (await new ListMapSearchesHandler(jobs).Handle(new ListMapSearchesQuery(Make.UserId), CancellationToken.None)).Value.ShouldBe(stored);
    }
}
