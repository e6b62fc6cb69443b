using Backend.Application.MapSearches;
using Backend.Infrastructure.Selection;
using Backend.Unit.Support;

namespace Backend.Unit.Selection;

public sealed class MapSearchConfigurationTests
{
    private readonly List<string> _errors = [];

    [Fact]
    public void Without_settings_the_defaults_are_those_that_were_promised()
    {
        var options = Read();

        options.ShouldBeEquivalentTo(new MapSearchOptions());
        options.MaxUnfinishedPerUser.ShouldBe(5);
        options.LeaderboardFreshness.ShouldBe(TimeSpan.FromMinutes(5));
        options.LeaseRenewal.ShouldBeLessThan(options.Lease);
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void Every_option_has_a_setting_of_its_own_name()
    {
        foreach (var property in typeof(MapSearchOptions).GetProperties())
        {
            var text = property.PropertyType == typeof(int) ? "9" : "00:04:00";
            var options = property.Name == nameof(MapSearchOptions.LeaseRenewal)
                ? Read(("MapSearches:LeaseRenewal", text), ("MapSearches:Lease", "00:09:00"))
                : Read(($"MapSearches:{property.Name}", text));

            property.GetValue(options).ShouldBe(property.PropertyType == typeof(int) ? 9 : TimeSpan.FromMinutes(4), property.Name);
        }

        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void Every_bad_setting_is_told_with_its_key()
    {
        Read([.. typeof(MapSearchOptions).GetProperties().Select(p => ($"MapSearches:{p.Name}", (string?)"bad"))]);

        _errors.Count.ShouldBe(typeof(MapSearchOptions).GetProperties().Length);
        _errors.ShouldAllBe(e => e.StartsWith("MapSearches:", StringComparison.Ordinal) && e.Contains("is 'bad', but must be", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("00:00:10", "00:00:10")]
    [InlineData("00:00:05", "00:00:06")]
    public void A_renewal_that_is_not_shorter_than_the_lease_is_told_with_both(string lease, string renewal)
    {
        Read(("MapSearches:Lease", lease), ("MapSearches:LeaseRenewal", renewal));

        _errors.ShouldBe([$"MapSearches:LeaseRenewal is {renewal}, but must be shorter than MapSearches:Lease, which is {lease}."]);
    }

    private MapSearchOptions Read(params (string Key, string? Value)[] settings) => MapSearchConfiguration.Read(Make.Configuration(settings), _errors);
}
