using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Tracks;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.MapSearches;

public sealed class ReadMapSearchResultsTests
{
    private readonly IMapSearchJobStore _jobs = Substitute.For<IMapSearchJobStore>();

    [Fact]
    public async Task An_unknown_search_is_not_found_and_reads_nothing_else()
    {
        var key = Make.Job().Key;

        (await new ReadMapSearchResultsHandler(_jobs).Handle(new ReadMapSearchResultsQuery(key, -1), CancellationToken.None)).Error.ShouldBe(MapSearchErrors.NotFound);
        _jobs.ReceivedCalls().Count().ShouldBe(1);
    }

    [Fact]
    public async Task The_job_is_read_before_its_rows_so_that_a_complete_one_misses_none()
    {
        var job = Make.Job().Claim(Make.Start).StartReading(2, Make.Start);
        var names = new Dictionary<AccountId, string> { [Make.Account(1)] = "One" };
        var rows = new[] { new NamedMapSearchRow(Make.Row(5), names), new NamedMapSearchRow(Make.Row(6), names) };
        _jobs.FindAsync(job.Key, Arg.Any<CancellationToken>()).Returns(job);
        _jobs.ReadRowsAsync(job.Key, 4, Arg.Any<CancellationToken>()).Returns(rows.ToAsyncEnumerable());

        var results = (await new ReadMapSearchResultsHandler(_jobs).Handle(new ReadMapSearchResultsQuery(job.Key, 4), CancellationToken.None)).Value;

        results.Job.ShouldBe(job);
        (await results.Rows.ToListAsync()).ShouldBe(rows);
        _jobs.ReceivedCalls().First().GetMethodInfo().Name.ShouldBe(nameof(IMapSearchJobStore.FindAsync));
    }
}
