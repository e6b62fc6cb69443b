using Amazon.SQS;
using Backend.Application.Maintenance;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Aws;

/// <summary>Queues of one host on an SQS server of its own, whose clock is kept where the host's is.</summary>
internal sealed class SimulatedSqs : IAsyncDisposable
{
    private readonly SqsServer _server;
    private readonly AwsResources _resources;
    private long _shown;

    private SimulatedSqs(SqsServer server, AwsResources resources)
    {
        _server = server;
        _resources = resources;
    }

    public IReadOnlyDictionary<string, string> Settings => _resources.Settings;

    public static async Task<SimulatedSqs> StartAsync()
    {
        var server = await SqsServer.StartAsync();
        try
        {
            return new SimulatedSqs(server, await AwsResources.CreateAsync((await AwsServers.GetAsync()) with { Sqs = server.Address }));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The host's variables name the server of all tests.</summary>
    public void Put(IServiceCollection services) => services.AddSingleton<IAmazonSQS>(_ => _resources.Endpoints.CreateSqs(AwsClients.SqsConfig()));

    /// <summary>The server's clock goes on as far as the host's did since the last time.</summary>
    public async Task FollowAsync(DateTimeOffset now)
    {
        var before = Interlocked.Exchange(ref _shown, now.UtcTicks);
        if (before > 0 && now.UtcTicks > before)
        {
            await _server.AdvanceClockAsync(TimeSpan.FromTicks(now.UtcTicks - before));
        }
    }

    /// <summary>A message of a check waits to be received.</summary>
    public async Task<bool> HasMessagesAsync() => (await Backlog.ReadAsync(_resources.Sqs, await _resources.QueueUrlAsync(AwsSchema.DailyCheckQueue))).Due > 0;

    /// <summary>As the upkeep does it.</summary>
    public static Task SweepAsync(IServiceProvider services) => services.GetServices<IUpkeep>().OfType<DailyCheckSweep>().Single().RunAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _resources.DisposeAsync();
        await _server.DisposeAsync();
    }
}
