using Backend.Application.MapSearches;
using Backend.Infrastructure.Selection;

namespace Backend.Unit.Selection;

public sealed class MapSearchConfigurationTests
{
    private readonly List<string> _errors = [];

    [Fact]
    public void Without_settings_the_defaults_of_the_options_stand()
    {
        var read = MapSearchConfiguration.Read(Settings.Of(), _errors);
        var defaults = new MapSearchOptions();

        _errors.ShouldBeEmpty();
        typeof(MapSearchOptions).GetProperties().ShouldNotBeEmpty();
        foreach (var property in typeof(MapSearchOptions).GetProperties())
        {
            property.GetValue(read).ShouldBe(property.GetValue(defaults), property.Name);
        }
    }

    public static TheoryData<string, string, string> Valid { get; } = new()
    {
        { "MaxUnfinishedPerUser", "1", "1" },
        { "KeptInMemoryPerUser", "1000", "1000" },
        { "ParallelJobs", "64", "64" },
        { "Lease", "00:10:00", "00:10:00" },
        { "LeaseRenewal", "00:00:00.1", "00:00:00.1000000" },
        { "Retention", "365.00:00:00", "365.00:00:00" },
        { "LeaderboardFreshness", "00:00:00", "00:00:00" },
        { "RetryDelay", "00:00:00.01", "00:00:00.0100000" },
    };

    [Theory]
    [MemberData(nameof(Valid))]
    public void Each_setting_is_taken(string name, string text, string expected)
    {
        var read = MapSearchConfiguration.Read(Settings.Of(($"MapSearches:{name}", text)), _errors);

        _errors.ShouldBeEmpty();
        typeof(MapSearchOptions).GetProperty(name).ShouldNotBeNull().GetValue(read)!.ToString().ShouldBe(expected);
    }

    [Fact]
    public void No_setting_is_forgotten_here() =>
        Valid.Select(row => row.Data.Item1).ShouldBe(typeof(MapSearchOptions).GetProperties().Select(p => p.Name), ignoreOrder: true);

    [Theory]
    [InlineData("MaxUnfinishedPerUser", "0", "a whole number from 1 to 1000")]
    [InlineData("KeptInMemoryPerUser", "1001", "a whole number from 1 to 1000")]
    [InlineData("ParallelJobs", "all", "a whole number from 1 to 1000")]
    [InlineData("Lease", "00:10:01", "a duration from 00:00:01 to 00:10:00")]
    [InlineData("LeaseRenewal", "00:00:00", "a duration from 00:00:00.1000000 to 00:05:00")]
    [InlineData("Retention", "00:00:59", "a duration from 00:01:00 to 365.00:00:00")]
    [InlineData("LeaderboardFreshness", "-00:00:01", "a duration from 00:00:00 to 01:00:00")]
    [InlineData("RetryDelay", "2 s", "a duration from 00:00:00.0100000 to 00:05:00")]
    public void A_bad_setting_is_an_error_that_names_key_value_and_what_is_valid(string name, string text, string valid)
    {
        MapSearchConfiguration.Read(Settings.Of(($"MapSearches:{name}", text)), _errors);
        _errors.ShouldHaveSingleItem().ShouldStartWith($"MapSearches:{name} is '{text}', but must be {valid}");
    }

    [Theory]
    [InlineData("00:00:05", "00:00:05")]
    [InlineData("00:00:05", "00:00:06")]
    public void A_lease_must_outlive_its_renewal(string lease, string renewal)
    {
        MapSearchConfiguration.Read(Settings.Of(("MapSearches:Lease", lease), ("MapSearches:LeaseRenewal", renewal)), _errors);
        _errors.ShouldHaveSingleItem().ShouldBe($"MapSearches:LeaseRenewal is {renewal}, but must be shorter than MapSearches:Lease, which is {lease}.");
    }

    [Fact]
    public void A_short_lease_is_measured_against_the_default_renewal()
    {
        MapSearchConfiguration.Read(Settings.Of(("MapSearches:Lease", "00:00:02")), _errors);
        _errors.ShouldHaveSingleItem().ShouldContain("00:00:03");
    }
}
