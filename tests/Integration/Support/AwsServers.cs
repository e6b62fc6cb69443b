using Backend.Integration.Support;

[assembly: AssemblyFixture(typeof(AwsServers))]

namespace Backend.Integration.Support;

/// <summary>The DynamoDB and the SQS server that tests share: started by the first that needs them.</summary>
public sealed class AwsServers : IAsyncDisposable
{
    private static readonly Lazy<Task<(AwsEndpoints Endpoints, LoopbackServer[] Servers)>> s_shared = new(StartAsync);

    public async ValueTask DisposeAsync()
    {
        // Ones that failed to start have told their tests.
        if (!s_shared.IsValueCreated || !s_shared.Value.IsCompletedSuccessfully)
        {
            return;
        }

        foreach (var server in (await s_shared.Value).Servers)
        {
            await server.DisposeAsync();
        }
    }

    internal static async Task<AwsEndpoints> GetAsync() => (await s_shared.Value).Endpoints;

    private static async Task<(AwsEndpoints Endpoints, LoopbackServer[] Servers)> StartAsync()
    {
        var dynamoDb = DynamoDbServer.StartAsync(durable: false);
        var sqs = SqsServer.StartAsync();
        await Task.WhenAll(dynamoDb, sqs);
        var endpoints = new AwsEndpoints((await dynamoDb).Address, (await sqs).Address);

        // Hosts in the test process find AWS as they do in production, by the SDK's own variables, and those are the
        // process's. Once, before anybody can have made a client.
        foreach (var (name, value) in endpoints.Environment)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        // What a developer is signed in with must not go along.
        Environment.SetEnvironmentVariable("AWS_SESSION_TOKEN", null);
        return (endpoints, [await dynamoDb, await sqs]);
    }
}
