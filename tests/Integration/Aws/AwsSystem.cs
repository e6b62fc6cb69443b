using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.SQS;
using Amazon.SQS.Model;
using Backend.Application.Maintenance;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.Aws;
using Backend.Integration.Chaos;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Backend.WebApi.Workers;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Aws;

/// <summary>
/// Instances on AWS that are one system: users in one database, one set of tables and queues, one sandbox, perhaps one clock. SQS is a
/// server of its own, whose clock the test moves. Before both services stands a proxy that writes down what is asked.
/// </summary>
internal sealed class AwsSystem : IAsyncDisposable
{
    private static int s_users;

    private readonly List<BackendHost> _hosts = [];
    private readonly TimeProvider _clock;
    private TestDatabase _database = null!;
    private IDisposable? _following;
    private Fleet _fleet = null!;

    private AwsSystem(TimeProvider clock) => _clock = clock;

    public SqsServer SqsServer { get; private set; } = null!;

    /// <summary>None when the test shares the one of all tests.</summary>
    public DynamoDbServer? DynamoDbServer { get; private set; }

    public FaultyAws DynamoDb { get; private set; } = null!;

    public FaultyAws Sqs { get; private set; } = null!;

    /// <summary>Past the proxies.</summary>
    public AwsResources Resources { get; private set; } = null!;

    public SandboxServer Sandbox { get; private set; } = null!;

    private AwsEndpoints Proxied => Resources.Endpoints with { DynamoDb = DynamoDb.Address, Sqs = Sqs.Address };

    /// <param name="ownDynamoDb">For tests that stop or hang it.</param>
    public static Task<AwsSystem> StartAsync(bool ownDynamoDb = false) => StartAsync(TimeProvider.System, ownDynamoDb);

