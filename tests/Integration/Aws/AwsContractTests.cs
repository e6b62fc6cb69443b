using Backend.Application.Ports;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Security;
using Backend.Infrastructure.Trackmania;
using Backend.Integration.Contracts;
using Backend.Integration.Support;
using Microsoft.Extensions.Configuration;

namespace Backend.Integration.Aws;

public sealed class AwsSessionStoreTests(ContractResources resources) : SessionStoreContract, IClassFixture<ContractResources>
{
    protected override Task<ISessionStore> CreateAsync(TimeProvider time) => Task.FromResult<ISessionStore>(new DynamoSessionStore(resources.Database, resources.Settings, time));
}

public sealed class AwsMapSearchJobStoreTests(ContractResources resources) : MapSearchJobStoreContract, IClassFixture<ContractResources>
{
    protected override Task<IMapSearchJobStore> CreateAsync() =>
        Task.FromResult<IMapSearchJobStore>(new DynamoMapSearchJobStore(resources.Database, resources.Settings, Options, Time));

    protected override Task PassAsync(TimeSpan duration)
    {
        Time.Advance(duration);
        return Task.CompletedTask;
    }
}

public sealed class AwsMapSearchQueueTests : MapSearchQueueContract, IAsyncLifetime
{
    private SqsServer _server = null!;
    private AwsResources _resources = null!;

    public async ValueTask InitializeAsync()
    {
        // Of its own, for the clock is moved.
        _server = await SqsServer.StartAsync();
        _resources = await AwsResources.CreateAsync((await AwsServers.GetAsync()) with { Sqs = _server.Address });
    }

    public async ValueTask DisposeAsync()
    {
        await _resources.DisposeAsync();
        await _server.DisposeAsync();
    }

    protected override Task<IMapSearchQueue> CreateAsync() =>
        Task.FromResult<IMapSearchQueue>(new SqsMapSearchQueue(new SqsQueues(_resources.Sqs, ContractResources.SettingsOf(_resources))));

    protected override Task<MapSearchKey> StoreAsync() => Task.FromResult(NewKey());

    protected override Task PassAsync(TimeSpan duration) => _server.AdvanceClockAsync(duration);
}

public sealed class AwsUpstreamTokenStoreTests(ContractResources resources) : UpstreamTokenStoreContract, IClassFixture<ContractResources>
{
    protected override async Task<IUpstreamTokenStore> CreateAsync()
    {
        await resources.DeleteAsync(AwsSchema.UpstreamTokens, Enum.GetNames<UpstreamTokenKind>(), "token");
        return new DynamoUpstreamTokenStore(resources.Database, resources.Settings, Time);
    }

    protected override Task PassAsync(TimeSpan duration)
    {
        Time.Advance(duration);
        return Task.CompletedTask;
    }
}

public sealed class AwsUpstreamBudgetTests(ContractResources resources) : UpstreamBudgetContract, IClassFixture<ContractResources>
{
    /// <summary>For the requests that a step of the clock sets off.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(4);

    protected override async Task<IUpstreamBudget> CreateAsync()
    {
        await resources.DeleteAsync(AwsSchema.UpstreamBudget, Enum.GetNames<UpstreamHost>(), "slots");
        return new DynamoUpstreamBudget(resources.Database, resources.Settings, new TrackmaniaOptions(), Time);
    }

    protected override async Task PassAsync(TimeSpan duration)
    {
        Time.Advance(duration);
        await Task.Delay(s_settle, TimeProvider.System);
    }
}

public sealed class AwsLeaderboardCacheTests(ContractResources resources) : LeaderboardCacheContract, IClassFixture<ContractResources>
{
    protected override Task<ILeaderboardCache> CreateAsync(TimeProvider time) => Task.FromResult<ILeaderboardCache>(new DynamoLeaderboardCache(resources.Database, resources.Settings, time));
}

public sealed class AwsRateLimiterTests(ContractResources resources) : RateLimiterContract, IClassFixture<ContractResources>
{
    protected override Task<IRateLimiter> CreateAsync(TimeProvider time) => Task.FromResult<IRateLimiter>(
        new DynamoRateLimiter(resources.Database, resources.Settings, RateLimitOptions.Read(new ConfigurationBuilder().Build(), []), time));
}
