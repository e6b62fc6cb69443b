using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryDriverNotificationStoreTests : DriverNotificationStoreContract
{
    protected override Task<(IDriverNotificationStore Notifications, IUserStore Users)> CreateAsync()
    {
        var relations = new InMemoryRelations();
        return Task.FromResult<(IDriverNotificationStore, IUserStore)>((new InMemoryDriverNotificationStore(relations), new InMemoryUserStore(relations, TimeProvider.System)));
    }
}
