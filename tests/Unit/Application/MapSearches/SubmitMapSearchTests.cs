using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Unit.Support;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace Backend.Unit.Application.MapSearches;

public sealed class SubmitMapSearchTests
{
    private readonly IMapSearchJobStore _jobs = Substitute.For<IMapSearchJobStore>();
    private readonly IMapSearchQueue _queue = Substitute.For<IMapSearchQueue>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();
    private readonly IUserStore _users = Substitute.For<IUserStore>();
    private readonly IIdSource _ids = Substitute.For<IIdSource>();
    private readonly FakeTimeProvider _clock = Make.Clock();

    public SubmitMapSearchTests()
    {
        _ids.Next().Returns(Make.SomeId);
        _limiter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(new RateLimitVerdict(IsAllowed: true, TimeSpan.Zero));
        _jobs.TryAddAsync(null!, 0, default).ReturnsForAnyArgs(true);
        _users.FindAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns(Make.User());
    }

    [Fact]
    public async Task A_search_of_a_user_who_was_removed_meanwhile_is_removed_as_well()
    {
        _users.FindAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns((User?)null);

        (await Send()).Error.ShouldBe(SessionErrors.Ended);

        await _jobs.Received(1).RemoveAllAsync(Make.UserId, CancellationToken.None);
        _queue.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_is_stored_pending_and_then_queued()
    {
        _clock.Advance(TimeSpan.FromTicks(12_345));

        var job = (await Send("  Ünï Cödé.Mapper-42 ", "1w")).Value;

        job.Mapper.ShouldBe("Ünï Cödé.Mapper-42");
        job.Period.ShouldBe(SearchPeriod.Week);
        job.Key.ShouldBe(new MapSearchKey(Make.UserId, new MapSearchId(Make.SomeId)));
        job.CreatedAt.ShouldBe(Make.Start.AddMilliseconds(1));
        job.State.ShouldBe(MapSearchState.Pending);
        Received.InOrder(() =>
        {
            _ = _limiter.TryTakeAsync(RateLimit.MapSearch, "7", Arg.Any<CancellationToken>());
            _ = _jobs.TryAddAsync(job, 5, Arg.Any<CancellationToken>());
            _ = _queue.EnqueueAsync(job.Key, Arg.Any<CancellationToken>());
        });
        await _jobs.DidNotReceiveWithAnyArgs().CancelAsync(default, default);
    }

    [Fact]
    public async Task Above_the_limit_nothing_is_stored()
    {
        _limiter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(new RateLimitVerdict(IsAllowed: false, TimeSpan.FromSeconds(12)));

        (await Send()).Error!.ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(ErrorKind.TooManyRequests), e => e.RetryAfter.ShouldBe(TimeSpan.FromSeconds(12)));
        _jobs.ReceivedCalls().ShouldBeEmpty();
        _queue.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task With_too_many_unfinished_searches_nothing_is_queued()
    {
        _jobs.TryAddAsync(null!, 0, default).ReturnsForAnyArgs(false);

        var error = (await Send(options: new MapSearchOptions { MaxUnfinishedPerUser = 2 })).Error!;

        error.Code.ShouldBe("map_search.too_many_unfinished");
        error.Kind.ShouldBe(ErrorKind.TooManyRequests);
        error.RetryAfter.ShouldNotBeNull();
        error.Message.ShouldContain("2 unfinished");
        _queue.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_that_cannot_be_queued_is_cancelled_and_the_trouble_is_passed_on()
    {
        _queue.EnqueueAsync(default, default).ThrowsAsyncForAnyArgs(new TimeoutException("no queue"));

        (await Should.ThrowAsync<TimeoutException>(() => Send())).Message.ShouldBe("no queue");
        await _jobs.Received(1).CancelAsync(new MapSearchKey(Make.UserId, new MapSearchId(Make.SomeId)), CancellationToken.None);
    }

    [Fact]
    public async Task A_caller_who_goes_away_after_storing_leaves_no_search_without_a_ticket()
    {
        using var caller = new CancellationTokenSource();
        _jobs.TryAddAsync(null!, 0, default).ReturnsForAnyArgs(_ =>
        {
            caller.Cancel();
            return true;
        });

        await Send(cancellationToken: caller.Token);

        await _queue.Received(1).EnqueueAsync(Arg.Any<MapSearchKey>(), CancellationToken.None);
    }

    [Fact]
    public async Task A_period_that_no_validator_saw_is_a_bug_and_touches_nothing()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => Send(period: "1y"));

        _limiter.ReceivedCalls().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Demo Mapper", "1d")]
    [InlineData("  O'Reilly -- <b>;select  ", "1w")]
    [InlineData("Ünï Cödé.Mapper-42", "1m")]
    [InlineData("somebody@example.com", "1m")]
    public void Any_name_and_every_period_is_valid(string mapper, string period) => Validate(mapper, period).ShouldBeEmpty();

    [Theory]
    [InlineData(null, "Please give the mapper's name on Trackmania Exchange.")]
    [InlineData("", "Please give the mapper's name on Trackmania Exchange.")]
    [InlineData(" \u00A0 ", "Please give the mapper's name on Trackmania Exchange.")]
    [InlineData("nul\0", "The mapper's name holds characters that no name has.")]
    [InlineData("new\nline", "The mapper's name holds characters that no name has.")]
    public void A_bad_name_is_told_its_one_reason(string? mapper, string message) => Validate(mapper, "1d").ShouldBe([("mapper", message)]);

    [Fact]
    public void Half_a_surrogate_pair_is_no_name() => Validate("\uD83C", "1d").Count.ShouldBe(1);

    [Fact]
    public void The_length_is_counted_without_outer_white_space()
    {
        Validate($"   {new string('x', 100)}   ", "1d").ShouldBeEmpty();
        Validate(new string('x', 101), "1d").ShouldBe([("mapper", "The mapper's name must have at most 100 characters.")]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1y")]
    [InlineData("1D")]
    public void An_unknown_period_is_told_the_known_ones(string? period) => Validate("Demo", period).ShouldBe([("period", "The period must be one of 1d, 1w, 1m.")]);

    [Fact]
    public void Everything_wrong_is_told_at_once() => Validate(null, null).Select(e => e.Field).ShouldBe(["mapper", "period"]);

    private static List<(string Field, string Message)> Validate(string? mapper, string? period) =>
        [.. new SubmitMapSearchValidator().Validate(new SubmitMapSearchCommand(Make.UserId, mapper, period)).Errors.Select(e => (e.PropertyName, e.ErrorMessage))];

    private Task<Result<MapSearchJob>> Send(string mapper = "Demo", string period = "1d", MapSearchOptions? options = null, CancellationToken cancellationToken = default) =>
        new SubmitMapSearchHandler(_jobs, _queue, _users, _limiter, _ids, options ?? new MapSearchOptions(), _clock)
            .Handle(new SubmitMapSearchCommand(Make.UserId, mapper, period), cancellationToken);
}
