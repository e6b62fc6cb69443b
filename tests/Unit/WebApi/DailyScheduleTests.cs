using Backend.Unit.Support;
using Backend.WebApi.Http;
using Backend.WebApi.Workers;

namespace Backend.Unit.WebApi;

public sealed class DailyScheduleTests
{
    private readonly List<string> _errors = [];

    [Fact]
    public void It_is_off_in_development_and_at_four_in_the_morning_elsewhere_unless_said()
    {
        Read(isDevelopment: true).ShouldBeNull();
        Read(isDevelopment: false).ShouldNotBeNull().NextAfter(Make.Start).ShouldBe(new DateTimeOffset(2026, 3, 2, 4, 0, 0, TimeSpan.Zero));
        Read(isDevelopment: false, ("Daily:Schedule", " OFF ")).ShouldBeNull();
        Read(isDevelopment: true, ("Daily:Schedule", "30 5 * * *")).ShouldNotBeNull().NextAfter(Make.Start).ShouldBe(new DateTimeOffset(2026, 3, 2, 5, 30, 0, TimeSpan.Zero));
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void A_time_zone_moves_it_also_over_a_change_of_clocks()
    {
        var schedule = Read(isDevelopment: false, ("Daily:TimeZone", "Europe/Berlin")).ShouldNotBeNull();

        schedule.NextAfter(new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.Zero)).ShouldBe(new DateTimeOffset(2026, 3, 29, 2, 0, 0, TimeSpan.Zero));
        schedule.NextAfter(new DateTimeOffset(2026, 3, 27, 12, 0, 0, TimeSpan.Zero)).ShouldBe(new DateTimeOffset(2026, 3, 28, 3, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void What_was_missed_is_the_last_moment_that_passed()
    {
        var schedule = Read(isDevelopment: false).ShouldNotBeNull();

        schedule.LastBetween(Make.Start.AddDays(-3), Make.Start).ShouldBe(new DateTimeOffset(2026, 3, 1, 4, 0, 0, TimeSpan.Zero));
        schedule.LastBetween(new DateTimeOffset(2026, 3, 1, 4, 0, 0, TimeSpan.Zero), Make.Start).ShouldBeNull();
        schedule.LastBetween(Make.Start, Make.Start.AddDays(-3)).ShouldBeNull();
    }

    [Theory]
    [InlineData("Daily:Schedule", "every day", "Daily:Schedule is 'every day', but must be a cron expression of five fields, such as '0 4 * * *', or off.")]
    [InlineData("Daily:TimeZone", "Berlin", "Daily:TimeZone is 'Berlin', but must be the IANA name of a time zone, such as Europe/Berlin.")]
    public void What_cannot_be_followed_is_named(string key, string value, string expected)
    {
        Read(isDevelopment: false, (key, value));

        _errors.ShouldBe([expected]);
    }

    private DailySchedule? Read(bool isDevelopment, params (string Key, string? Value)[] settings) => DailySchedule.Read(Make.Configuration(settings), isDevelopment, _errors);
}

public sealed class CronSecretTests
{
    private const string Secret = "0123456789abcdef";

    [Theory]
    [InlineData("Bearer " + Secret, true)]
    [InlineData("bearer  " + Secret + " ", true)]
    [InlineData(Secret, false)]
    [InlineData("Basic " + Secret, false)]
    [InlineData("Bearer", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Bearer " + Secret + "0", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_the_whole_secret_as_a_bearer_token_proves_it(string? authorization, bool expected) =>
        CronSecret.Read(Make.Configuration((CronSecret.Setting, Secret)), []).IsProvenBy(authorization).ShouldBe(expected);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_secret_nobody_can(string? secret)
    {
        var none = CronSecret.Read(Make.Configuration((CronSecret.Setting, secret)), []);

        none.IsProvenBy("Bearer ").ShouldBeFalse();
        none.IsProvenBy("Bearer x").ShouldBeFalse();
        none.IsProvenBy(null).ShouldBeFalse();
    }

    [Fact]
    public void A_secret_that_is_easy_to_guess_is_refused_without_being_shown()
    {
        var errors = new List<string>();
        CronSecret.Read(Make.Configuration((CronSecret.Setting, "short")), errors);

        errors.ShouldBe(["CRON_SECRET is too short: it needs at least 16 characters."]);
    }
}
