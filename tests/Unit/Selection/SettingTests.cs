using Backend.Infrastructure.Selection;
using Backend.Unit.Support;

namespace Backend.Unit.Selection;

public sealed class SettingTests
{
    private readonly List<string> _errors = [];

    [Theory]
    [InlineData(null, 5)]
    [InlineData("", 5)]
    [InlineData("1", 1)]
    [InlineData("10", 10)]
    [InlineData("007", 7)]
    public void A_number_within_its_bounds_is_taken_and_a_missing_one_is_standard(string? text, int expected)
    {
        Setting.Read(Make.Configuration(("A:Number", text)), "A:Number", 5, 1, 10, _errors).ShouldBe(expected);
        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("11")]
    [InlineData("-3")]
    [InlineData("1.5")]
    [InlineData("1,000")]
    [InlineData(" 3")]
    [InlineData("three")]
    [InlineData("99999999999999999999")]
    public void A_bad_number_is_told_with_key_value_and_bounds(string text)
    {
        Setting.Read(Make.Configuration(("A:Number", text)), "A:Number", 5, 1, 10, _errors).ShouldBe(5);
        _errors.ShouldBe([$"A:Number is '{text}', but must be a whole number from 1 to 10."]);
    }

    [Fact]
    public void A_negative_number_is_fine_where_it_is_valid() =>
        Setting.Read(Make.Configuration(("A:Number", "-3")), "A:Number", 5, -10, 10, _errors).ShouldBe(-3);

    [Theory]
    [InlineData(null, 5)]
    [InlineData("", 5)]
    [InlineData("00:00:01", 1)]
    [InlineData("00:01:00", 60)]
    [InlineData("00:00:02.5", 2.5)]
    public void A_duration_within_its_bounds_is_taken_and_a_missing_one_is_standard(string? text, double seconds)
    {
        ReadDuration(text).ShouldBe(TimeSpan.FromSeconds(seconds));
        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("00:00:00.999")]
    [InlineData("00:01:01")]
    [InlineData("-00:00:05")]
    [InlineData("30")]
    [InlineData("5s")]
    [InlineData("1:00")]
    [InlineData("soon")]
    public void A_bad_duration_is_told_with_key_value_bounds_and_form(string text)
    {
        ReadDuration(text).ShouldBe(TimeSpan.FromSeconds(5));
        _errors.ShouldBe([$"A:Duration is '{text}', but must be a duration from 00:00:01 to 00:01:00, written as [days.]hours:minutes:seconds."]);
    }

    private TimeSpan ReadDuration(string? text) =>
        Setting.Read(Make.Configuration(("A:Duration", text)), "A:Duration", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), _errors);
}
