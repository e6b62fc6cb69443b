using Backend.Application.MapSearches;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;

namespace Backend.Unit.Application.MapSearches;

public sealed class ReadMapSearchResultsTests
{
    private readonly InMemoryMapSearchJobStore _jobs = new(new MapSearchOptions(), Make.Clock());

    [Fact]
    public async Task Rows_after_an_index_come_with_the_job()
    {
        await _jobs.TryAddAsync(Make.Job(), 1, CancellationToken.None);
        var claimed = (await _jobs.TryClaimAsync(Make.Job().Key, CancellationToken.None))!;
        await _jobs.TryStartReadingAsync(Make.Job().Key, claimed.Fence, 2, CancellationToken.None);
        await _jobs.TryAppendAsync(Make.Job().Key, claimed.Fence, Make.Row(0, 1), CancellationToken.None);
        await _jobs.TryAppendAsync(Make.Job().Key, claimed.Fence, Make.Row(1, 1), CancellationToken.None);

        var results = (await new ReadMapSearchResultsHandler(_jobs).Handle(new ReadMapSearchResultsQuery(Make.Job().Key, After: 0), CancellationToken.None)).Value;

        results.Job.MapsDone.ShouldBe(2);
        (await results.Rows.Select(r => r.Index).ToListAsync()).ShouldBe([1]);
    }

    [Fact]
    public async Task An_unknown_search_is_not_found() =>
        (await new ReadMapSearchResultsHandler(_jobs).Handle(new ReadMapSearchResultsQuery(Make.Job().Key, After: -1), CancellationToken.None)).Error.ShouldBe(MapSearchErrors.NotFound);
}
