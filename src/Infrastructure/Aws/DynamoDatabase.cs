using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Backend.Application.Ports;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// Reads and writes items. Every read sees all earlier writes. A write is conditional and one item; the SDK repeats it when its
/// answer was lost, so each carries an id of its own, and a repetition that is refused because the first one was done is
/// recognised by it. Nothing is ever scanned.
/// </summary>
internal sealed class DynamoDatabase(IAmazonDynamoDB client, IIdSource ids)
{
    /// <summary>The id of the write that made the item what it is.</summary>
    private const string WrittenBy = "written_by";

    private const int MaxReadTogether = 100;
    private const int MaxWrittenTogether = 25;

    /// <summary>By one caller; the readers of a large result would otherwise take each other's time.</summary>
    private const int MaxReadsAtOnce = 4;

    public async Task<Dictionary<string, AttributeValue>?> FindAsync(string table, string partition, string sort, CancellationToken cancellationToken)
    {
        var found = await AwsFailures.GuardAsync(
            token => client.GetItemAsync(new GetItemRequest { TableName = table, Key = Key(partition, sort), ConsistentRead = true }, token), cancellationToken);
        return found.IsItemSet ? found.Item : null;
    }

    /// <summary>Items of the keys, in no order; absent ones are left out.</summary>
    public async Task<List<Dictionary<string, AttributeValue>>> FindAllAsync(string table, IEnumerable<(string Partition, string Sort)> keys, CancellationToken cancellationToken)
    {
        var found = new List<Dictionary<string, AttributeValue>>();
        foreach (var chunks in keys.Chunk(MaxReadTogether).Chunk(MaxReadsAtOnce))
        {
            var pages = await Task.WhenAll(chunks.Select(chunk => FindTogetherAsync(table, chunk, cancellationToken)));
            found.AddRange(pages.SelectMany(page => page));
        }

        return found;
    }

    /// <summary>A page of a partition, in the order of its sort keys.</summary>
    /// <param name="condition">On the sort key, or null for all; its values are <c>:from</c> and <c>:to</c>.</param>
    /// <param name="index">Null for the table itself. A local index is read as consistently as the table.</param>
    /// <param name="start">Where the page before ended.</param>
    public async Task<(List<Dictionary<string, AttributeValue>> Items, Dictionary<string, AttributeValue>? Next)> QueryAsync(
        string table,
        string partition,
        CancellationToken cancellationToken,
        (string Condition, string From, string To)? condition = null,
        AwsIndex? index = null,
        bool backwards = false,
        int? limit = null,
        Dictionary<string, AttributeValue>? start = null)
    {
        var request = new QueryRequest
        {
            TableName = table,
            IndexName = index?.Name,
            KeyConditionExpression = condition is { } given ? $"#p = :p and {given.Condition}" : "#p = :p",
            ExpressionAttributeNames = new Names { ["#p"] = index?.PartitionKey ?? AwsSchema.PartitionKey },
            ExpressionAttributeValues = new Values { [":p"] = DynamoItem.Text(partition) },
            ConsistentRead = index is null || index.PartitionKey == AwsSchema.PartitionKey,
            ScanIndexForward = !backwards,
            ExclusiveStartKey = start,
        };
        if (limit is { } most)
        {
            request.Limit = most;
        }

        if (condition is { } range)
        {
            request.ExpressionAttributeNames["#s"] = index?.SortKey ?? AwsSchema.SortKey;
            request.ExpressionAttributeValues[":from"] = DynamoItem.Text(range.From);
            request.ExpressionAttributeValues[":to"] = DynamoItem.Text(range.To);
        }

        var page = await AwsFailures.GuardAsync(token => client.QueryAsync(request, token), cancellationToken);
        return (page.Items ?? [], page.LastEvaluatedKey is { Count: > 0 } next ? next : null);
    }

    /// <summary>All items of a partition; only for those that are small by their nature.</summary>
    public async Task<List<Dictionary<string, AttributeValue>>> QueryAllAsync(string table, string partition, CancellationToken cancellationToken, AwsIndex? index = null)
    {
        var all = new List<Dictionary<string, AttributeValue>>();
        Dictionary<string, AttributeValue>? start = null;
        do
        {
            var (items, next) = await QueryAsync(table, partition, cancellationToken, index: index, start: start);
            all.AddRange(items);
            start = next;
        }
        while (start is not null);
        return all;
    }

