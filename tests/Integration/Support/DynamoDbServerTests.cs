using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Backend.Infrastructure.Aws;

namespace Backend.Integration.Support;

/// <summary>What the adapters need of DynamoDB, on each of the servers that stand for it.</summary>
public sealed class DynamoDbServerTests
{
    public static TheoryData<string> Engines => [.. DynamoDbServer.Engines.Select(engine => engine.ToString())];

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_condition_that_fails_changes_nothing_and_brings_the_item_as_it_is(string engine)
    {
        await using var server = await StartAsync(engine);
        await using var resources = await CreateAsync(server);
        var table = resources.NameOf(AwsSchema.Sessions);
        var insert = new PutItemRequest
        {
            TableName = table,
            Item = Item("user", "session", ("version", "1")),
            ConditionExpression = "attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
        await resources.DynamoDb.PutItemAsync(insert);

        insert.Item = Item("user", "session", ("version", "9"));
        (await Should.ThrowAsync<ConditionalCheckFailedException>(resources.DynamoDb.PutItemAsync(insert))).Item["version"].S.ShouldBe("1");
        var updated = await resources.DynamoDb.UpdateItemAsync(Update(from: "1", to: "2"));
        updated.Attributes["version"].S.ShouldBe("2");
        (await Should.ThrowAsync<ConditionalCheckFailedException>(resources.DynamoDb.UpdateItemAsync(Update(from: "1", to: "3")))).Item["version"].S.ShouldBe("2");
        (await Should.ThrowAsync<ConditionalCheckFailedException>(resources.DynamoDb.DeleteItemAsync(new DeleteItemRequest
        {
            TableName = table,
            Key = Item("user", "session"),
            ConditionExpression = "version = :version",
            ExpressionAttributeValues = new Dictionary<string, AttributeValue>(StringComparer.Ordinal) { [":version"] = new("1") },
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        }))).Item["version"].S.ShouldBe("2");
        (await resources.DynamoDb.GetItemAsync(new GetItemRequest { TableName = table, Key = Item("user", "session"), ConsistentRead = true })).Item["version"].S.ShouldBe("2");

        UpdateItemRequest Update(string from, string to) => new()
        {
            TableName = table,
            Key = Item("user", "session"),
            UpdateExpression = "set version = :to",
            ConditionExpression = "version = :from",
            ExpressionAttributeValues = new Dictionary<string, AttributeValue>(StringComparer.Ordinal) { [":from"] = new(from), [":to"] = new(to) },
            ReturnValues = ReturnValue.ALL_NEW,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Of_many_who_write_on_the_same_condition_one_succeeds(string engine)
    {
        await using var server = await StartAsync(engine);
        await using var resources = await CreateAsync(server);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                await resources.DynamoDb.PutItemAsync(new PutItemRequest
                {
                    TableName = resources.NameOf(AwsSchema.Sessions),
                    Item = Item("contended", "item", ("by", $"{i}")),
                    ConditionExpression = "attribute_not_exists(pk)",
                });
                return true;
            }
            catch (ConditionalCheckFailedException)
            {
                return false;
            }
        }));

