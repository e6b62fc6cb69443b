using System.Diagnostics;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.SQS.Model;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;
using Backend.WebApi.Commands;

namespace Backend.Integration.Aws;

/// <summary><c>aws-provision</c>, as whoever deploys runs it.</summary>
public sealed class ProvisionTests : IAsyncLifetime
{
    private AwsResources _resources = null!;

    public async ValueTask InitializeAsync() => _resources = await AwsResources.ReserveAsync();

    public ValueTask DisposeAsync() => _resources.DisposeAsync();

    [Fact]
    public async Task Everything_is_made_and_a_second_run_finds_it()
    {
        var (code, output) = await ProvisionAsync();

        code.ShouldBe(0, output);
        var lines = Lines(output);
        lines[^1].ShouldBe("Everything is there.");
        lines[..^1].Order(StringComparer.Ordinal).ShouldBe(
            AwsSchema.Tables.Select(t => $"Made the DynamoDB table {_resources.NameOf(t)}.")
                .Concat(AwsSchema.Queues.SelectMany(q => new[] { $"Made the SQS queue {_resources.NameOf(q)}.", $"Made the SQS queue {_resources.DeadLetterNameOf(q)}." })).Order(StringComparer.Ordinal));
        await ShouldBeWholeAsync();
        var made = await DescribeAsync();

        (code, output) = await ProvisionAsync();

        code.ShouldBe(0, output);
        Lines(output).ShouldBe(["Everything was there already."]);
        (await DescribeAsync()).ShouldBe(made);
    }

    [Fact]
    public async Task It_takes_no_arguments()
    {
        var (code, output) = await ProvisionAsync(["now"]);

        code.ShouldBe(2);
        output.ShouldBe($"usage: aws-provision{Environment.NewLine}");
        (await DescribeAsync()).ShouldBeEmpty();
    }

    public static TheoryData<string, string> OtherTables => new()
    {
        { "keys", "The DynamoDB table {0} has other keys or indexes: id/sk instead of pk/sk, local by-creation pk/created ALL, global unfinished unfinished/created KEYS_ONLY." },
        { "no sort key", "The DynamoDB table {0} has other keys or indexes: pk instead of pk/sk, local by-creation pk/created ALL, global unfinished unfinished/created KEYS_ONLY." },
        { "no indexes", "The DynamoDB table {0} has other keys or indexes: pk/sk instead of pk/sk, local by-creation pk/created ALL, global unfinished unfinished/created KEYS_ONLY." },
        { "index", "The DynamoDB table {0} has other keys or indexes: pk/sk, local by-creation pk/created ALL, global unfinished unfinished/created ALL instead of pk/sk, local by-creation pk/created ALL, global unfinished unfinished/created KEYS_ONLY." },
        { "expiry", "The DynamoDB table {0} expires items by expires instead of ttl." },
    };

    [Theory]
    [MemberData(nameof(OtherTables))]
    public async Task A_table_that_differs_is_named_and_nothing_is_made_or_changed(string difference, string sentence)
    {
        await MakeTableAsync(AwsSchema.MapSearches, difference);
        var before = await DescribeAsync();

        var (code, output) = await ProvisionAsync();

        code.ShouldBe(1);
        Lines(output).ShouldBe([string.Format(sentence, _resources.NameOf(AwsSchema.MapSearches)), "Nothing was made or changed."]);
        (await DescribeAsync()).ShouldBe(before);
        before.Count.ShouldBe(1);
    }

    public static TheoryData<int, int?, string> OtherQueues
    {
        get
        {
            var data = new TheoryData<int, int?, string>();
            for (var queue = 0; queue < AwsSchema.Queues.Count; queue++)
            {
                data.Add(queue, null, "The SQS queue {0} has no dead-letter queue.");
                data.Add(queue, 3, "The SQS queue {0} sets messages aside after 3 deliveries instead of 5.");
            }

            return data;
        }
    }

