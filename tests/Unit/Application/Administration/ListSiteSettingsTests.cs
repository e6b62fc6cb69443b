using Backend.Application.Accounts;
using Backend.Application.Administration;
using Backend.Domain.Administration;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class ListSiteSettingsTests
{
    [Fact]
    public async Task Each_setting_is_listed_with_what_is_in_force()
    {
        var areas = new Areas();
        await areas.SiteSettings.SetAsync(SiteSetting.MaxDriverNotifications, 7, Make.Start, CancellationToken.None);
        var limits = new SiteLimits(areas.SiteSettings, new AccountOptions { MaxUsers = 33 });

        (await new ListSiteSettingsHandler(areas.SiteSettings, limits).Handle(new ListSiteSettingsQuery(), CancellationToken.None)).Value
            .Select(s => (s.Setting.Key, s.Value, s.UpdatedAt)).ShouldBe(
            [
                ("max_users_registration", 33, null),
                ("max_maps_per_user", 200, null),
                ("max_driver_notifications", 7, Make.Start),
                ("max_new_records_per_map", 20, null),
                ("trackmania_api_monthly_limit", 5_184_000, null),
                ("api_rate_limit_per_second", 2, null),
            ]);
    }
}