        outcomes.Count(won => won).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_local_index_is_read_consistently_in_its_order_and_page_by_page(string engine)
    {
        await using var server = await StartAsync(engine);
        await using var resources = await CreateAsync(server);
        var table = resources.NameOf(AwsSchema.MapSearches);
        foreach (var (search, created) in new[] { ("a", "2"), ("b", "3"), ("c", "1") })
        {
            await resources.DynamoDb.PutItemAsync(table, Item("user", search, ("created", created), ("more", "x")));
        }

        await resources.DynamoDb.PutItemAsync(table, Item("user", "not a search"));
        var query = new QueryRequest
        {
            TableName = table,
            IndexName = AwsSchema.MapSearches.LocalIndex!.Name,
            KeyConditionExpression = "pk = :pk",
            ExpressionAttributeValues = new Dictionary<string, AttributeValue>(StringComparer.Ordinal) { [":pk"] = new("user") },
            ConsistentRead = true,
            ScanIndexForward = false,
            Limit = 2,
        };

        var first = await resources.DynamoDb.QueryAsync(query);
        query.ExclusiveStartKey = first.LastEvaluatedKey;
        var second = await resources.DynamoDb.QueryAsync(query);

        first.Items.Select(item => item["sk"].S).ShouldBe(["b", "a"]);
        second.Items.Single()["sk"].S.ShouldBe("c");
        second.Items.Single()["more"].S.ShouldBe("x");
        second.LastEvaluatedKey.ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task The_global_index_has_the_keys_of_items_that_have_its_attributes(string engine)
    {
        await using var server = await StartAsync(engine);
        await using var resources = await CreateAsync(server);
        var table = resources.NameOf(AwsSchema.MapSearches);
        await resources.DynamoDb.PutItemAsync(table, Item("user", "open", ("created", "1"), ("unfinished", "yes"), ("more", "x")));
        await resources.DynamoDb.PutItemAsync(table, Item("user", "closed", ("created", "2"), ("more", "x")));
        var query = new QueryRequest
        {
            TableName = table,
            IndexName = AwsSchema.MapSearches.GlobalIndex!.Name,
            KeyConditionExpression = "unfinished = :yes",
            ExpressionAttributeValues = new Dictionary<string, AttributeValue>(StringComparer.Ordinal) { [":yes"] = new("yes") },
        };

        // Global indexes follow their table, on real DynamoDB after a moment.
        var found = await Eventually.GetAsync(() => resources.DynamoDb.QueryAsync(query), answer => answer.Items is [_]);
        found.Items.Single().Keys.ShouldBe(["pk", "sk", "unfinished", "created"], ignoreOrder: true);
        await resources.DynamoDb.UpdateItemAsync(new UpdateItemRequest { TableName = table, Key = Item("user", "open"), UpdateExpression = "remove unfinished" });
        await Eventually.GetAsync(() => resources.DynamoDb.QueryAsync(query), answer => answer.Items is null or []);
        query.ConsistentRead = true;
        (await Should.ThrowAsync<AmazonDynamoDBException>(resources.DynamoDb.QueryAsync(query))).ErrorCode.ShouldBe("ValidationException");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Tables_are_described_as_they_were_made(string engine)
    {
        await using var server = await StartAsync(engine);
        await using var resources = await CreateAsync(server);
        var table = resources.NameOf(AwsSchema.MapSearches);

        var described = (await resources.DynamoDb.DescribeTableAsync(table)).Table;
        var timeToLive = (await resources.DynamoDb.DescribeTimeToLiveAsync(table)).TimeToLiveDescription;

        described.TableStatus.ShouldBe(TableStatus.ACTIVE);
        described.BillingModeSummary.BillingMode.ShouldBe(BillingMode.PAY_PER_REQUEST);
        described.KeySchema.Select(key => key.AttributeName).ShouldBe(["pk", "sk"]);
        described.LocalSecondaryIndexes.Single().Projection.ProjectionType.ShouldBe(ProjectionType.ALL);
        described.GlobalSecondaryIndexes.Single().Projection.ProjectionType.ShouldBe(ProjectionType.KEYS_ONLY);
        timeToLive.AttributeName.ShouldBe(AwsSchema.TimeToLive);
        timeToLive.TimeToLiveStatus.ShouldBe(TimeToLiveStatus.ENABLED);
        (await Should.ThrowAsync<AmazonDynamoDBException>(resources.DynamoDb.CreateTableAsync(new CreateTableRequest
        {
            TableName = table,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            AttributeDefinitions = [new AttributeDefinition("pk", ScalarAttributeType.S)],
            KeySchema = [new KeySchemaElement("pk", KeyType.HASH)],
        }))).ShouldBeOfType<ResourceInUseException>();
        await Should.ThrowAsync<ResourceNotFoundException>(resources.DynamoDb.DescribeTableAsync(table + "-not"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task What_was_written_is_there_after_a_restart(string engine)
    {
        await using var server = await DynamoDbServer.StartAsync(engine: Enum.Parse<DynamoDbEngine>(engine));
        await using var resources = await CreateAsync(server);
        var table = resources.NameOf(AwsSchema.Sessions);
        await resources.DynamoDb.PutItemAsync(table, Item("user", "kept"));

        await server.StopAsync();
        using var impatient = resources.Endpoints.CreateDynamoDb(config => config.MaxErrorRetry = 0);
        await Should.ThrowAsync<HttpRequestException>(impatient.GetItemAsync(table, Item("user", "kept")));
        await server.StartAgainAsync();

        (await resources.DynamoDb.GetItemAsync(table, Item("user", "kept"))).Item["sk"].S.ShouldBe("kept");
    }

    [Fact]
    public async Task A_paused_server_does_not_answer_until_it_is_resumed()
    {
        await using var server = await DynamoDbServer.StartAsync(durable: false);
        await using var resources = await CreateAsync(server);
        using var impatient = resources.Endpoints.CreateDynamoDb(config => (config.Timeout, config.MaxErrorRetry) = (TimeSpan.FromSeconds(1), 0));

        await server.PauseAsync();
        var answer = resources.DynamoDb.ListTablesAsync();
        await Should.ThrowAsync<TimeoutException>(impatient.ListTablesAsync());
        answer.IsCompleted.ShouldBeFalse();
        await server.ResumeAsync();

        (await answer).TableNames.Count.ShouldBe(AwsSchema.Tables.Count);
    }

    [Fact]
    public async Task A_paused_server_can_be_disposed()
    {
        var server = await DynamoDbServer.StartAsync();
        await server.PauseAsync();

        await server.DisposeAsync();

        using var client = new HttpClient();
        await Should.ThrowAsync<HttpRequestException>(client.GetAsync(server.Address));
    }

    private static Task<DynamoDbServer> StartAsync(string engine) => DynamoDbServer.StartAsync(durable: false, Enum.Parse<DynamoDbEngine>(engine));

    private static async Task<AwsResources> CreateAsync(DynamoDbServer server) => await AwsResources.CreateAsync(await AwsServers.GetAsync() with { DynamoDb = server.Address });

    private static Dictionary<string, AttributeValue> Item(string pk, string sk, params IEnumerable<(string Name, string Value)> others)
    {
        var item = others.ToDictionary(other => other.Name, other => new AttributeValue(other.Value), StringComparer.Ordinal);
        item["pk"] = new AttributeValue(pk);
        item["sk"] = new AttributeValue(sk);
        return item;
    }
}
