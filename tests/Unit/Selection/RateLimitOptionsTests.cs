using Backend.Application.Ports;
using Backend.Infrastructure.Security;

namespace Backend.Unit.Selection;

public sealed class RateLimitOptionsTests
{
    private readonly List<string> _errors = [];

    [Fact]
    public void Every_limit_has_a_default()
    {
        var options = RateLimitOptions.Read(Settings.Of(), _errors);

        _errors.ShouldBeEmpty();
        options[RateLimit.Login].ShouldBe(new RateLimitRule(5, TimeSpan.FromSeconds(300)));
        options[RateLimit.LoginAccount].ShouldBe(new RateLimitRule(20, TimeSpan.FromSeconds(900)));
        options[RateLimit.LoginAccountAddress].ShouldBe(new RateLimitRule(2, TimeSpan.FromSeconds(900)));
        options[RateLimit.Register].ShouldBe(new RateLimitRule(3, TimeSpan.FromSeconds(300)));
        options[RateLimit.MapSearch].ShouldBe(new RateLimitRule(10, TimeSpan.FromSeconds(60)));
        options[RateLimit.UserSearch].ShouldBe(new RateLimitRule(20, TimeSpan.FromSeconds(60)));
        options[RateLimit.DriverMapSearch].ShouldBe(new RateLimitRule(5, TimeSpan.FromSeconds(60)));
        options[RateLimit.CreateAlert].ShouldBe(new RateLimitRule(10, TimeSpan.FromSeconds(300)));
        options[RateLimit.CreateDriverNotification].ShouldBe(new RateLimitRule(5, TimeSpan.FromSeconds(300)));
        options[RateLimit.Feedback].ShouldBe(new RateLimitRule(5, TimeSpan.FromSeconds(300)));
        options[RateLimit.AccountNames].ShouldBe(new RateLimitRule(20, TimeSpan.FromSeconds(60)));
        options[RateLimit.LatestRecords].ShouldBe(new RateLimitRule(60, TimeSpan.FromSeconds(60)));
        options[RateLimit.LinkName].ShouldBe(new RateLimitRule(10, TimeSpan.FromSeconds(300)));
        options[RateLimit.ConfirmPassword].ShouldBe(new RateLimitRule(5, TimeSpan.FromSeconds(900)));
        options[RateLimit.MailPages].ShouldBe(new RateLimitRule(30, TimeSpan.FromSeconds(60)));
        options[RateLimit.PasswordReset].ShouldBe(new RateLimitRule(5, TimeSpan.FromSeconds(900)));
        options[RateLimit.PasswordResetAccount].ShouldBe(new RateLimitRule(10, TimeSpan.FromSeconds(3600)));
        options[RateLimit.PasswordResetAccountAddress].ShouldBe(new RateLimitRule(3, TimeSpan.FromSeconds(3600)));
        options[RateLimit.ConfirmPasswordReset].ShouldBe(new RateLimitRule(10, TimeSpan.FromSeconds(900)));
        Enum.GetValues<RateLimit>().Length.ShouldBe(19, "a new limit needs its line here");
    }

    [Theory]
    [InlineData("1/1", 1, 1)]
    [InlineData("5/300", 5, 300)]
    [InlineData("100000/86400", 100_000, 86_400)]
    public void Each_limit_can_be_set(string text, int calls, int seconds)
    {
        foreach (var limit in Enum.GetValues<RateLimit>())
        {
            var options = RateLimitOptions.Read(Settings.Of(($"RateLimits:{limit}", text)), _errors);
            options[limit].ShouldBe(new RateLimitRule(calls, TimeSpan.FromSeconds(seconds)));
            Enum.GetValues<RateLimit>().Count(other => options[other] == RateLimitOptions.Read(Settings.Of(), _errors)[other]).ShouldBeGreaterThanOrEqualTo(Enum.GetValues<RateLimit>().Length - 1);
        }

        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("off")]
    [InlineData("OFF")]
    public void A_limit_can_be_switched_off(string text)
    {
        RateLimitOptions.Read(Settings.Of(("RateLimits:Login", text)), _errors)[RateLimit.Login].ShouldBeNull();
        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0/300")]
    [InlineData("5/0")]
    [InlineData("-5/300")]
    [InlineData("5/-300")]
    [InlineData("+5/300")]
    [InlineData("100001/300")]
    [InlineData("5/86401")]
    [InlineData("5")]
    [InlineData("5/")]
    [InlineData("/300")]
    [InlineData("5/300/1")]
    [InlineData("5 / 300")]
    [InlineData("5/300 ")]
    [InlineData("5/5m")]
    [InlineData("99999999999/1")]
    [InlineData("on")]
    [InlineData("none")]
    public void Anything_else_is_an_error_that_names_key_value_and_what_is_valid(string text)
    {
        RateLimitOptions.Read(Settings.Of(("RateLimits:Register", text)), _errors);

        var error = _errors.ShouldHaveSingleItem();
        error.ShouldStartWith($"RateLimits:Register is '{text}', but must be ");
        foreach (var valid in new[] { "calls/seconds", "5/300", "1 to 100000", "1 to 86400", "off" })
        {
            error.ShouldContain(valid);
        }
    }

    [Fact]
    public void All_bad_limits_are_reported_together()
    {
        RateLimitOptions.Read(Settings.Of([.. Enum.GetValues<RateLimit>().Select(limit => ($"RateLimits:{limit}", (string?)"often"))]), _errors);

        _errors.Count.ShouldBe(Enum.GetValues<RateLimit>().Length);
        _errors.Select(e => e.Split(' ')[0]).ShouldBe(Enum.GetValues<RateLimit>().Select(limit => $"RateLimits:{limit}"));
    }
}
