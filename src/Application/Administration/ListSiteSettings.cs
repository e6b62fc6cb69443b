using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Administration;
using Backend.Domain.Common;

namespace Backend.Application.Administration;

public sealed record ListSiteSettingsQuery() : IQuery<IReadOnlyList<SiteSettingInForce>>;

/// <param name="UpdatedAt">Null: nobody has set it.</param>
public sealed record SiteSettingInForce(SiteSetting Setting, int Value, DateTimeOffset? UpdatedAt);

internal sealed class ListSiteSettingsHandler(ISiteSettingStore settings, SiteLimits limits) : IQueryHandler<ListSiteSettingsQuery, IReadOnlyList<SiteSettingInForce>>
{
    public async Task<Result<IReadOnlyList<SiteSettingInForce>>> Handle(ListSiteSettingsQuery query, CancellationToken cancellationToken)
    {
        var stored = await settings.ReadAllAsync(cancellationToken);
        return Result<IReadOnlyList<SiteSettingInForce>>.Success([.. SiteSetting.All.Select(setting => stored.TryGetValue(setting.Key, out var set)
            ? new SiteSettingInForce(setting, set.Value, set.UpdatedAt)
            : new SiteSettingInForce(setting, limits.StandardOf(setting), UpdatedAt: null))]);
    }
}
