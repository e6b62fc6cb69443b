using Amazon.SQS.Model;
using Backend.Application.Ports;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;

namespace Backend.Integration.Aws;

/// <summary>The queue of checks on an SQS server of its own, whose clock the test moves, behind a proxy that writes down what is asked.</summary>
internal sealed class DailyQueueSystem : IAsyncDisposable
{
    private SqsServer _server = null!;
    private AwsResources _resources = null!;

    public FaultyAws Sqs { get; private set; } = null!;

    public static async Task<DailyQueueSystem> StartAsync()
    {
        var system = new DailyQueueSystem();
        try
        {
            system._server = await SqsServer.StartAsync();
            system._resources = await AwsResources.CreateAsync((await AwsServers.GetAsync()) with { Sqs = system._server.Address });
            system.Sqs = await FaultyAws.StartAsync(system._server.Address);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public SqsDailyCheckQueue QueueOf(IDailyRunStore runs) =>
        new(new SqsQueues((_resources.Endpoints with { Sqs = Sqs.Address }).CreateSqs(AwsClients.SqsConfig()), ContractResources.SettingsOf(_resources)), runs);

    public Task PassAsync(TimeSpan duration) => _server.AdvanceClockAsync(duration);

    /// <summary>As somebody sends it who is none of ours.</summary>
    public async Task SendAsync(string body) => await _resources.Sqs.SendMessageAsync(await _resources.QueueUrlAsync(AwsSchema.DailyCheckQueue), body);

    /// <summary>As Lambda does for its function.</summary>
    public async Task<IReadOnlyList<Message>> ReceiveAsync(int seconds = 30)
    {
        var request = new ReceiveMessageRequest(await _resources.QueueUrlAsync(AwsSchema.DailyCheckQueue))
        {
            MaxNumberOfMessages = 10,
            VisibilityTimeout = seconds,
            WaitTimeSeconds = 0,
            MessageSystemAttributeNames = ["All"],
        };
        return (await _resources.Sqs.ReceiveMessageAsync(request)).Messages ?? [];
    }

    public async Task<Backlog> BacklogAsync() => await Backlog.ReadAsync(_resources.Sqs, await _resources.QueueUrlAsync(AwsSchema.DailyCheckQueue));

    public async Task<Backlog> DeadLettersAsync() => await Backlog.ReadAsync(_resources.Sqs, await _resources.DeadLetterQueueUrlAsync(AwsSchema.DailyCheckQueue));

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { Sqs, _resources, _server })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }
    }
}