    /// <param name="clock">Of hosts in this process; the database and the sandbox follow it, SQS does not.</param>
    public static async Task<AwsSystem> StartAsync(TimeProvider clock, bool ownDynamoDb = false)
    {
        var system = new AwsSystem(clock);
        try
        {
            await system.PrepareAsync(ownDynamoDb);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public BackendHost Start(params (string Key, string Value)[] settings) => Start(DynamoDb, Sqs, settings);

    /// <summary>A host that runs searches only when the test has it do so.</summary>
    /// <remarks>A worker that was only stopped might still be handed a message that it had asked for.</remarks>
    public BackendHost StartIdle(params (string Key, string Value)[] settings) => Start([("Hosting:Role", "Api"), .. settings]);

    /// <summary>A host with connections of its own, which may fail it alone.</summary>
    public BackendHost Start(FaultyAws dynamoDb, FaultyAws sqs, params (string Key, string Value)[] settings)
    {
        var all = SandboxSettings.Of(Sandbox, $"instance-{(_hosts.Count + 1).ToString(CultureInfo.InvariantCulture)}");
        all["NEON_DB_CONNECTION_STRING"] = _following is null ? _database.ConnectionString : _database.ClockedConnectionString;
        foreach (var (key, value) in Resources.Settings.Select(s => (s.Key, s.Value)).Concat(settings))
        {
            all[key] = value;
        }

        var endpoints = new AwsEndpoints(dynamoDb.Address, sqs.Address);
        var host = BackendHost.Start(HostProfile.Aws, all, _clock, services =>
        {
            services.AddSingleton<IAmazonDynamoDB>(_ => endpoints.CreateDynamoDb(AwsClients.DynamoDbConfig()));
            services.AddSingleton<IAmazonSQS>(_ => endpoints.CreateSqs(AwsClients.SqsConfig()));
        });
        _hosts.Add(host);
        return host;
    }

    /// <summary>The published service, as AWS Lambda starts it.</summary>
    public async Task<ServiceProcess> StartFunctionAsync(string role, params (string Key, string Value)[] settings)
    {
        var process = await _fleet.StartAsync([("AWS_LAMBDA_FUNCTION_NAME", $"backend-{role}"), ("Hosting:Role", role), ("Http:TrustedProxies", "127.0.0.1"), .. settings]);
        await process.ListensAsync();
        return process;
    }

    /// <summary>Signs a new user up and in, whatever instance the client speaks to.</summary>
    public static async Task<SignedInUser> SignInAsync(HttpClient client)
    {
        var name = $"user-{Interlocked.Increment(ref s_users).ToString(CultureInfo.InvariantCulture)}";
        using var registered = await client.PostAsJsonAsync("/api/v1/users/register", new { email = $"{name}@example.org", username = name, password = BackendHost.Password });
        registered.EnsureSuccessStatusCode();
        using var signedIn = await client.PostAsJsonAsync("/api/v1/users/login", new { email = name, password = BackendHost.Password });
        signedIn.EnsureSuccessStatusCode();
        var tokens = (await signedIn.Content.ReadFromJsonAsync<JsonNode>())!;
        var user = new SignedInUser(client, name, (string)tokens["access_token"]!, (string)tokens["refresh_token"]!);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        return user;
    }

    /// <summary>A search as it is after its row was written and its message was not sent. The only user of a new system has the first id.</summary>
    public async Task<MapSearchKey> StoreAsync(BackendHost host, string mapper = "Demo Mapper", TimeSpan age = default)
    {
        var job = new MapSearchJob(new UserId(1), new MapSearchId(Ids.Next()), mapper, SearchPeriod.Month, (_clock.GetUtcNow() - age).ToWholeMilliseconds());
        (await JobsOf(host).TryAddAsync(job, 1000, CancellationToken.None)).ShouldBeTrue();
        return job.Key;
    }

    public static DynamoMapSearchJobStore JobsOf(BackendHost host) => host.Services.GetRequiredService<DynamoMapSearchJobStore>();

    public static async Task<MapSearchJob> FindAsync(BackendHost host, MapSearchKey key) => (await JobsOf(host).FindAsync(key, CancellationToken.None))!;

    public static async Task<MapSearchJob> EndAsync(BackendHost host, MapSearchKey key, TimeSpan? deadline = null) => await Eventually.GetAsync(() => FindAsync(host, key), job => job.IsFinished, deadline);

    public static async Task<List<NamedMapSearchRow>> RowsAsync(BackendHost host, MapSearchKey key) => await JobsOf(host).ReadRowsAsync(key, -1, CancellationToken.None).ToListAsync();

    /// <summary>What a message of the search says.</summary>
    public async Task SendAsync(MapSearchKey key, int copies = 1)
    {
        for (var i = 0; i < copies; i++)
        {
            await SendAsync($$"""{"userId":{{key.UserId.Value.ToString(CultureInfo.InvariantCulture)}},"searchId":"{{key.Id}}"}""");
        }
    }

    public async Task SendAsync(string body, AwsQueue? queue = null) => await Resources.Sqs.SendMessageAsync(await Resources.QueueUrlAsync(queue), body);

    /// <summary>As Lambda does for its function.</summary>
    public async Task<List<Message>> ReceiveAsync(int seconds = 30, bool deadLetters = false, AwsQueue? queue = null)
    {
        var request = new ReceiveMessageRequest(deadLetters ? await Resources.DeadLetterQueueUrlAsync(queue) : await Resources.QueueUrlAsync(queue))
        {
            MaxNumberOfMessages = 10,
            VisibilityTimeout = seconds,
            WaitTimeSeconds = 0,
            MessageSystemAttributeNames = ["All"],
        };
        return (await Resources.Sqs.ReceiveMessageAsync(request)).Messages ?? [];
    }

    /// <summary>All messages, due, hidden and held back.</summary>
    public async Task<Backlog> BacklogAsync(bool deadLetters = false, AwsQueue? queue = null) =>
        await Backlog.ReadAsync(Resources.Sqs, deadLetters ? await Resources.DeadLetterQueueUrlAsync(queue) : await Resources.QueueUrlAsync(queue));

    /// <summary>Waits until there is no message any more; those that are hidden or held back become due meanwhile.</summary>
    public Task<Backlog> EmptyAsync() => Eventually.GetAsync(
        async () =>
        {
            var backlog = await BacklogAsync();
            if (backlog is { Due: 0, All: > 0 })
            {
                await SqsServer.AdvanceClockAsync(TimeSpan.FromSeconds(3));
            }

            return backlog;
        },
        backlog => backlog.All == 0);

    public static async Task<KeepUpResult> KeepUpAsync(BackendHost host)
    {
        var kept = await host.Services.GetRequiredService<IMediator>().Send(new KeepUpCommand());
        return kept.Value;
    }

    /// <summary>Takes a ticket as a worker does, and runs its search.</summary>
    public static Task RunAsync(BackendHost host, MapSearchTicket ticket, CancellationToken stop = default) => host.Services.GetRequiredService<MapSearchRun>().RunAsync(() => ticket, stop);

    public static async Task<MapSearchTicket> TakeTicketAsync(BackendHost host) =>
        (await host.Services.GetRequiredService<IMapSearchQueue>().ReceiveAsync(1, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System)).Single();

    /// <summary>Boards that were asked for, whoever asked.</summary>
    public IReadOnlyList<string> Boards() => [.. Sandbox.Traffic.Entries.Where(entry => entry.Host == SandboxHost.Live).Select(entry => entry.PathAndQuery)];

    public async ValueTask DisposeAsync()
    {
        // What hangs would be waited for.
        DynamoDb?.Heal();
        Sqs?.Heal();
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        foreach (var part in new IAsyncDisposable?[] { _fleet, Sandbox, DynamoDb, Sqs, Resources, SqsServer, DynamoDbServer })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        _following?.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    private async Task PrepareAsync(bool ownDynamoDb)
    {
        SqsServer = await SqsServer.StartAsync();
        DynamoDbServer = ownDynamoDb ? await DynamoDbServer.StartAsync() : null;
        var endpoints = (await AwsServers.GetAsync()) with { Sqs = SqsServer.Address };
        Resources = await AwsResources.CreateAsync(DynamoDbServer is null ? endpoints : endpoints with { DynamoDb = DynamoDbServer.Address });
        DynamoDb = await FaultyAws.StartAsync(Resources.Endpoints.DynamoDb);
        Sqs = await FaultyAws.StartAsync(Resources.Endpoints.Sqs);
        Sandbox = await SandboxServer.StartAsync(new SandboxOptions(), _clock, CancellationToken.None);
        _database = await TestDatabase.CreateAsync();
        _following = _clock is IFollowedClock followed ? await _database.FollowAsync(followed) : null;
        _fleet = new Fleet(
            _database.ConnectionString,
            Sandbox,
            Proxied.Environment.Concat(Resources.Settings).Append(KeyValuePair.Create("Adapters:Profile", HostProfile.Aws.Name)).ToDictionary(StringComparer.Ordinal));
    }
}

/// <summary>Messages of a queue: due, hidden, held back.</summary>
internal sealed record Backlog(int Due, int Hidden, int HeldBack)
{
    public static async Task<Backlog> ReadAsync(IAmazonSQS sqs, string url)
    {
        var attributes = await sqs.GetQueueAttributesAsync(url, ["All"]);
        return new Backlog(attributes.ApproximateNumberOfMessages, attributes.ApproximateNumberOfMessagesNotVisible, attributes.ApproximateNumberOfMessagesDelayed);
    }

    public int All => Due + Hidden + HeldBack;
}
