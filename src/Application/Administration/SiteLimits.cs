using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Domain.Administration;

namespace Backend.Application.Administration;

/// <summary>The numbers that are in force now: what an administrator has set, else what the service was started with.</summary>
internal sealed class SiteLimits(ISiteSettingStore settings, AccountOptions accounts)
{
    public async Task<int> ReadAsync(SiteSetting setting, CancellationToken cancellationToken) =>
        (await settings.ReadAllAsync(cancellationToken)).TryGetValue(setting.Key, out var stored) ? stored.Value : StandardOf(setting);

    public int StandardOf(SiteSetting setting) => setting == SiteSetting.MaxUsers ? accounts.MaxUsers : setting.Standard;
}
