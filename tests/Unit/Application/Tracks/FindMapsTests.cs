using Backend.Application.Ports;
using Backend.Application.Tracks;
using Backend.Domain.Common;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Tracks;

public sealed class FindMapsTests
{
    private static readonly FoundMaps s_found = new(
        [new FoundMap(7, Make.Uid(7), "Map", ["Mapper"], new Medals(1, 2, 3, 4), Make.Start, 5)], HasMore: true);

    private readonly IMapDirectory _maps = Substitute.For<IMapDirectory>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();

    public FindMapsTests()
    {
        _limiter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(new RateLimitVerdict(IsAllowed: true, TimeSpan.Zero));
        _maps.SearchAsync(null!, 0, default).ReturnsForAnyArgs(s_found);
    }

    [Fact]
    public async Task Words_of_a_name_are_looked_for_as_typed_but_for_outer_white_space()
    {
        (await Send("  O'Reilly -- <b>;select ", "name", 3)).Value.ShouldBe(s_found);

        await _maps.Received(1).SearchAsync(MapFilter.ByName("O'Reilly -- <b>;select"), 3, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task A_uid_is_looked_for_as_a_whole()
    {
        (await Send($" {Make.Uid(7)} ", "uid")).Value.ShouldBe(s_found);

        await _maps.Received(1).SearchAsync(MapFilter.ByUid(Make.Uid(7)), 1, Arg.Any<CancellationToken>());
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("two words")]
    [InlineData("nul\0")]
    public async Task What_cannot_be_a_uid_is_that_of_no_map_and_nobody_is_asked(string text)
    {
        Validate(text, "uid", 1).ShouldBeEmpty();

        (await Send(text, "uid")).Value.ShouldSatisfyAllConditions(f => f.Maps.ShouldBeEmpty(), f => f.HasMore.ShouldBeFalse());
        _maps.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task Above_the_users_limit_the_site_is_not_asked()
    {
        _limiter.TryTakeAsync(RateLimit.DriverMapSearch, "7", Arg.Any<CancellationToken>()).Returns(new RateLimitVerdict(IsAllowed: false, TimeSpan.FromSeconds(12)));

        (await Send("canyon", "name")).Error!.ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(ErrorKind.TooManyRequests), e => e.RetryAfter.ShouldBe(TimeSpan.FromSeconds(12)));
        _maps.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task Trouble_of_the_site_is_passed_on()
    {
        _maps.SearchAsync(null!, 0, default).ReturnsForAnyArgs(Make.Failed<FoundMaps>(Make.Trouble()));

        (await Send("canyon", "name")).Error.ShouldBe(Make.Trouble());
        (await Send("canyon", "uid")).Error.ShouldBe(Make.Trouble());
    }

    [Theory]
    [InlineData("abc", "name", 1)]
    [InlineData("  O'Reilly -- <b>;select  ", "name", 50)]
    [InlineData("🏁🏁", "uid", 50)]
    public void Anything_of_three_characters_is_valid(string text, string type, int page) => Validate(text, type, page).ShouldBeEmpty();

    [Theory]
    [InlineData(null, "name", 1, "query", "Please say what to look for.")]
    [InlineData("  ", "uid", 1, "query", "Please say what to look for.")]
    [InlineData(" ab ", "name", 1, "query", "Please give at least 3 characters.")]
    [InlineData("ab", "uid", 1, "query", "Please give at least 3 characters.")]
    [InlineData("nul\0", "name", 1, "query", "This holds characters that no name has.")]
    [InlineData("abc", null, 1, "type", "The type must be name or uid.")]
    [InlineData("abc", "", 1, "type", "The type must be name or uid.")]
    [InlineData("abc", "Name", 1, "type", "The type must be name or uid.")]
    [InlineData("abc", "author", 1, "type", "The type must be name or uid.")]
    [InlineData("abc", "name", 0, "page", "The page must be a number from 1 to 50.")]
    [InlineData("abc", "name", -1, "page", "The page must be a number from 1 to 50.")]
    [InlineData("abc", "name", 51, "page", "The page must be a number from 1 to 50.")]
    public void Bad_input_is_told_its_one_reason(string? text, string? type, int page, string field, string message) => Validate(text, type, page).ShouldBe([(field, message)]);

    [Fact]
    public void The_length_is_counted_without_outer_white_space()
    {
        Validate($"   {new string('x', 100)}   ", "name", 1).ShouldBeEmpty();
        Validate(new string('x', 101), "uid", 1).ShouldBe([("query", "Please give at most 100 characters.")]);
    }

    [Fact]
    public void Everything_wrong_is_told_at_once() => Validate(null, null, 0).Select(e => e.Field).ShouldBe(["query", "type", "page"]);

    private static List<(string Field, string Message)> Validate(string? text, string? type, int page) =>
        [.. new FindMapsValidator().Validate(new FindMapsQuery(Make.UserId, text, type, page)).Errors.Select(e => (e.PropertyName, e.ErrorMessage))];

    private Task<Result<FoundMaps>> Send(string text, string type, int page = 1) =>
        new FindMapsHandler(_maps, _limiter).Handle(new FindMapsQuery(Make.UserId, text, type, page), CancellationToken.None);
}
