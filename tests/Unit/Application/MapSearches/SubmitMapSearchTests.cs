using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace Backend.Unit.Application.MapSearches;

public sealed class SubmitMapSearchTests
{
    private readonly MapSearchOptions _options = new() { MaxUnfinishedPerUser = 1 };
    private readonly InMemoryMapSearchJobStore _jobs;
    private readonly IMapSearchQueue _queue = Substitute.For<IMapSearchQueue>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();
    private readonly IIdSource _ids = Substitute.For<IIdSource>();

    public SubmitMapSearchTests()
    {
        _jobs = new InMemoryMapSearchJobStore(_options, Make.Clock());
        _limiter.TryTakeAsync(default, "", CancellationToken.None).ReturnsForAnyArgs(new RateLimitVerdict(true, TimeSpan.Zero));
        _ids.Next().Returns(Make.SomeId, Guid.Empty);
    }

    [Fact]
    public async Task A_search_is_stored_and_then_queued()
    {
        var job = (await HandleAsync("  Ünï Cödé.Mapper-42 ")).Value;

        job.Mapper.ShouldBe("Ünï Cödé.Mapper-42");
        job.Period.ShouldBe(SearchPeriod.Week);
        (await _jobs.FindAsync(job.Key, CancellationToken.None)).ShouldBe(job);
        await _queue.Received(1).EnqueueAsync(job.Key, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Too_many_unfinished_searches_are_refused_and_not_queued()
    {
        await HandleAsync();

        (await HandleAsync()).Error!.Code.ShouldBe("map_search.too_many_unfinished");

        await _queue.ReceivedWithAnyArgs(1).EnqueueAsync(default, CancellationToken.None);
    }

    [Fact]
    public async Task Above_the_limit_nothing_is_stored()
    {
        _limiter.TryTakeAsync(RateLimit.MapSearch, Make.UserId.ToString(), Arg.Any<CancellationToken>()).Returns(new RateLimitVerdict(false, TimeSpan.FromSeconds(60)));

        (await HandleAsync()).Error!.RetryAfter.ShouldBe(TimeSpan.FromSeconds(60));

        (await _jobs.ListAsync(Make.UserId, 10, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_that_cannot_be_queued_does_not_stay_pending_for_ever()
    {
        _queue.EnqueueAsync(default, CancellationToken.None).ThrowsAsyncForAnyArgs(new TimeoutException());

        await Should.ThrowAsync<TimeoutException>(() => HandleAsync());

        (await _jobs.ListAsync(Make.UserId, 10, CancellationToken.None)).Single().State.ShouldBe(MapSearchState.Cancelled);
    }

    [Theory]
    [InlineData(null, "1d", "mapper")]
    [InlineData("  ", "1d", "mapper")]
    [InlineData("a\nb", "1d", "mapper")]
    [InlineData("\ud800", "1d", "mapper")]
    [InlineData("a", null, "period")]
    [InlineData("a", "2d", "period")]
    public void What_is_wrong_is_told_by_field(string? mapper, string? period, string field) =>
        new SubmitMapSearchValidator().Validate(new SubmitMapSearchCommand(Make.UserId, mapper, period)).Errors.Select(e => e.PropertyName).ShouldBe([field]);

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void A_name_has_its_longest_length(int length, bool valid) =>
        new SubmitMapSearchValidator().Validate(new SubmitMapSearchCommand(Make.UserId, $" {new string('x', length)} ", "1d")).IsValid.ShouldBe(valid);

    private Task<Result<MapSearchJob>> HandleAsync(string mapper = "Mapper") =>
        new SubmitMapSearchHandler(_jobs, _queue, _limiter, _ids, _options, Make.Clock()).Handle(new SubmitMapSearchCommand(Make.UserId, mapper, "1w"), CancellationToken.None);
}
