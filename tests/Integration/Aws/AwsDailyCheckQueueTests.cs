using Backend.Application.Ports;
using Backend.Integration.Contracts;
using Backend.Integration.Postgres;

namespace Backend.Integration.Aws;

public sealed class AwsDailyCheckQueueTests(ContractDatabase database) : DailyCheckQueueContract, IClassFixture<ContractDatabase>, IAsyncLifetime
{
    private DailyQueueSystem _system = null!;

    public async ValueTask InitializeAsync() => _system = await DailyQueueSystem.StartAsync();

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    protected override async Task<(IDailyCheckQueue Queue, DailyStores Stores)> CreateAsync()
    {
        var stores = await PostgresDaily.CreateAsync(database);
        return (_system.QueueOf(stores.Runs), stores);
    }

    protected override async Task PassAsync(TimeSpan duration)
    {
        await database.PassAsync(Time, duration);
        await _system.PassAsync(duration);
    }
}
