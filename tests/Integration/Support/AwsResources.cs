using System.Security.Cryptography;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.SQS;
using Backend.Infrastructure.Aws;
using Microsoft.Extensions.Configuration;

namespace Backend.Integration.Support;

/// <summary>Tables and queues of one test: on servers that others use too, under names that nobody else has.</summary>
internal sealed class AwsResources : IAsyncDisposable
{
    private AwsResources(AwsEndpoints endpoints)
    {
        Endpoints = endpoints;
        DynamoDb = endpoints.CreateDynamoDb();
        Sqs = endpoints.CreateSqs();
    }

    public AwsEndpoints Endpoints { get; }

    /// <summary>What all its names begin with.</summary>
    public string Prefix { get; } = $"t{RandomNumberGenerator.GetHexString(12, lowercase: true)}-";

    /// <summary>What a host is given to use them.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal) { [AwsSettings.PrefixSetting] = Prefix };

    /// <summary>For what a test asks and changes itself.</summary>
    public AmazonDynamoDBClient DynamoDb { get; }

    /// <inheritdoc cref="DynamoDb"/>
    public AmazonSQSClient Sqs { get; }

    /// <summary>Of searches, as everywhere where a test does not say which queue it means.</summary>
    public string QueueName => NameOf(AwsSchema.MapSearchQueue);

    public string DeadLetterQueueName => DeadLetterNameOf(AwsSchema.MapSearchQueue);

    /// <param name="endpoints">Of servers of the test's own, instead of those that all share.</param>
    public static async Task<AwsResources> CreateAsync(AwsEndpoints? endpoints = null)
    {
        var resources = await ReserveAsync(endpoints);
        try
        {
            await resources.ProvisionAsync();
            return resources;
        }
        catch
        {
            await resources.DisposeAsync();
            throw;
        }
    }

    /// <summary>Names only, under which nothing is made yet.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    public static async Task<AwsResources> ReserveAsync(AwsEndpoints? endpoints = null) => new(endpoints ?? await AwsServers.GetAsync());

    public string NameOf(AwsTable table) => Prefix + table.BaseName;

    public string NameOf(AwsQueue queue) => Prefix + queue.BaseName;

    public string DeadLetterNameOf(AwsQueue queue) => Prefix + queue.DeadLetterBaseName;

    public async Task<string> QueueUrlAsync(AwsQueue? queue = null) => (await Sqs.GetQueueUrlAsync(NameOf(queue ?? AwsSchema.MapSearchQueue))).QueueUrl;

    public async Task<string> DeadLetterQueueUrlAsync(AwsQueue? queue = null) => (await Sqs.GetQueueUrlAsync(DeadLetterNameOf(queue ?? AwsSchema.MapSearchQueue))).QueueUrl;

    public async ValueTask DisposeAsync()
    {
        // Servers of a test's own take everything along, and may be stopped or hang by now.
        var shared = await AwsServers.GetAsync();
        using (DynamoDb)
        using (Sqs)
        {
            if (Endpoints.DynamoDb == shared.DynamoDb)
            {
                await RemoveTablesAsync();
            }

            if (Endpoints.Sqs == shared.Sqs)
            {
                await RemoveQueuesAsync();
            }
        }
    }

    /// <summary>Whatever has the prefix, so that what the test has made beside goes too.</summary>
    private async Task RemoveTablesAsync()
    {
        string? last = Prefix;
        while (last is not null)
        {
            var tables = await DynamoDb.ListTablesAsync(new ListTablesRequest { ExclusiveStartTableName = last });
            var own = (tables.TableNames ?? []).TakeWhile(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
            foreach (var name in own)
            {
                await DynamoDb.DeleteTableAsync(name);
            }

            last = own.Count > 0 ? tables.LastEvaluatedTableName : null;
        }
    }

    private async Task RemoveQueuesAsync()
    {
        foreach (var url in (await Sqs.ListQueuesAsync(Prefix)).QueueUrls ?? [])
        {
            await Sqs.DeleteQueueAsync(url);
        }
    }

    private async Task ProvisionAsync()
    {
        var errors = new List<string>();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
        var outcome = await new AwsProvisioning(DynamoDb, Sqs, AwsSettings.Read(configuration, errors)).ProvisionAsync(CancellationToken.None);
        errors.Concat(outcome.Differences).ShouldBeEmpty();
    }
}
