using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.SQS;
using Backend.Infrastructure.Aws;

namespace Backend.Integration.Support;

/// <summary>The AWS servers that tests share.</summary>
public sealed class AwsServersTests
{
    private const string Role = "BACKEND_TESTS_DOOMED_RUN";

    [Fact]
    public async Task Clients_of_the_test_process_reach_both_servers_without_a_setting()
    {
        await using var resources = await AwsResources.CreateAsync();
        using var dynamoDb = new AmazonDynamoDBClient();
        using var sqs = new AmazonSQSClient();

        (await dynamoDb.DescribeTableAsync(resources.NameOf(AwsSchema.Sessions))).Table.TableStatus.ShouldBe(TableStatus.ACTIVE);
        (await sqs.GetQueueUrlAsync(resources.QueueName)).QueueUrl.ShouldStartWith(resources.Endpoints.Sqs.ToString());
    }

    [Fact]
    public async Task Nobody_else_can_reach_them()
    {
        await using var dynalite = await DynamoDbServer.StartAsync(durable: false, DynamoDbEngine.Dynalite);
        var shared = await AwsServers.GetAsync();

        foreach (var server in new[] { shared.DynamoDb, shared.Sqs, dynalite.Address })
        {
            var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(listener => listener.Port == server.Port);
            listeners.Select(listener => listener.Address).ShouldBe([IPAddress.Loopback]);
        }
    }

    [Fact]
    public async Task Each_test_has_tables_and_queues_of_its_own_that_are_gone_after_it()
    {
        var first = await AwsResources.CreateAsync();
        await using var second = await AwsResources.CreateAsync();
        await second.Sqs.SendMessageAsync(await second.QueueUrlAsync(), "of the second");

        (await first.Sqs.ReceiveMessageAsync(await first.QueueUrlAsync())).Messages.ShouldBeNull();
        (await TablesAsync(first)).Intersect(await TablesAsync(second), StringComparer.Ordinal).ShouldBeEmpty();
        (await TablesAsync(first)).Count.ShouldBe(AwsSchema.Tables.Count);
        await first.DisposeAsync();

        (await TablesAsync(first, second.DynamoDb)).ShouldBeEmpty();
        (await TablesAsync(second)).Count.ShouldBe(AwsSchema.Tables.Count);
        (await second.Sqs.ListQueuesAsync(first.Prefix)).QueueUrls.ShouldBeEmpty();
        (await second.Sqs.ListQueuesAsync(second.Prefix)).QueueUrls.Count.ShouldBe(2 * AwsSchema.Queues.Count);

        static async Task<List<string>> TablesAsync(AwsResources resources, AmazonDynamoDBClient? client = null) =>
            [.. (await (client ?? resources.DynamoDb).ListTablesAsync(resources.Prefix)).TableNames.Where(name => name.StartsWith(resources.Prefix, StringComparison.Ordinal))];
    }

    /// <remarks>Its other part runs in a test process of its own, which is killed.</remarks>
    [Fact]
    public async Task A_run_that_is_killed_leaves_neither_servers_nor_files()
    {
        if (Environment.GetEnvironmentVariable(Role) is { Length: > 0 } report)
        {
            await BeDoomedAsync(report);
        }

        var file = Path.Combine(Leash.Instance.Folder, "doomed-run");
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Backend.Integration"),
            ["-method", $"{typeof(AwsServersTests).FullName}.{nameof(A_run_that_is_killed_leaves_neither_servers_nor_files)}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Role] = file;
        using var doomed = Process.Start(start)!;
        Leash.Instance.Hold(doomed);
        await Eventually.GetAsync(() => Task.FromResult(File.Exists(file)), exists => exists);
        var left = JsonSerializer.Deserialize<Left>(await File.ReadAllTextAsync(file))!;
        left.Ports.ShouldAllBe(port => Listens(port));
        Directory.Exists(left.Folder).ShouldBeTrue();

        doomed.Kill();
        await doomed.WaitForExitAsync();
        Leash.Instance.LetGo(doomed);

        await Eventually.GetAsync(() => Task.FromResult(left.Ports.Count(Listens)), count => count == 0);
        await Eventually.GetAsync(() => Task.FromResult(Directory.Exists(left.Folder)), exists => !exists);
    }

    private static async Task BeDoomedAsync(string report)
    {
        var shared = await AwsServers.GetAsync();
        var own = await DynamoDbServer.StartAsync();

        // A paused server does not see that its input ends.
        await using var paused = await SqsServer.StartAsync();
        await paused.PauseAsync();
        var left = new Left([shared.DynamoDb.Port, shared.Sqs.Port, own.Port, paused.Port], Leash.Instance.Folder);
        await File.WriteAllTextAsync(report + ".new", JsonSerializer.Serialize(left));
        File.Move(report + ".new", report);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }

    private static bool Listens(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed record Left(int[] Ports, string Folder);
}
