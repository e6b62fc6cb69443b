using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryLeaderboardCacheTests : LeaderboardCacheContract
{
    protected override Task<ILeaderboardCache> CreateAsync(TimeProvider time) => Task.FromResult<ILeaderboardCache>(new InMemoryLeaderboardCache(time));
}
