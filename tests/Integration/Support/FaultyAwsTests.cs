using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.SQS;
using Backend.Infrastructure.Aws;

namespace Backend.Integration.Support;

public sealed class FaultyAwsTests : IAsyncLifetime
{
    private AwsResources _resources = null!;
    private FaultyAws _dynamoDb = null!;
    private FaultyAws _sqs = null!;
    private AmazonDynamoDBClient _client = null!;

    private string Table => _resources.NameOf(AwsSchema.Sessions);

    private AwsEndpoints Faulty => _resources.Endpoints with { DynamoDb = _dynamoDb.Address, Sqs = _sqs.Address };

    public async ValueTask InitializeAsync()
    {
        _resources = await AwsResources.CreateAsync();
        _dynamoDb = await FaultyAws.StartAsync(_resources.Endpoints.DynamoDb);
        _sqs = await FaultyAws.StartAsync(_resources.Endpoints.Sqs);
        _client = Faulty.CreateDynamoDb();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _dynamoDb.DisposeAsync();
        await _sqs.DisposeAsync();
        await _resources.DisposeAsync();
    }

    [Fact]
    public async Task What_is_asked_is_carried_out_and_written_down()
    {
        using var sqs = Faulty.CreateSqs();

        await _client.PutItemAsync(Table, Item("a"));
        await _client.GetItemAsync(new GetItemRequest { TableName = Table, Key = Item("a"), ConsistentRead = true });
        var queue = (await sqs.GetQueueUrlAsync(_resources.QueueName)).QueueUrl;
        await sqs.SendMessageAsync(queue, "work");
        (await sqs.ReceiveMessageAsync(queue)).Messages.Single().Body.ShouldBe("work");

        _dynamoDb.Requests.Select(request => request.Target).ShouldBe(["DynamoDB_20120810.PutItem", "DynamoDB_20120810.GetItem"]);
        _dynamoDb.RequestsOf("GetItem").Single().TableName.ShouldBe(Table);
        ((bool?)_dynamoDb.RequestsOf("GetItem").Single().Body["ConsistentRead"]).ShouldBe(true);
        _sqs.Counts().ShouldBe(new Dictionary<string, int> { ["AmazonSQS.GetQueueUrl"] = 1, ["AmazonSQS.SendMessage"] = 1, ["AmazonSQS.ReceiveMessage"] = 1 }, ignoreOrder: true);
        ((string?)_sqs.RequestsOf("SendMessage").Single().Body["MessageBody"]).ShouldBe("work");
        _sqs.ForgetRequests();
        _sqs.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ProvisionedThroughputExceededException", 400)]
    [InlineData("ThrottlingException", 400)]
    [InlineData("InternalServerError", 500)]
    [InlineData("ServiceUnavailable", 503)]
    public async Task Errors_are_answered_as_often_as_was_wanted_and_the_client_tries_again(string code, int status)
    {
        _dynamoDb.On("PutItem", AwsFault.Error(code, status), times: 2);

        await _client.PutItemAsync(Table, Item("a"));

        _dynamoDb.RequestsOf("PutItem").Select(request => request.Fault is null).ShouldBe([false, false, true]);
        (await StoredAsync("a")).ShouldBeTrue();
    }

    [Fact]
    public async Task An_error_reaches_the_client_under_its_name()
    {
        using var impatient = Faulty.CreateDynamoDb(config => config.MaxErrorRetry = 0);
        using var sqs = Faulty.CreateSqs(config => config.MaxErrorRetry = 0);
        _dynamoDb.On("PutItem", AwsFault.Error("ProvisionedThroughputExceededException"));
        _dynamoDb.On("PutItem", AwsFault.Error("InternalServerError", 500));
        _sqs.On("GetQueueUrl", AwsFault.Error("OverLimit", message: "too many"));

        await Should.ThrowAsync<ProvisionedThroughputExceededException>(impatient.PutItemAsync(Table, Item("a")));
        await Should.ThrowAsync<InternalServerErrorException>(impatient.PutItemAsync(Table, Item("a")));
        var refused = await Should.ThrowAsync<AmazonSQSException>(sqs.GetQueueUrlAsync(_resources.QueueName));

        refused.ErrorCode.ShouldBe("OverLimit");
        refused.Message.ShouldBe("too many");
        (await StoredAsync("a")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_write_whose_answer_got_lost_is_sent_again_and_finds_itself()
    {
        _dynamoDb.On("PutItem", AwsFault.Unanswered);

        var failure = await Should.ThrowAsync<ConditionalCheckFailedException>(_client.PutItemAsync(new PutItemRequest
        {
            TableName = Table,
            Item = Item("a"),
            ConditionExpression = "attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        }));

        failure.Item["sk"].S.ShouldBe("a");
        _dynamoDb.RequestsOf("PutItem").Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_lost_request_is_not_carried_out()
    {
        using var impatient = Faulty.CreateDynamoDb(config => config.MaxErrorRetry = 0);
        _dynamoDb.On(request => request.TableName == Table, AwsFault.Lost, times: int.MaxValue);

        await ShouldBeLostAsync(impatient.PutItemAsync(Table, Item("a")));

        (await StoredAsync("a")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_late_request_is_carried_out_after_its_delay()
    {
        _dynamoDb.On("PutItem", AwsFault.Late(TimeSpan.FromMilliseconds(300)));
        var started = TimeProvider.System.GetTimestamp();

        await _client.PutItemAsync(Table, Item("a"));

        TimeProvider.System.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(250));
        _dynamoDb.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_hanging_request_is_carried_out_when_it_is_released()
    {
        _dynamoDb.On("PutItem", AwsFault.Hanging);
        var put = _client.PutItemAsync(Table, Item("a"));
        await Eventually.GetAsync(() => Task.FromResult(_dynamoDb.Requests.Count), count => count == 1);

        await _client.PutItemAsync(Table, Item("b"));
        put.IsCompleted.ShouldBeFalse();
        (await StoredAsync("a")).ShouldBeFalse();
        _dynamoDb.Release();

        await put;
        (await StoredAsync("a")).ShouldBeTrue();
    }

    [Fact]
    public async Task Once_it_is_healed_nothing_more_happens()
    {
        _dynamoDb.On(_ => true, AwsFault.Lost, times: int.MaxValue);
        using var impatient = Faulty.CreateDynamoDb(config => config.MaxErrorRetry = 0);
        await ShouldBeLostAsync(impatient.PutItemAsync(Table, Item("a")));

        _dynamoDb.Heal();

        await impatient.PutItemAsync(Table, Item("a"));
    }

    /// <summary>Which of the two it is depends on how far the request had come.</summary>
    private static async Task ShouldBeLostAsync(Task request)
    {
        var failure = await Record.ExceptionAsync(() => request);
        (failure is IOException or HttpRequestException).ShouldBeTrue(failure?.ToString());
    }

    private static Dictionary<string, AttributeValue> Item(string sk) => new(StringComparer.Ordinal) { ["pk"] = new("p"), ["sk"] = new(sk) };

    private async Task<bool> StoredAsync(string sk) =>
        (await _resources.DynamoDb.GetItemAsync(new GetItemRequest { TableName = Table, Key = Item(sk), ConsistentRead = true })).Item is { Count: > 0 };
}
