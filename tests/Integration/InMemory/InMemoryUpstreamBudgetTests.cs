using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Trackmania;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryUpstreamBudgetTests : UpstreamBudgetContract
{
    protected override Task<IUpstreamBudget> CreateAsync() => Task.FromResult<IUpstreamBudget>(new InMemoryUpstreamBudget(new TrackmaniaOptions(), Time));

    protected override Task PassAsync(TimeSpan duration)
    {
        Time.Advance(duration);
        return Task.CompletedTask;
    }
}
