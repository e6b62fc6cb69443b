using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryAlertStoreTests : AlertStoreContract
{
    protected override Task<(IAlertStore Alerts, IUserStore Users)> CreateAsync()
    {
        var relations = new InMemoryRelations();
        return Task.FromResult<(IAlertStore, IUserStore)>((new InMemoryAlertStore(relations, Time), new InMemoryUserStore(relations, Time)));
    }

    protected override Task PassAsync(TimeSpan duration)
    {
        Time.Advance(duration);
        return Task.CompletedTask;
    }
}
