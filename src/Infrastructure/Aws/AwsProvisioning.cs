using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.SQS;
using Amazon.SQS.Model;
using Backend.Application.Ports;
using TableNotFoundException = Amazon.DynamoDBv2.Model.ResourceNotFoundException;

namespace Backend.Infrastructure.Aws;

/// <summary>Makes what <see cref="AwsSchema"/> describes. Can be run any number of times; what is there already and differs is named and never touched.</summary>
internal sealed class AwsProvisioning(IAmazonDynamoDB dynamo, IAmazonSQS sqs, AwsSettings settings)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Looks at everything first: if anything differs nothing is made.</summary>
    public async Task<AwsProvisioningOutcome> ProvisionAsync(CancellationToken cancellationToken)
    {
        var differences = new List<string>();
        var missing = new List<(string What, Func<CancellationToken, Task> Make)>();
        foreach (var table in AwsSchema.Tables)
        {
            await LookAtTableAsync(table, missing, differences, cancellationToken);
        }

        foreach (var queue in AwsSchema.Queues)
        {
            await LookAtQueueAsync(queue, missing, differences, cancellationToken);
        }

        if (differences.Count > 0)
        {
            return new AwsProvisioningOutcome([], differences);
        }

        foreach (var (_, make) in missing)
        {
            await make(cancellationToken);
        }

        return new AwsProvisioningOutcome([.. missing.Select(m => m.What)], []);
    }

    /// <summary>What is missing or differs of what a service needs, one sentence each; changes nothing.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(AwsNeeds needs, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var missing = new List<(string What, Func<CancellationToken, Task> Make)>();
        await Task.WhenAll(needs.Tables.Select(async table =>
        {
            var (absent, different) = (new List<(string What, Func<CancellationToken, Task> Make)>(), new List<string>());
            await LookAtTableAsync(table, absent, different, cancellationToken);
            lock (missing)
            {
                missing.AddRange(absent);
                problems.AddRange(different);
            }
        }));
        foreach (var queue in needs.Queues)
        {
            if (!await HasQueueAsync(queue, cancellationToken))
            {
                missing.Add(($"the SQS queue {settings.UrlOf(queue) ?? settings.NameOf(queue)}", _ => Task.CompletedTask));
            }
        }

        return [.. problems, .. missing.Select(m => $"T{m.What[1..]} is missing; run aws-provision.")];
    }

    /// <summary>One that is named by its address may be another account's, where names are not looked up.</summary>
    private async Task<bool> HasQueueAsync(AwsQueue queue, CancellationToken cancellationToken)
    {
        if (settings.UrlOf(queue) is not { } url)
        {
            return await FindQueueAsync(settings.NameOf(queue), cancellationToken) is not null;
        }

        try
        {
            await Guard(token => sqs.GetQueueAttributesAsync(new GetQueueAttributesRequest(url, ["QueueArn"]), token), cancellationToken);
            return true;
        }
        catch (QueueDoesNotExistException)
        {
            return false;
        }
    }

    private async Task LookAtTableAsync(AwsTable table, List<(string What, Func<CancellationToken, Task> Make)> missing, List<string> differences, CancellationToken cancellationToken)
    {
        var name = settings.NameOf(table);
        var found = await FindTableAsync(name, cancellationToken);
        if (found is null)
        {
            missing.Add(($"the DynamoDB table {name}", async token =>
            {
                await CreateTableAsync(table, name, token);
                await EnableExpiryAsync(name, token);
            }
            ));
            return;
        }

        if (Describe(found.KeySchema, found.LocalSecondaryIndexes, found.GlobalSecondaryIndexes) is var there && there != Describe(table))
        {
            differences.Add($"The DynamoDB table {name} has other keys or indexes: {there} instead of {Describe(table)}.");
            return;
        }

        // A table that was made a moment ago by somebody who then crashed may lack it.
        var expiry = await FindExpiryAsync(name, cancellationToken);
        if (IsEnabled(expiry))
        {
            if (expiry!.AttributeName != AwsSchema.TimeToLive)
            {
                differences.Add($"The DynamoDB table {name} expires items by {expiry.AttributeName} instead of {AwsSchema.TimeToLive}.");
            }

            return;
        }

        missing.Add(($"the expiry of items in the DynamoDB table {name}", token => EnableExpiryAsync(name, token)));
    }

    private async Task LookAtQueueAsync(AwsQueue queue, List<(string What, Func<CancellationToken, Task> Make)> missing, List<string> differences, CancellationToken cancellationToken)
    {
        var (name, deadLetterName) = (settings.NameOf(queue), settings.DeadLetterNameOf(queue));
        var url = await FindQueueAsync(name, cancellationToken);
        if (url is null && await FindQueueAsync(deadLetterName, cancellationToken) is null)
        {
            missing.Add(($"the SQS queue {deadLetterName}", token => CreateQueueAsync(deadLetterName, [], token)));
        }

        if (url is null)
        {
            missing.Add(($"the SQS queue {name}", token => CreateWorkQueueAsync(name, deadLetterName, token)));
            return;
        }

        var attributes = (await AwsFailures.GuardAsync(token => sqs.GetQueueAttributesAsync(new GetQueueAttributesRequest(url, ["RedrivePolicy"]), token), cancellationToken)).Attributes;
        var policy = attributes?.GetValueOrDefault("RedrivePolicy") is { Length: > 0 } text ? JsonSerializer.Deserialize(text, RedrivePolicyJson.Default.RedrivePolicy) : null;
        if (policy is null)
        {
            differences.Add($"The SQS queue {name} has no dead-letter queue.");
        }
        else if (policy.MaxReceiveCount != AwsSchema.MaxReceiveCount)
        {
            differences.Add($"The SQS queue {name} sets messages aside after {policy.MaxReceiveCount} deliveries instead of {AwsSchema.MaxReceiveCount}.");
        }
    }

    private async Task<TableDescription?> FindTableAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await Guard(token => dynamo.DescribeTableAsync(name, token), cancellationToken)).Table;
        }
        catch (TableNotFoundException)
        {
            return null;
        }
    }

    private async Task<string?> FindQueueAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await Guard(token => sqs.GetQueueUrlAsync(name, token), cancellationToken)).QueueUrl;
        }
        catch (QueueDoesNotExistException)
        {
            return null;
        }
    }

    /// <summary>Here, and only here, what is missing is an answer and no outage.</summary>
    private static async Task<T> Guard<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await AwsFailures.GuardAsync(call, cancellationToken);
        }
        catch (StoreUnavailableException exception) when (exception.InnerException is TableNotFoundException or QueueDoesNotExistException)
        {
            throw exception.InnerException;
        }
    }

    private async Task CreateTableAsync(AwsTable table, string name, CancellationToken cancellationToken)
    {
        var request = new CreateTableRequest
        {
            TableName = name,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            KeySchema = Keys(AwsSchema.PartitionKey, AwsSchema.SortKey),
            AttributeDefinitions = [.. AttributesOf(table).Select(attribute => new AttributeDefinition(attribute, ScalarAttributeType.S))],
        };
        if (table.LocalIndex is { } local)
        {
            request.LocalSecondaryIndexes =
                [new LocalSecondaryIndex { IndexName = local.Name, KeySchema = Keys(local.PartitionKey, local.SortKey), Projection = new Projection { ProjectionType = ProjectionType.ALL } }];
        }

        if (table.GlobalIndex is { } global)
        {
            request.GlobalSecondaryIndexes =
                [new GlobalSecondaryIndex { IndexName = global.Name, KeySchema = Keys(global.PartitionKey, global.SortKey), Projection = new Projection { ProjectionType = ProjectionType.KEYS_ONLY } }];
        }

        try
        {
            await AwsFailures.GuardAsync(token => dynamo.CreateTableAsync(request, token), cancellationToken);
        }
        catch (ResourceInUseException)
        {
            // Another run has been faster; its table is waited for like an own one.
        }

        await WaitForTableAsync(name, cancellationToken);
    }

    private async Task WaitForTableAsync(string name, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while ((await FindTableAsync(name, cancellationToken))?.TableStatus != TableStatus.ACTIVE)
        {
            if (TimeProvider.System.GetElapsedTime(started) > s_limit)
            {
                throw new TimeoutException($"The DynamoDB table {name} was made, but is not ready after {s_limit.TotalSeconds:0} s; run aws-provision again.");
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    private async Task EnableExpiryAsync(string name, CancellationToken cancellationToken)
    {
        // Another run may just be making it, and until it is there nothing about it can be changed.
        await WaitForTableAsync(name, cancellationToken);
        try
        {
            await AwsFailures.GuardAsync(
                token => dynamo.UpdateTimeToLiveAsync(
                    new UpdateTimeToLiveRequest { TableName = name, TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = AwsSchema.TimeToLive, Enabled = true } }, token),
                cancellationToken);
        }
        catch (AmazonDynamoDBException)
        {
            // DynamoDB refuses to enable what is enabled, so another run may have been faster here too.
            var expiry = await FindExpiryAsync(name, cancellationToken);
            if (!IsEnabled(expiry) || expiry!.AttributeName != AwsSchema.TimeToLive)
            {
                throw;
            }
        }
    }

    private async Task<TimeToLiveDescription?> FindExpiryAsync(string name, CancellationToken cancellationToken) =>
        (await AwsFailures.GuardAsync(token => dynamo.DescribeTimeToLiveAsync(new DescribeTimeToLiveRequest { TableName = name }, token), cancellationToken)).TimeToLiveDescription;

    private static bool IsEnabled(TimeToLiveDescription? expiry) => expiry?.TimeToLiveStatus == TimeToLiveStatus.ENABLED || expiry?.TimeToLiveStatus == TimeToLiveStatus.ENABLING;

    private async Task CreateWorkQueueAsync(string name, string deadLetterName, CancellationToken cancellationToken)
    {
        var deadLetterUrl = await FindQueueAsync(deadLetterName, cancellationToken) ?? throw new InvalidOperationException($"The queue {deadLetterName} was made and is not there.");
        var arn = (await AwsFailures.GuardAsync(token => sqs.GetQueueAttributesAsync(new GetQueueAttributesRequest(deadLetterUrl, ["QueueArn"]), token), cancellationToken)).Attributes["QueueArn"];
        await CreateQueueAsync(name, new(StringComparer.Ordinal) { ["RedrivePolicy"] = JsonSerializer.Serialize(new RedrivePolicy(arn, AwsSchema.MaxReceiveCount), RedrivePolicyJson.Default.RedrivePolicy) }, cancellationToken);
    }

    private async Task CreateQueueAsync(string name, Dictionary<string, string> attributes, CancellationToken cancellationToken)
    {
        attributes["MessageRetentionPeriod"] = ((int)AwsSchema.MessageRetention.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await AwsFailures.GuardAsync(token => sqs.CreateQueueAsync(new CreateQueueRequest { QueueName = name, Attributes = attributes }, token), cancellationToken);
    }

    private static List<KeySchemaElement> Keys(string partition, string sort) => [new(partition, KeyType.HASH), new(sort, KeyType.RANGE)];

    private static IEnumerable<string> AttributesOf(AwsTable table) =>
        new[] { AwsSchema.PartitionKey, AwsSchema.SortKey, table.LocalIndex?.PartitionKey, table.LocalIndex?.SortKey, table.GlobalIndex?.PartitionKey, table.GlobalIndex?.SortKey }
            .OfType<string>().Distinct(StringComparer.Ordinal);

    private static string Describe(AwsTable table) => string.Join(
        ", ",
        new[]
        {
            $"{AwsSchema.PartitionKey}/{AwsSchema.SortKey}",
            table.LocalIndex is { } local ? $"local {local.Name} {local.PartitionKey}/{local.SortKey} ALL" : null,
            table.GlobalIndex is { } global ? $"global {global.Name} {global.PartitionKey}/{global.SortKey} KEYS_ONLY" : null,
        }.OfType<string>());

    private static string Describe(List<KeySchemaElement> keys, List<LocalSecondaryIndexDescription>? local, List<GlobalSecondaryIndexDescription>? global) => string.Join(
        ", ",
        new[] { Describe(keys) }
            .Concat((local ?? []).Select(i => $"local {i.IndexName} {Describe(i.KeySchema)} {i.Projection?.ProjectionType}"))
            .Concat((global ?? []).Select(i => $"global {i.IndexName} {Describe(i.KeySchema)} {i.Projection?.ProjectionType}")));

    private static string Describe(List<KeySchemaElement> keys) => string.Join('/', keys.Select(k => k.AttributeName));
}

/// <summary>What the adapters that were chosen need.</summary>
internal sealed record AwsNeeds(IReadOnlyList<AwsTable> Tables, IReadOnlyList<AwsQueue> Queues);

/// <param name="Made">What was missing.</param>
/// <param name="Differences">What is there and is not as it must be, one sentence each; nothing was made then.</param>
public sealed record AwsProvisioningOutcome(IReadOnlyList<string> Made, IReadOnlyList<string> Differences);

internal sealed record RedrivePolicy(
    [property: JsonPropertyName("deadLetterTargetArn")] string DeadLetterTargetArn,
    [property: JsonPropertyName("maxReceiveCount")] int MaxReceiveCount);

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(RedrivePolicy))]
internal sealed partial class RedrivePolicyJson : JsonSerializerContext;
