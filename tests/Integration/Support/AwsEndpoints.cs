using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.SQS;

namespace Backend.Integration.Support;

/// <summary>Where a test's DynamoDB and SQS are.</summary>
internal sealed record AwsEndpoints(Uri DynamoDb, Uri Sqs)
{
    private const string Region = "eu-north-1";
    private const string AccessKey = "test";
    private const string SecretKey = "a secret of the tests";

    /// <summary>What the SDK of a process is to find there.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["AWS_ENDPOINT_URL_DYNAMODB"] = DynamoDb.ToString(),
        ["AWS_ENDPOINT_URL_SQS"] = Sqs.ToString(),
        ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false",
        ["AWS_REGION"] = Region,
        ["AWS_ACCESS_KEY_ID"] = AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    /// <summary>For what a test asks and changes itself.</summary>
    public AmazonDynamoDBClient CreateDynamoDb(Action<AmazonDynamoDBConfig>? configure = null)
    {
        var config = new AmazonDynamoDBConfig();
        configure?.Invoke(config);
        return CreateDynamoDb(config);
    }

    /// <inheritdoc cref="CreateDynamoDb(Action{AmazonDynamoDBConfig})"/>
    public AmazonSQSClient CreateSqs(Action<AmazonSQSConfig>? configure = null)
    {
        var config = new AmazonSQSConfig();
        configure?.Invoke(config);
        return CreateSqs(config);
    }

    /// <summary>With all the rest as it is configured.</summary>
    public AmazonDynamoDBClient CreateDynamoDb(AmazonDynamoDBConfig config)
    {
        config.ServiceURL = DynamoDb.ToString();
        config.AuthenticationRegion = Region;
        return new AmazonDynamoDBClient(new BasicAWSCredentials(AccessKey, SecretKey), config);
    }

    /// <inheritdoc cref="CreateDynamoDb(AmazonDynamoDBConfig)"/>
    public AmazonSQSClient CreateSqs(AmazonSQSConfig config)
    {
        config.ServiceURL = Sqs.ToString();
        config.AuthenticationRegion = Region;
        return new AmazonSQSClient(new BasicAWSCredentials(AccessKey, SecretKey), config);
    }
}
