using Backend.Domain.MapSearches;

namespace Backend.Unit.Domain;

public sealed class SearchPeriodTests
{
    [Theory]
    [InlineData("1d", 24)]
    [InlineData("1w", 168)]
    [InlineData("1m", 720)]
    public void The_periods_are_rolling_windows(string name, int hours)
    {
        SearchPeriod.TryParse(name, out var period).ShouldBeTrue();

        period!.Length.ShouldBe(TimeSpan.FromHours(hours));
        period.Name.ShouldBe(name);
        period.ToString().ShouldBe(name);
        Support.Make.Job(period: period).Cutoff.ShouldBe(Support.Make.Start.AddHours(-hours));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1D")]
    [InlineData("1d ")]
    [InlineData("2d")]
    [InlineData("1y")]
    [InlineData("24h")]
    [InlineData("1d,1w")]
    public void Other_periods_are_unknown(string? text)
    {
        SearchPeriod.TryParse(text, out var period).ShouldBeFalse();

        period.ShouldBeNull();
    }

    [Fact]
    public void All_periods_are_listed_once_shortest_first()
    {
        SearchPeriod.All.Select(p => p.Name).ShouldBe(["1d", "1w", "1m"]);
        SearchPeriod.All.Select(p => p.Length).ShouldBeInOrder();
    }
}
