using Backend.Domain.Administration;

namespace Backend.Application.Ports;

/// <summary>Keeps the numbers that administrators have set. Every method is atomic, every read sees all earlier writes.</summary>
public interface ISiteSettingStore
{
    /// <summary>Those that were set, by key. What was stored that is not one of <see cref="SiteSetting.All"/> or not allowed is absent.</summary>
    Task<IReadOnlyDictionary<string, StoredSetting>> ReadAllAsync(CancellationToken cancellationToken);

    Task SetAsync(SiteSetting setting, int value, DateTimeOffset updatedAt, CancellationToken cancellationToken);
}

/// <param name="UpdatedAt">Whole milliseconds.</param>
public sealed record StoredSetting(int Value, DateTimeOffset UpdatedAt);
