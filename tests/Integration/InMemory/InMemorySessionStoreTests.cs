using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemorySessionStoreTests : SessionStoreContract
{
    protected override Task<ISessionStore> CreateAsync(TimeProvider time) => Task.FromResult<ISessionStore>(new InMemorySessionStore(time));
}
