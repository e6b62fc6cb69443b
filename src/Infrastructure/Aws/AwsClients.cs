using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.SQS;

namespace Backend.Infrastructure.Aws;

/// <summary>Clients with the decisions made here. Region, credentials and endpoints are the SDK's own business.</summary>
internal static class AwsClients
{
    /// <summary>One attempt at DynamoDB; several fit into the time that a request has.</summary>
    private static readonly TimeSpan s_attempt = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(1);

    /// <summary>A long poll takes 20 s by itself; what else is asked of SQS is given up by the time that a request has.</summary>
    private static readonly TimeSpan s_longestPoll = TimeSpan.FromSeconds(24);

    private const int Repetitions = 4;

    public static AmazonDynamoDBClient DynamoDb() => new(DynamoDbConfig());

    public static AmazonSQSClient Sqs() => new(SqsConfig());

    public static AmazonDynamoDBConfig DynamoDbConfig() => Configure(new AmazonDynamoDBConfig(), s_attempt);

    public static AmazonSQSConfig SqsConfig() => Configure(new AmazonSQSConfig(), s_longestPoll);

    public static T Configure<T>(T config, TimeSpan attempt)
        where T : ClientConfig
    {
        // Not adaptive, which holds back every request of the client after one that was throttled, for minutes if there are few.
        config.RetryMode = RequestRetryMode.Standard;
        config.MaxErrorRetry = Repetitions;
        config.Timeout = attempt;
        config.ConnectTimeout = s_connect;
        return config;
    }
}
