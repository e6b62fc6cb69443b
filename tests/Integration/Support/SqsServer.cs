namespace Backend.Integration.Support;

/// <summary>A server that speaks SQS. It keeps everything in memory: a restart loses queues and messages.</summary>
internal sealed class SqsServer : AwsServer
{
    private SqsServer()
    {
    }

    public static async Task<SqsServer> StartAsync()
    {
        var server = new SqsServer();
        try
        {
            await server.StartOnAnyPortAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    protected override IReadOnlyList<string> Command(string port) => ["node", ServerPackages.Script("sqs.mjs"), port];
}
