using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryNotificationHistoryTests : NotificationHistoryContract
{
    protected override Task<(INotificationHistory History, IUserStore Users)> CreateAsync()
    {
        var relations = new InMemoryRelations();
        return Task.FromResult<(INotificationHistory, IUserStore)>((new InMemoryNotificationHistory(relations), new InMemoryUserStore(relations, TimeProvider.System)));
    }
}
