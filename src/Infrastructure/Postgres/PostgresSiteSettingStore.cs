using System.Globalization;
using Backend.Application.Ports;
using Backend.Domain.Administration;
using Backend.Domain.Common;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresSiteSettingStore(PostgresDatabase database) : ISiteSettingStore
{
    /// <summary>The table held texts before; some are no number that is allowed now.</summary>
    public async Task<IReadOnlyDictionary<string, StoredSetting>> ReadAllAsync(CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "select config_key, config_value, updated_at from admin_config where config_key = any($1)",
            static row => (Key: row.GetString(0), Text: row.GetString(1), UpdatedAt: row.GetFieldValue<DateTimeOffset>(2)),
            cancellationToken,
            Value(SiteSetting.All.Select(s => s.Key).ToArray())))
        .Where(row => SiteSetting.TryFind(row.Key, out var setting) && int.TryParse(row.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && setting.Allows(value))
        .ToDictionary(row => row.Key, row => new StoredSetting(int.Parse(row.Text, CultureInfo.InvariantCulture), row.UpdatedAt), StringComparer.Ordinal);

    public Task SetAsync(SiteSetting setting, int value, DateTimeOffset updatedAt, CancellationToken cancellationToken) => database.WriteAsync(
        """
        insert into admin_config (config_key, config_value, description, updated_at) values ($1, $2, $3, $4)
        on conflict (config_key) do update set config_value = excluded.config_value, updated_at = excluded.updated_at
        """,
        cancellationToken,
        Value(setting.Key),
        Value(value.ToString(CultureInfo.InvariantCulture)),
        Value(setting.Description),
        Value(updatedAt.ToWholeMilliseconds()));
}
