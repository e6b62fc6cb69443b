using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryUpstreamTokenStoreTests : UpstreamTokenStoreContract
{
    protected override Task<IUpstreamTokenStore> CreateAsync(TimeProvider time) => Task.FromResult<IUpstreamTokenStore>(new InMemoryUpstreamTokenStore());
}
