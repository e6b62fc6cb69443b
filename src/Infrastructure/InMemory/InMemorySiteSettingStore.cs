using System.Collections.Concurrent;
using Backend.Application.Ports;
using Backend.Domain.Administration;
using Backend.Domain.Common;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemorySiteSettingStore : ISiteSettingStore
{
    private readonly ConcurrentDictionary<string, StoredSetting> _settings = new(StringComparer.Ordinal);

    public Task<IReadOnlyDictionary<string, StoredSetting>> ReadAllAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyDictionary<string, StoredSetting>>(new Dictionary<string, StoredSetting>(_settings, StringComparer.Ordinal));
    }

    public Task SetAsync(SiteSetting setting, int value, DateTimeOffset updatedAt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _settings[setting.Key] = new StoredSetting(value, updatedAt.ToWholeMilliseconds());
        return Task.CompletedTask;
    }
}
