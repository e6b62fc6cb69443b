using Backend.Application.Ports;
using Backend.Infrastructure.Postgres;
using Backend.Infrastructure.Storage;
using Backend.Integration.Contracts;

namespace Backend.Integration.Postgres;

public sealed class PostgresDailyRunStoreTests(ContractDatabase database) : DailyRunStoreContract, IClassFixture<ContractDatabase>
{
    protected override Task<DailyStores> CreateAsync() => PostgresDaily.CreateAsync(database);

    protected override Task PassAsync(TimeSpan duration) => database.PassAsync(Time, duration);
}

public sealed class PostgresDailyEmailStoreTests(ContractDatabase database) : DailyEmailStoreContract, IClassFixture<ContractDatabase>
{
    protected override Task<DailyStores> CreateAsync() => PostgresDaily.CreateAsync(database);

    protected override Task PassAsync(TimeSpan duration) => database.PassAsync(Time, duration);
}

public sealed class PostgresDailyCheckQueueTests(ContractDatabase database) : DailyCheckQueueContract, IClassFixture<ContractDatabase>
{
    protected override async Task<(IDailyCheckQueue Queue, DailyStores Stores)> CreateAsync()
    {
        var stores = await PostgresDaily.CreateAsync(database);
        return (new StoredDailyCheckQueue(stores.Runs, Time), stores);
    }

    protected override Task PassAsync(TimeSpan duration) => database.PassAsync(Time, duration);
}

internal static class PostgresDaily
{
    public static async Task<DailyStores> CreateAsync(ContractDatabase database)
    {
        await database.ExecuteAsync("delete from daily_runs; delete from users");
        await database.ResetClockAsync();
        return new DailyStores(
            new PostgresDailyRunStore(database.Database),
            new PostgresDailyEmailStore(database.Database),
            new PostgresUserStore(database.Database, database.Contexts, TimeProvider.System),
            new PostgresAlertStore(database.Database),
            new PostgresDriverNotificationStore(database.Database),
            new PostgresNotificationHistory(database.Database));
    }
}
