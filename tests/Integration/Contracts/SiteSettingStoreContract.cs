using Backend.Application.Ports;
using Backend.Domain.Administration;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="ISiteSettingStore"/> does.</summary>
public abstract class SiteSettingStoreContract
{
    protected abstract Task<ISiteSettingStore> CreateAsync();

    [Fact]
    public async Task What_was_set_last_counts_and_nothing_else_is_there()
    {
        var store = await CreateAsync();
        (await store.ReadAllAsync(CancellationToken.None)).ShouldBeEmpty();

        await store.SetAsync(SiteSetting.MaxUsers, 500, TestUsers.CreatedAt, CancellationToken.None);
        await store.SetAsync(SiteSetting.MaxUsers, 7, TestUsers.CreatedAt.AddHours(1), CancellationToken.None);
        await store.SetAsync(SiteSetting.MaxNewRecordsPerMap, 20, TestUsers.CreatedAt, CancellationToken.None);

        (await store.ReadAllAsync(CancellationToken.None)).ShouldBe(
            new Dictionary<string, StoredSetting>
            {
                ["max_users_registration"] = new(7, TestUsers.CreatedAt.AddHours(1)),
                ["max_new_records_per_map"] = new(20, TestUsers.CreatedAt),
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Many_at_once_leave_one_value()
    {
        var store = await CreateAsync();

        await Task.WhenAll(Enumerable.Range(1, 20).Select(value => Task.Run(() => store.SetAsync(SiteSetting.MaxUsers, value, TestUsers.CreatedAt, CancellationToken.None))));

        (await store.ReadAllAsync(CancellationToken.None))["max_users_registration"].Value.ShouldBeInRange(1, 20);
    }
}
