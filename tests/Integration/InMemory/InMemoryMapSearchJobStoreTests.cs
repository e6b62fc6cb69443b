using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryMapSearchJobStoreTests : MapSearchJobStoreContract
{
    protected override Task<IMapSearchJobStore> CreateAsync() => Task.FromResult<IMapSearchJobStore>(new InMemoryMapSearchJobStore(Options, Time));

    protected override Task PassAsync(TimeSpan duration)
    {
        Time.Advance(duration);
        return Task.CompletedTask;
    }
}
