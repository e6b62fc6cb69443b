using Backend.Infrastructure.Selection;
using CsCheck;

namespace Backend.Unit.Selection;

public sealed class SettingTests
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromDays(400);

    private readonly List<string> _errors = [];

    [Fact]
    public void A_number_within_its_bounds_is_taken() =>
        Gen.Int[-5, 99].Sample(number =>
        {
            List<string> errors = [];
            Setting.Read(Settings.Of(("A:B", $"{number}")), "A:B", 7, -5, 99, errors).ShouldBe(number);
            errors.ShouldBeEmpty();
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_value_the_default_stands(string? text)
    {
        Setting.Read(Settings.Of(("A:B", text)), "A:B", 7, -5, 99, _errors).ShouldBe(7);
        Setting.Read(Settings.Of(("A:B", text)), "A:B", TimeSpan.FromHours(3), Least, Most, _errors).ShouldBe(TimeSpan.FromHours(3));
        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("-6")]
    [InlineData("100")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999")]
    [InlineData("5.0")]
    [InlineData("5,0")]
    [InlineData("1e1")]
    [InlineData("0x10")]
    [InlineData("five")]
    [InlineData(" ")]
    [InlineData(" 5")]
    [InlineData("5 ")]
    [InlineData("٥")]
    public void Any_other_number_is_an_error_that_names_key_value_and_bounds(string text)
    {
        Setting.Read(Settings.Of(("A:B", text)), "A:B", 7, -5, 99, _errors).ShouldBe(7);
        _errors.ShouldHaveSingleItem().ShouldBe($"A:B is '{text}', but must be a whole number from -5 to 99.");
    }

    [Theory]
    [InlineData("00:00:01", 1)]
    [InlineData("00:05:00", 300)]
    [InlineData("1.00:00:00", 86_400)]
    [InlineData("400.00:00:00", 34_560_000)]
    [InlineData("00:00:01.5", 1.5)]
    public void A_duration_within_its_bounds_is_taken(string text, double seconds)
    {
        Setting.Read(Settings.Of(("A:B", text)), "A:B", TimeSpan.FromHours(3), Least, Most, _errors).ShouldBe(TimeSpan.FromSeconds(seconds));
        _errors.ShouldBeEmpty();
    }

    /// <summary>A bare number is days to the framework and seconds to whoever writes it, so it is neither here.</summary>
    [Theory]
    [InlineData("7")]
    [InlineData("300")]
    [InlineData("00:00:00.999")]
    [InlineData("400.00:00:01")]
    [InlineData("-00:00:05")]
    [InlineData("25:00:00")]
    [InlineData("00:61:00")]
    [InlineData("5s")]
    [InlineData("PT5S")]
    [InlineData(" ")]
    public void Any_other_duration_is_an_error_that_names_key_value_and_bounds(string text)
    {
        Setting.Read(Settings.Of(("A:B", text)), "A:B", TimeSpan.FromHours(3), Least, Most, _errors).ShouldBe(TimeSpan.FromHours(3));
        _errors.ShouldHaveSingleItem().ShouldBe($"A:B is '{text}', but must be a duration from 00:00:01 to 400.00:00:00, written as [days.]hours:minutes:seconds.");
    }
}
