using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryUserStoreTests : UserStoreContract
{
    protected override Task<IUserStore> CreateAsync() => Task.FromResult<IUserStore>(new InMemoryUserStore(new InMemoryRelations(), TimeProvider.System));
}