    /// <summary>Writes a whole item, whatever is there.</summary>
    public Task PutAsync(string table, Values item, CancellationToken cancellationToken) =>
        AwsFailures.GuardAsync(token => client.PutItemAsync(new PutItemRequest { TableName = table, Item = item }, token), cancellationToken);

    /// <summary>Writes a whole item if the condition holds.</summary>
    public Task<DynamoWrite> TryPutAsync(
        string table,
        Values item,
        string condition,
        CancellationToken cancellationToken,
        Values? values = null)
    {
        var by = NewWrite();
        return TryAsync(
            by,
            async token =>
            {
                var written = Values.Of(item).With(WrittenBy, by);
                await client.PutItemAsync(
                    new PutItemRequest
                    {
                        TableName = table,
                        Item = written,
                        ConditionExpression = condition,
                        ExpressionAttributeValues = values is { Count: > 0 } ? values : null,
                        ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
                    },
                    token);
                return written;
            },
            cancellationToken);
    }

    /// <summary>Changes an item, or makes it, if the condition holds, or always without one. Names of attributes that are words of DynamoDB's are written with <c>#</c>.</summary>
    /// <param name="set">What follows <c>set</c>; may be empty.</param>
    /// <param name="remove">What follows <c>remove</c>; may be empty.</param>
    public Task<DynamoWrite> TryUpdateAsync(
        string table,
        string partition,
        string sort,
        string set,
        string remove,
        string? condition,
        Values values,
        CancellationToken cancellationToken,
        Names? names = null)
    {
        var by = NewWrite();
        var all = Values.Of(values).With(":written_by", by);
        var request = new UpdateItemRequest
        {
            TableName = table,
            Key = Key(partition, sort),
            UpdateExpression = $"set {WrittenBy} = :written_by{(set.Length > 0 ? $", {set}" : string.Empty)}{(remove.Length > 0 ? $" remove {remove}" : string.Empty)}",
            ConditionExpression = condition,
            ExpressionAttributeValues = all,
            ExpressionAttributeNames = names,
            ReturnValues = ReturnValue.ALL_NEW,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
        return TryAsync(by, async token => (await client.UpdateItemAsync(request, token)).Attributes, cancellationToken);
    }

    /// <summary>Changes what belongs to no snapshot, if the condition holds. The SDK may do it twice, so that must not matter.</summary>
    /// <returns>The attributes that were set; null when it was refused.</returns>
    public async Task<Dictionary<string, AttributeValue>?> TryTouchAsync(
        string table, string partition, string sort, string change, string condition, Values values, Names names, CancellationToken cancellationToken)
    {
        try
        {
            return (await AwsFailures.GuardAsync(
                token => client.UpdateItemAsync(
                    new UpdateItemRequest
                    {
                        TableName = table,
                        Key = Key(partition, sort),
                        UpdateExpression = change,
                        ConditionExpression = condition,
                        ExpressionAttributeValues = values,
                        ExpressionAttributeNames = names.Count > 0 ? names : null,
                        ReturnValues = ReturnValue.UPDATED_NEW,
                    },
                    token),
                cancellationToken)).Attributes;
        }
        catch (ConditionalCheckFailedException)
        {
            return null;
        }
    }

    public Task DeleteAsync(string table, string partition, string sort, CancellationToken cancellationToken) =>
        AwsFailures.GuardAsync(token => client.DeleteItemAsync(new DeleteItemRequest { TableName = table, Key = Key(partition, sort) }, token), cancellationToken);

    /// <summary>Deletes an item on a condition. Nothing happens when it does not hold, or there is none.</summary>
    public async Task DeleteIfAsync(string table, string partition, string sort, string condition, Values values, CancellationToken cancellationToken)
    {
        try
        {
            await AwsFailures.GuardAsync(
                token => client.DeleteItemAsync(
                    new DeleteItemRequest { TableName = table, Key = Key(partition, sort), ConditionExpression = condition, ExpressionAttributeValues = values }, token),
                cancellationToken);
        }
        catch (ConditionalCheckFailedException)
        {
            // Another has it, or it is gone.
        }
    }

    /// <summary>Writes items whole, whatever is there, in no order; one that is written twice does no harm.</summary>
    public Task PutAllAsync(string table, IEnumerable<Values> items, CancellationToken cancellationToken) =>
        WriteAllAsync(table, items.Select(item => new WriteRequest(new PutRequest(item))), cancellationToken);

    /// <summary>Deletes every item of a partition; one that is added meanwhile may stay.</summary>
    public async Task DeleteAllAsync(string table, string partition, CancellationToken cancellationToken)
    {
        Dictionary<string, AttributeValue>? start = null;
        do
        {
            var (items, next) = await QueryAsync(table, partition, cancellationToken, start: start);
            await WriteAllAsync(table, items.Select(item => new WriteRequest(new DeleteRequest(Key(partition, item.Text(AwsSchema.SortKey))))), cancellationToken);
            start = next;
        }
        while (start is not null);
    }

    private async Task WriteAllAsync(string table, IEnumerable<WriteRequest> requests, CancellationToken cancellationToken)
    {
        foreach (var chunk in requests.Chunk(MaxWrittenTogether))
        {
            await AwsFailures.GuardAsync(
                async token =>
                {
                    var left = new Dictionary<string, List<WriteRequest>>(StringComparer.Ordinal) { [table] = [.. chunk] };
                    for (var attempt = 0; left.Count > 0; attempt++)
                    {
                        await PauseAsync(attempt, token);
                        left = (await client.BatchWriteItemAsync(new BatchWriteItemRequest(left), token)).UnprocessedItems ?? [];
                    }

                    return true;
                },
                cancellationToken);
        }
    }

    private static Values Key(string partition, string sort) => new()
    {
        [AwsSchema.PartitionKey] = DynamoItem.Text(partition),
        [AwsSchema.SortKey] = DynamoItem.Text(sort),
    };

    /// <summary>What DynamoDB had no capacity for is asked for again, within the time limit of the whole.</summary>
    private static Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        attempt == 0 ? Task.CompletedTask : Task.Delay(TimeSpan.FromMilliseconds(25 * Math.Pow(2, Math.Min(attempt, 5))), TimeProvider.System, cancellationToken);

    private AttributeValue NewWrite() => DynamoItem.Text(ids.Next().ToString("N"));

    private Task<List<Dictionary<string, AttributeValue>>> FindTogetherAsync(string table, (string Partition, string Sort)[] keys, CancellationToken cancellationToken) =>
        AwsFailures.GuardAsync(
            async token =>
            {
                var found = new List<Dictionary<string, AttributeValue>>();
                var left = new Dictionary<string, KeysAndAttributes>(StringComparer.Ordinal)
                {
                    [table] = new() { Keys = [.. keys.Select(Dictionary<string, AttributeValue> (key) => Key(key.Partition, key.Sort))], ConsistentRead = true },
                };
                for (var attempt = 0; left.Count > 0; attempt++)
                {
                    await PauseAsync(attempt, token);
                    var answer = await client.BatchGetItemAsync(new BatchGetItemRequest(left), token);
                    found.AddRange(answer.Responses?.GetValueOrDefault(table) ?? []);
                    left = answer.UnprocessedKeys ?? [];
                }

                return found;
            },
            cancellationToken);

    private static async Task<DynamoWrite> TryAsync(AttributeValue by, Func<CancellationToken, Task<Dictionary<string, AttributeValue>>> write, CancellationToken cancellationToken)
    {
        try
        {
            return new DynamoWrite(IsDone: true, await AwsFailures.GuardAsync(write, cancellationToken));
        }
        catch (ConditionalCheckFailedException refusal)
        {
            var stored = refusal.Item is { Count: > 0 } item ? item : null;
            return new DynamoWrite(stored?.TextOrNull(WrittenBy) == by.S, stored);
        }
    }
}

/// <summary>What became of a conditional write.</summary>
/// <param name="Item">As it is stored now; null when it was refused and there is none.</param>
internal readonly record struct DynamoWrite(bool IsDone, Dictionary<string, AttributeValue>? Item);
