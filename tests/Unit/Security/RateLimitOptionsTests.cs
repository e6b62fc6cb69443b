using Backend.Application.Ports;
using Backend.Infrastructure.Security;
using Backend.Unit.Support;

namespace Backend.Unit.Security;

public sealed class RateLimitOptionsTests
{
    private readonly List<string> _errors = [];

    [Theory]
    [InlineData(RateLimit.Login, 5, 300)]
    [InlineData(RateLimit.LoginAccount, 20, 900)]
    [InlineData(RateLimit.LoginAccountAddress, 2, 900)]
    [InlineData(RateLimit.Register, 3, 300)]
    [InlineData(RateLimit.MapSearch, 10, 60)]
    public void The_defaults_are_those_that_were_promised(RateLimit limit, int calls, int seconds) =>
        Read()[limit].ShouldBe(new RateLimitRule(calls, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Every_limit_has_a_default_and_a_setting()
    {
        foreach (var limit in Enum.GetValues<RateLimit>())
        {
            Read()[limit].ShouldNotBeNull();
            Read(($"RateLimits:{limit}", "7/8"))[limit].ShouldBe(new RateLimitRule(7, TimeSpan.FromSeconds(8)));
        }

        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("off")]
    [InlineData("OFF")]
    public void A_limit_can_be_switched_off_without_touching_the_others(string off)
    {
        var options = Read(("RateLimits:Login", off));

        options[RateLimit.Login].ShouldBeNull();
        options[RateLimit.Register].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("1/1")]
    [InlineData("100000/86400")]
    public void The_bounds_are_inside(string text)
    {
        Read(("RateLimits:Login", text))[RateLimit.Login].ShouldNotBeNull();
        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("5")]
    [InlineData("5/")]
    [InlineData("/300")]
    [InlineData("5/300/1")]
    [InlineData("0/300")]
    [InlineData("5/0")]
    [InlineData("-5/300")]
    [InlineData("5/-300")]
    [InlineData("5 / 300")]
    [InlineData("5.0/300")]
    [InlineData("100001/300")]
    [InlineData("5/86401")]
    [InlineData("99999999999/300")]
    [InlineData("five/300")]
    [InlineData("unlimited")]
    public void A_bad_value_is_told_with_its_key_and_what_is_valid(string text)
    {
        Read(("RateLimits:Login", text));

        _errors.ShouldBe([$"RateLimits:Login is '{text}', but must be calls/seconds, such as 5/300, or off."]);
    }

    [Fact]
    public void Every_bad_value_is_told()
    {
        Read([.. Enum.GetValues<RateLimit>().Select(l => ($"RateLimits:{l}", (string?)"bad"))]);

        _errors.Count.ShouldBe(Enum.GetValues<RateLimit>().Length);
    }

    private RateLimitOptions Read(params (string Key, string? Value)[] settings) => RateLimitOptions.Read(Make.Configuration(settings), _errors);
}
