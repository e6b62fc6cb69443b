using Backend.Application.Ports;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.InMemory;

public sealed class InMemoryMapSearchQueueTests : MapSearchQueueContract
{
    private readonly FakeTimeProvider _time = new();

    protected override Task<IMapSearchQueue> CreateAsync() => Task.FromResult<IMapSearchQueue>(new InMemoryMapSearchQueue(_time));

    protected override Task<MapSearchKey> StoreAsync() => Task.FromResult(NewKey());

    protected override Task PassAsync(TimeSpan duration)
    {
        _time.Advance(duration);
        return Task.CompletedTask;
    }
}
