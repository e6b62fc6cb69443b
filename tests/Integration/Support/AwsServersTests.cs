using Amazon.DynamoDBv2;
using Amazon.SQS;
using Backend.Infrastructure.Aws;

namespace Backend.Integration.Support;

/// <summary>The AWS servers that other tests rely on.</summary>
public sealed class AwsServersTests
{
    [Fact]
    public async Task Clients_of_the_test_process_reach_both_servers_without_a_setting()
    {
        await using var resources = await AwsResources.CreateAsync();
        using var dynamoDb = new AmazonDynamoDBClient();
        using var sqs = new AmazonSQSClient();

        (await dynamoDb.DescribeTableAsync(resources.NameOf(AwsSchema.Sessions))).Table.TableStatus.ShouldBe(TableStatus.ACTIVE);
        (await sqs.GetQueueUrlAsync(resources.QueueName)).QueueUrl.ShouldStartWith(resources.Endpoints.Sqs.ToString());
    }
}
