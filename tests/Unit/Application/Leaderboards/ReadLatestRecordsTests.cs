using Backend.Application.Leaderboards;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace Backend.Unit.Application.Leaderboards;

public sealed class ReadLatestRecordsTests
{
    private static readonly MapUid Uid = Make.Uid(1);

    private readonly ILeaderboardSource _source = Substitute.For<ILeaderboardSource>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();
    private readonly FakeTimeProvider _clock = Make.Clock();
    private readonly LeaderboardReader _reader;

    public ReadLatestRecordsTests()
    {
        _limiter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(new RateLimitVerdict(IsAllowed: true, TimeSpan.Zero));
        _reader = new LeaderboardReader(_source, new InMemoryLeaderboardCache(_clock));
        Upstream();
    }

    [Theory]
    [InlineData("1d", 1)]
    [InlineData("1w", 7)]
    [InlineData("1m", 30)]
    public async Task Only_records_of_the_period_are_told_in_the_order_of_the_board(string period, int days)
    {
        var cutoff = Make.Start.AddDays(-days);
        Upstream(Make.Entry(1, cutoff, 1), Make.Entry(2, cutoff.AddSeconds(-1), 2), Make.Entry(3, drivenAt: null, 3), Make.Entry(4, Make.Start, 4));

        // As precise as a search's own beginning, from which its window is counted.
        _clock.Advance(TimeSpan.FromTicks(9_999));
        var records = (await Send(period: period)).Value;

        records.MapUid.ShouldBe(Uid);
        records.Entries.Select(e => e.Position).ShouldBe([1, 4]);
    }

    [Fact]
    public async Task A_board_is_read_once_in_five_minutes_for_whatever_period()
    {
        await Send(period: "1d");
        _clock.Advance(TimeSpan.FromMinutes(5));
        await Send(period: "1m");
        await _source.ReceivedWithAnyArgs(1).ReadAsync(default, default);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await Send(period: "1w");
        await _source.ReceivedWithAnyArgs(2).ReadAsync(default, default);
    }

    [Fact]
    public async Task Trouble_upstream_is_passed_on()
    {
        _source.ReadAsync(default, default).ReturnsForAnyArgs(Make.Failed<Leaderboard>(Make.Trouble()));

        (await Send()).Error.ShouldBe(Make.Trouble());
    }

    [Fact]
    public async Task Above_the_users_limit_nothing_is_read()
    {
        _limiter.TryTakeAsync(RateLimit.LatestRecords, "7", Arg.Any<CancellationToken>()).Returns(new RateLimitVerdict(IsAllowed: false, TimeSpan.FromSeconds(12)));

        (await Send()).Error!.ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(ErrorKind.TooManyRequests), e => e.RetryAfter.ShouldBe(TimeSpan.FromSeconds(12)));
        _source.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_no_validator_saw_is_a_bug_and_touches_nothing()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => Send(uid: "../.."));
        await Should.ThrowAsync<InvalidOperationException>(() => Send(period: "1y"));

        _limiter.ReceivedCalls().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("uid_0001", "1d")]
    [InlineData("a-b_C", "1m")]
    public void A_uid_and_a_period_are_valid(string uid, string period) => Validate(uid, period).ShouldBeEmpty();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" uid_0001")]
    [InlineData("../../etc")]
    [InlineData("uid?x=1")]
    [InlineData("üid")]
    public void What_is_no_uid_is_refused(string? uid) => Validate(uid, "1d").ShouldBe(["mapUid"]);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2d")]
    [InlineData("1D")]
    public void What_is_no_period_is_refused(string? period) => Validate("uid_0001", period).ShouldBe(["period"]);

    [Fact]
    public void Everything_wrong_is_told_at_once() => Validate(null, null).ShouldBe(["mapUid", "period"]);

    private static List<string> Validate(string? uid, string? period) =>
        [.. new ReadLatestRecordsValidator().Validate(new ReadLatestRecordsQuery(Make.UserId, uid, period)).Errors.Select(e => e.PropertyName)];

    private void Upstream(params LeaderboardEntry[] entries) =>
        _source.ReadAsync(default, default).ReturnsForAnyArgs(_ => Make.Success(Make.Board(Uid, _clock.GetUtcNow().ToWholeMilliseconds(), entries)));

    private Task<Result<LatestRecords>> Send(string uid = "uid_0001", string period = "1d") =>
        new ReadLatestRecordsHandler(_reader, _limiter, new MapSearchOptions(), _clock).Handle(new ReadLatestRecordsQuery(Make.UserId, uid, period), CancellationToken.None);
}
