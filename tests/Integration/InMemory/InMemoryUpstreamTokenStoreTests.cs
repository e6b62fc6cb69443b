using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryUpstreamTokenStoreTests : UpstreamTokenStoreContract
{
    protected override Task<IUpstreamTokenStore> CreateAsync() => Task.FromResult<IUpstreamTokenStore>(new InMemoryUpstreamTokenStore(Time));

    protected override Task PassAsync(TimeSpan duration)
    {
        Time.Advance(duration);
        return Task.CompletedTask;
    }
}
