using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Accounts;

public sealed class SearchTmxUsersTests
{
    private static readonly TmxUser[] s_found = [new(new TmxUserId(40_001), "Demo Mapper"), new(new TmxUserId(40_002), "Demo")];

    private readonly ITmxUserDirectory _users = Substitute.For<ITmxUserDirectory>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();

    public SearchTmxUsersTests()
    {
        _limiter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(new RateLimitVerdict(IsAllowed: true, TimeSpan.Zero));
        _users.SearchAsync("", default).ReturnsForAnyArgs(new TmxUserPage(s_found, HasMore: false));
    }

    [Theory]
    [InlineData("  Demo Mapper ", "Demo Mapper")]
    [InlineData("O'Reilly -- <b>;select", "O'Reilly -- <b>;select")]
    [InlineData("Ünï Cödé.Mapper-42 🏁 100% & more #1", "Ünï Cödé.Mapper-42 🏁 100% & more #1")]
    public async Task The_site_is_asked_for_the_name_exactly_as_typed_but_for_outer_white_space(string typed, string asked)
    {
        (await Send(typed)).Value.ShouldBe(s_found);

        await _users.Received(1).SearchAsync(asked, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task More_than_one_page_is_told_and_not_cut_off()
    {
        _users.SearchAsync("", default).ReturnsForAnyArgs(new TmxUserPage(s_found, HasMore: true));

        (await Send()).Error.ShouldBe(AccountErrors.TooManyTmxUsers);
        AccountErrors.TooManyTmxUsers.Kind.ShouldBe(ErrorKind.Validation);
    }

    [Fact]
    public async Task Trouble_of_the_site_is_passed_on()
    {
        _users.SearchAsync("", default).ReturnsForAnyArgs(Make.Failed<TmxUserPage>(Make.Trouble()));

        (await Send()).Error.ShouldBe(Make.Trouble());
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public async Task Above_the_limit_of_the_clients_network_the_site_is_not_asked(string address, string key)
    {
        _limiter.TryTakeAsync(RateLimit.UserSearch, key, Arg.Any<CancellationToken>()).Returns(new RateLimitVerdict(IsAllowed: false, TimeSpan.FromSeconds(12)));

        (await Send(address: address)).Error!.ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(ErrorKind.TooManyRequests), e => e.RetryAfter.ShouldBe(TimeSpan.FromSeconds(12)));
        _users.ReceivedCalls().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, "Please give a name on Trackmania Exchange, or a part of it.")]
    [InlineData("", "Please give a name on Trackmania Exchange, or a part of it.")]
    [InlineData(" \u00A0\t ", "Please give a name on Trackmania Exchange, or a part of it.")]
    [InlineData("nul\0", "The name holds characters that no name has.")]
    [InlineData("new\nline", "The name holds characters that no name has.")]
    public void A_bad_name_is_told_its_one_reason(string? name, string message) => Validate(name).ShouldBe([("username", message)]);

    [Fact]
    public void The_length_is_counted_without_outer_white_space()
    {
        Validate($"   {new string('x', 100)}   ").ShouldBeEmpty();
        Validate(new string('x', 101)).ShouldBe([("username", "The name must have at most 100 characters.")]);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("O'Reilly -- <b>;select")]
    [InlineData("Ünï Cödé.Mapper-42 🏁")]
    public void Any_other_name_is_valid(string name) => Validate(name).ShouldBeEmpty();

    private static List<(string Field, string Message)> Validate(string? name) =>
        [.. new SearchTmxUsersValidator().Validate(new SearchTmxUsersQuery(name, "192.0.2.1")).Errors.Select(e => (e.PropertyName, e.ErrorMessage))];

    private Task<Result<IReadOnlyList<TmxUser>>> Send(string name = "Demo", string address = "192.0.2.1") =>
        new SearchTmxUsersHandler(_users, _limiter).Handle(new SearchTmxUsersQuery(name, address), CancellationToken.None);
}