    /// <param name="number">Of the queue in the schema.</param>
    [Theory]
    [MemberData(nameof(OtherQueues))]
    public async Task A_queue_that_differs_is_named_and_nothing_is_made_or_changed(int number, int? deliveries, string sentence)
    {
        await MakeQueuesAsync(AwsSchema.Queues[number], deliveries);
        var before = await DescribeAsync();

        var (code, output) = await ProvisionAsync();

        code.ShouldBe(1);
        Lines(output).ShouldBe([string.Format(sentence, _resources.NameOf(AwsSchema.Queues[number])), "Nothing was made or changed."]);
        (await DescribeAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task All_differences_are_named_together()
    {
        await MakeTableAsync(AwsSchema.MapSearches, "keys");
        await MakeTableAsync(AwsSchema.Sessions, "expiry");
        await MakeQueuesAsync(AwsSchema.MapSearchQueue, deliveries: null);

        var (code, output) = await ProvisionAsync();

        code.ShouldBe(1);
        Lines(output).Length.ShouldBe(4);
    }

    [Fact]
    public async Task What_an_interrupted_run_has_left_undone_is_made()
    {
        // Whole, without its expiry, and the queue that is made first.
        await MakeTableAsync(AwsSchema.Sessions, "nothing");
        await MakeTableAsync(AwsSchema.MapSearches, "no expiry");
        await _resources.Sqs.CreateQueueAsync(_resources.DeadLetterQueueName);

        var (code, output) = await ProvisionAsync();

        code.ShouldBe(0, output);
        var lines = Lines(output);
        lines[^1].ShouldBe("Everything is there.");
        lines.ShouldNotContain(l => l.Contains(_resources.NameOf(AwsSchema.Sessions), StringComparison.Ordinal));
        lines.Where(l => l.Contains(_resources.NameOf(AwsSchema.MapSearches), StringComparison.Ordinal)).ShouldBe([$"Made the expiry of items in the DynamoDB table {_resources.NameOf(AwsSchema.MapSearches)}."]);
        lines.Where(l => l.Contains(_resources.QueueName, StringComparison.Ordinal) || l.Contains(_resources.DeadLetterQueueName, StringComparison.Ordinal)).ShouldBe([$"Made the SQS queue {_resources.QueueName}."]);
        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task Two_runs_at_once_both_end_well()
    {
        var outcomes = await Task.WhenAll(ProvisionAsync(), ProvisionAsync());

        outcomes.Select(o => (o.Code, Lines(o.Output).Last().Split(' ')[0])).ShouldBe([(0, "Everything"), (0, "Everything")]);
        await ShouldBeWholeAsync();
    }

    /// <summary>In one process, where they hardly miss each other.</summary>
    [Fact]
    public async Task Many_runs_at_once_all_end_well()
    {
        for (var round = 0; round < 5; round++)
        {
            await using var resources = await AwsResources.ReserveAsync();
            var settings = ContractResources.SettingsOf(resources);

            var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new AwsProvisioning(resources.DynamoDb, resources.Sqs, settings).ProvisionAsync(CancellationToken.None)));

            outcomes.ShouldAllBe(o => o.Differences.Count == 0);
            (await new AwsProvisioning(resources.DynamoDb, resources.Sqs, settings).CheckAsync(new AwsNeeds(AwsSchema.Tables, AwsSchema.Queues), CancellationToken.None)).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Without_a_region_it_says_so()
    {
        var (code, output) = await ProvisionAsync([], ("AWS_REGION", ""), ("AWS_DEFAULT_REGION", ""));

        code.ShouldBe(1);
        Lines(output).ShouldBe(["AWS adapters are chosen, but there is no region; set AWS_REGION."]);
    }

    [Theory]
    [InlineData("AWS_ENDPOINT_URL_DYNAMODB")]
    [InlineData("AWS_ENDPOINT_URL_SQS")]
    public async Task Without_a_service_it_says_so_soon_and_makes_nothing(string endpoint)
    {
        var watch = Stopwatch.StartNew();
        var (code, output) = await ProvisionAsync([], (endpoint, $"http://127.0.0.1:{LoopbackPort.Find()}"));

        code.ShouldBe(1);
        Lines(output).ShouldHaveSingleItem().ShouldStartWith("AWS cannot be reached or does not answer: ");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        (await DescribeAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_that_are_set_are_used()
    {
        var name = $"{_resources.Prefix}of-somebody";

        var (code, output) = await ProvisionAsync([], (AwsSchema.Sessions.NameSetting, name));

        code.ShouldBe(0, output);
        Lines(output).ShouldContain($"Made the DynamoDB table {name}.");
        (await DescribeAsync()).ShouldNotContain(d => d.StartsWith(_resources.NameOf(AwsSchema.Sessions) + " ", StringComparison.Ordinal));
    }

    private static string[] Lines(string output) => output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private async Task<(int Code, string Output)> ProvisionAsync(IReadOnlyList<string>? arguments = null, params (string Key, string Value)[] settings)
    {
        var all = _resources.Endpoints.Environment.Concat(_resources.Settings).ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var (code, output, error) = await ServiceCommand.RunAsync(all, [AwsProvisionCommand.Name, .. arguments ?? []]);
        error.ShouldBeEmpty();
        return (code, output);
    }

    private async Task ShouldBeWholeAsync()
    {
        var provisioning = new AwsProvisioning(_resources.DynamoDb, _resources.Sqs, ContractResources.SettingsOf(_resources));
        (await provisioning.CheckAsync(new AwsNeeds(AwsSchema.Tables, AwsSchema.Queues), CancellationToken.None)).ShouldBeEmpty();
        (await DescribeAsync()).Count.ShouldBe(AwsSchema.Tables.Count + (2 * AwsSchema.Queues.Count));
        foreach (var queue in AwsSchema.Queues)
        {
            var made = await _resources.Sqs.GetQueueAttributesAsync(await _resources.QueueUrlAsync(queue), ["RedrivePolicy", "MessageRetentionPeriod"]);
            made.Attributes["RedrivePolicy"].ShouldContain(_resources.DeadLetterNameOf(queue));
            made.Attributes["MessageRetentionPeriod"].ShouldBe("1209600");
        }
    }

    /// <summary>All that there is under the names of this test, as DynamoDB and SQS describe it.</summary>
    private async Task<IReadOnlyList<string>> DescribeAsync()
    {
        var all = new List<string>();
        var tables = await _resources.DynamoDb.ListTablesAsync(new ListTablesRequest { ExclusiveStartTableName = _resources.Prefix });
        foreach (var name in (tables.TableNames ?? []).TakeWhile(n => n.StartsWith(_resources.Prefix, StringComparison.Ordinal)))
        {
            var table = (await _resources.DynamoDb.DescribeTableAsync(name)).Table;
            var expiry = (await _resources.DynamoDb.DescribeTimeToLiveAsync(name)).TimeToLiveDescription;
            all.Add($"{name} {Keys(table.KeySchema)} {string.Join(' ', (table.LocalSecondaryIndexes ?? []).Select(i => $"{i.IndexName} {Keys(i.KeySchema)}").Concat((table.GlobalSecondaryIndexes ?? []).Select(i => $"{i.IndexName} {Keys(i.KeySchema)}")))} {table.CreationDateTime:O} {expiry.TimeToLiveStatus} {expiry.AttributeName}");
        }

        foreach (var url in (await _resources.Sqs.ListQueuesAsync(_resources.Prefix)).QueueUrls ?? [])
        {
            var attributes = (await _resources.Sqs.GetQueueAttributesAsync(url, ["All"])).Attributes;
            all.Add($"{url} {string.Join(' ', attributes.Where(a => !a.Key.StartsWith("Approximate", StringComparison.Ordinal)).OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}"))}");
        }

        return all;
    }

    private static string Keys(IEnumerable<KeySchemaElement> keys) => string.Join('/', keys.Select(k => k.AttributeName));

    /// <param name="difference">From what it should be.</param>
    private async Task MakeTableAsync(AwsTable table, string difference)
    {
        var partition = difference == "keys" ? "id" : AwsSchema.PartitionKey;
        var indexed = table.LocalIndex is not null && difference is not ("keys" or "no sort key" or "no indexes");
        var request = new CreateTableRequest
        {
            TableName = _resources.NameOf(table),
            BillingMode = BillingMode.PAY_PER_REQUEST,
            KeySchema = difference == "no sort key" ? [new(partition, KeyType.HASH)] : [new(partition, KeyType.HASH), new(AwsSchema.SortKey, KeyType.RANGE)],
            AttributeDefinitions = [new(partition, ScalarAttributeType.S)],
        };
        if (difference != "no sort key")
        {
            request.AttributeDefinitions.Add(new(AwsSchema.SortKey, ScalarAttributeType.S));
        }

        if (indexed)
        {
            request.AttributeDefinitions.AddRange([new("created", ScalarAttributeType.S), new("unfinished", ScalarAttributeType.S)]);
            request.LocalSecondaryIndexes = [new() { IndexName = "by-creation", KeySchema = [new(AwsSchema.PartitionKey, KeyType.HASH), new("created", KeyType.RANGE)], Projection = new() { ProjectionType = ProjectionType.ALL } }];
            request.GlobalSecondaryIndexes = [new() { IndexName = "unfinished", KeySchema = [new("unfinished", KeyType.HASH), new("created", KeyType.RANGE)], Projection = new() { ProjectionType = difference == "index" ? ProjectionType.ALL : ProjectionType.KEYS_ONLY } }];
        }

        await _resources.DynamoDb.CreateTableAsync(request);
        await Eventually.GetAsync(async () => (await _resources.DynamoDb.DescribeTableAsync(request.TableName)).Table.TableStatus, s => s == TableStatus.ACTIVE);
        if (difference is "expiry" or "nothing")
        {
            await _resources.DynamoDb.UpdateTimeToLiveAsync(
                new UpdateTimeToLiveRequest { TableName = request.TableName, TimeToLiveSpecification = new() { AttributeName = difference == "expiry" ? "expires" : AwsSchema.TimeToLive, Enabled = true } });
        }
    }

    private async Task MakeQueuesAsync(AwsQueue queue, int? deliveries)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (deliveries is { } count)
        {
            var deadLetters = (await _resources.Sqs.CreateQueueAsync(_resources.DeadLetterNameOf(queue))).QueueUrl;
            var arn = (await _resources.Sqs.GetQueueAttributesAsync(deadLetters, ["QueueArn"])).Attributes["QueueArn"];
            attributes["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{arn}}","maxReceiveCount":"{{count}}"}""";
        }

        await _resources.Sqs.CreateQueueAsync(new CreateQueueRequest { QueueName = _resources.NameOf(queue), Attributes = attributes });
    }
}
