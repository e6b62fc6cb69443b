using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.SQS;
using Amazon.SQS.Model;
using Backend.Infrastructure.Aws;

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

    public string QueueName => Prefix + AwsSchema.MapSearchQueue.BaseName;

    public string DeadLetterQueueName => Prefix + AwsSchema.MapSearchQueue.DeadLetterBaseName;

    /// <param name="endpoints">Of servers of the test's own, instead of those that all share.</param>
    public static async Task<AwsResources> CreateAsync(AwsEndpoints? endpoints = null)
    {
        var resources = new AwsResources(endpoints ?? await AwsServers.GetAsync());
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

    public string NameOf(AwsTable table) => Prefix + table.BaseName;

    public async Task<string> QueueUrlAsync() => (await Sqs.GetQueueUrlAsync(QueueName)).QueueUrl;

    public async Task<string> DeadLetterQueueUrlAsync() => (await Sqs.GetQueueUrlAsync(DeadLetterQueueName)).QueueUrl;

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
        foreach (var table in AwsSchema.Tables)
        {
            List<string> keys = [AwsSchema.PartitionKey, AwsSchema.SortKey, .. Keys(table.LocalIndex), .. Keys(table.GlobalIndex)];
            await DynamoDb.CreateTableAsync(new CreateTableRequest
            {
                TableName = NameOf(table),
                BillingMode = BillingMode.PAY_PER_REQUEST,
                AttributeDefinitions = [.. keys.Distinct(StringComparer.Ordinal).Select(key => new AttributeDefinition(key, ScalarAttributeType.S))],
                KeySchema = KeySchema(AwsSchema.PartitionKey, AwsSchema.SortKey),
                LocalSecondaryIndexes = table.LocalIndex is not { } local ? null :
                    [new LocalSecondaryIndex { IndexName = local.Name, KeySchema = KeySchema(local.PartitionKey, local.SortKey), Projection = new Projection { ProjectionType = ProjectionType.ALL } }],
                GlobalSecondaryIndexes = table.GlobalIndex is not { } global ? null :
                    [new GlobalSecondaryIndex { IndexName = global.Name, KeySchema = KeySchema(global.PartitionKey, global.SortKey), Projection = new Projection { ProjectionType = ProjectionType.KEYS_ONLY } }],
            });
            await DynamoDb.UpdateTimeToLiveAsync(new UpdateTimeToLiveRequest
            {
                TableName = NameOf(table),
                TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = AwsSchema.TimeToLive, Enabled = true },
            });
        }

        var retention = AwsSchema.MessageRetention.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        var dead = await Sqs.CreateQueueAsync(new CreateQueueRequest
        {
            QueueName = DeadLetterQueueName,
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { [QueueAttributeName.MessageRetentionPeriod] = retention },
        });
        var arn = (await Sqs.GetQueueAttributesAsync(dead.QueueUrl, [QueueAttributeName.QueueArn])).QueueARN;
        await Sqs.CreateQueueAsync(new CreateQueueRequest
        {
            QueueName = QueueName,
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [QueueAttributeName.MessageRetentionPeriod] = retention,
                [QueueAttributeName.RedrivePolicy] = JsonSerializer.Serialize(new { deadLetterTargetArn = arn, maxReceiveCount = AwsSchema.MaxReceiveCount }),
            },
        });

        static IEnumerable<string> Keys(AwsIndex? index) => index is null ? [] : [index.PartitionKey, index.SortKey];

        static List<KeySchemaElement> KeySchema(string partition, string sort) => [new(partition, KeyType.HASH), new(sort, KeyType.RANGE)];
    }
}
