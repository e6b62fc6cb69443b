using Backend.Application.MapSearches;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;

namespace Backend.Unit.Application.MapSearches;

public sealed class CancelMapSearchTests
{
    [Fact]
    public async Task Cancelling_twice_answers_the_same_and_an_unknown_search_is_not_found()
    {
        var jobs = new InMemoryMapSearchJobStore(new MapSearchOptions(), Make.Clock());
        var handler = new CancelMapSearchHandler(jobs);
        (await handler.Handle(new CancelMapSearchCommand(Make.Job().Key), CancellationToken.None)).Error.ShouldBe(MapSearchErrors.NotFound);
        await jobs.TryAddAsync(Make.Job(), 1, CancellationToken.None);

        var first = await handler.Handle(new CancelMapSearchCommand(Make.Job().Key), CancellationToken.None);
        var second = await handler.Handle(new CancelMapSearchCommand(Make.Job().Key), CancellationToken.None);

        first.Value.State.ShouldBe(MapSearchState.Cancelled);
        second.Value.ShouldBe(first.Value);
    }
}
