using System.Globalization;

namespace Backend.Integration.Support;

/// <summary>A server that speaks SQS. It keeps everything in memory: a restart loses queues and messages.</summary>
internal sealed class SqsServer : LoopbackServer
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

    /// <summary>Moves the server's clock: hidden and delayed messages become due, long polls notice.</summary>
    public async Task AdvanceClockAsync(TimeSpan duration)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(Address, $"/clock/advance/{Math.Ceiling(duration.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)}"), content: null);
        answer.EnsureSuccessStatusCode();
    }

    protected override IReadOnlyList<string> Command(string port) => ["node", ServerPackages.Script("sqs.mjs"), port];
}
