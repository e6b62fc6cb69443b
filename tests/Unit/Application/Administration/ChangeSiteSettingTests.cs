using Backend.Application.Administration;
using Backend.Domain.Administration;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class ChangeSiteSettingTests
{
    [Fact]
    public async Task A_setting_is_in_force_at_once()
    {
        var areas = new Areas();

        var changed = (await new ChangeSiteSettingHandler(areas.SiteSettings, areas.Clock).Handle(new ChangeSiteSettingCommand("max_maps_per_user", " 17 "), CancellationToken.None)).Value;

        changed.ShouldBe(new SiteSettingInForce(SiteSetting.MaxMapsPerUser, 17, Make.Start));
        (await areas.Limits.ReadAsync(SiteSetting.MaxMapsPerUser, CancellationToken.None)).ShouldBe(17);
    }

    [Theory]
    [InlineData("max_users_registration", "1", "10000")]
    [InlineData("max_maps_per_user", "1", "1000")]
    [InlineData("max_driver_notifications", "1", "1000")]
    [InlineData("max_new_records_per_map", "1", "100")]
    public void Each_setting_has_its_range(string key, string min, string max)
    {
        foreach (var good in new[] { min, max })
        {
            IsValid(key, good).ShouldBeTrue(good);
        }

        foreach (var bad in new[] { "0", $"{max}0", "-1", "1.5", "1e2", "", null, "many", "99999999999999999999" })
        {
            IsValid(key, bad).ShouldBeFalse(bad);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("MAX_USERS_REGISTRATION")]
    [InlineData("anything")]
    public void An_unknown_key_is_refused(string? key) =>
        new ChangeSiteSettingValidator().Validate(new ChangeSiteSettingCommand(key, "1")).Errors.ShouldHaveSingleItem().PropertyName.ShouldBe("config_key");

    private static bool IsValid(string key, string? value) => new ChangeSiteSettingValidator().Validate(new ChangeSiteSettingCommand(key, value)).IsValid;
}
