using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Security;
using Backend.Integration.Contracts;
using Microsoft.Extensions.Configuration;

namespace Backend.Integration.InMemory;

public sealed class InMemoryRateLimiterTests : RateLimiterContract
{
    protected override Task<IRateLimiter> CreateAsync(TimeProvider time) =>
        Task.FromResult<IRateLimiter>(new InMemoryRateLimiter(RateLimitOptions.Read(new ConfigurationBuilder().Build(), []), time));
}
