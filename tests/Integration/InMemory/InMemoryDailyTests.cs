using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Storage;
using Backend.Integration.Contracts;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.InMemory;

public sealed class InMemoryDailyRunStoreTests : DailyRunStoreContract
{
    protected override Task<DailyStores> CreateAsync() => Task.FromResult(InMemoryDaily.Create(Time));

    protected override Task PassAsync(TimeSpan duration) => InMemoryDaily.PassAsync(Time, duration);
}

public sealed class InMemoryDailyEmailStoreTests : DailyEmailStoreContract
{
    protected override Task<DailyStores> CreateAsync() => Task.FromResult(InMemoryDaily.Create(Time));

    protected override Task PassAsync(TimeSpan duration) => InMemoryDaily.PassAsync(Time, duration);
}

public sealed class InMemoryDailyCheckQueueTests : DailyCheckQueueContract
{
    protected override Task<(IDailyCheckQueue Queue, DailyStores Stores)> CreateAsync()
    {
        var stores = InMemoryDaily.Create(Time);
        return Task.FromResult<(IDailyCheckQueue, DailyStores)>((new StoredDailyCheckQueue(stores.Runs, Time), stores));
    }

    protected override Task PassAsync(TimeSpan duration) => InMemoryDaily.PassAsync(Time, duration);
}

internal static class InMemoryDaily
{
    public static DailyStores Create(FakeTimeProvider time)
    {
        var relations = new InMemoryRelations();
        return new DailyStores(
            new InMemoryDailyRunStore(relations, time),
            new InMemoryDailyEmailStore(relations, time),
            new InMemoryUserStore(relations, time),
            new InMemoryAlertStore(relations, time),
            new InMemoryDriverNotificationStore(relations),
            new InMemoryNotificationHistory(relations));
    }

    public static Task PassAsync(FakeTimeProvider time, TimeSpan duration)
    {
        time.Advance(duration);
        return Task.CompletedTask;
    }
}
