using Amazon.Runtime;
using Backend.Application.Ports;
using Backend.Infrastructure.Selection;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// What the AWS adapters need to exist: the one description that <c>aws-provision</c>, the CDK stack and the tests make it from. Every table
/// has the same keys and is billed by request.
/// </summary>
public static class AwsSchema
{
    /// <summary>Partition key of every table, a string.</summary>
    public const string PartitionKey = "pk";

    /// <summary>Sort key of every table, a string.</summary>
    public const string SortKey = "sk";

    /// <summary>When DynamoDB may delete an item, in Unix seconds. It does so late, so no reader relies on it.</summary>
    public const string TimeToLive = "ttl";

    /// <summary>Deliveries of a message that nobody answers for, before it is set aside in the dead-letter queue.</summary>
    public const int MaxReceiveCount = 5;

    /// <summary>Messages wait no longer than this, in any queue; the longest that SQS offers.</summary>
    public static readonly TimeSpan MessageRetention = TimeSpan.FromDays(14);

    public static AwsTable Sessions { get; } = new("user-sessions", "USER_SESSIONS_TABLE_NAME");

    public static AwsTable MapSearches { get; } = new("map-search-results", "MAP_SEARCH_RESULTS_TABLE_NAME")
    {
        // Of a user's searches, so that the newest can be read without the others; local, so that it is never behind the table.
        LocalIndex = new AwsIndex("by-creation", PartitionKey, "created"),

        // Only unfinished searches have the attribute. Read by the watch and the sweep, which look at the items themselves before they do anything.
        GlobalIndex = new AwsIndex("unfinished", "unfinished", "created"),
    };

    public static AwsTable UpstreamTokens { get; } = new("upstream-tokens", "UPSTREAM_TOKENS_TABLE_NAME");

    public static AwsTable UpstreamBudget { get; } = new("upstream-budget", "UPSTREAM_BUDGET_TABLE_NAME");

    public static AwsTable LeaderboardCache { get; } = new("map-leaderboard-cache", "MAP_LEADERBOARD_CACHE_TABLE_NAME");

    public static AwsTable RateLimits { get; } = new("rate-limits", "RATE_LIMITS_TABLE_NAME");

    public static IReadOnlyList<AwsTable> Tables { get; } = [Sessions, MapSearches, UpstreamTokens, UpstreamBudget, LeaderboardCache, RateLimits];

    public static AwsQueue MapSearchQueue { get; } = new("map-search-queue", "MAP_SEARCH_QUEUE_URL", "map-search-dead-letters");

    /// <summary>Of the checks of daily runs.</summary>
    public static AwsQueue DailyCheckQueue { get; } = new("daily-check-queue", "SCHEDULER_QUEUE_URL", "daily-check-dead-letters");

    /// <summary>Standard queues.</summary>
    public static IReadOnlyList<AwsQueue> Queues { get; } = [MapSearchQueue, DailyCheckQueue];

    /// <summary>Makes what a configuration lacks of all this.</summary>
    /// <exception cref="ConfigurationException">A setting cannot be followed, or AWS does not answer.</exception>
    public static async Task<AwsProvisioningOutcome> ProvisionAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        var settings = AwsSettings.Read(configuration, errors);
        if (errors.Count > 0)
        {
            throw new ConfigurationException(errors);
        }

        using var dynamo = AwsClients.DynamoDb();
        using var sqs = AwsClients.Sqs();
        try
        {
            return await new AwsProvisioning(dynamo, sqs, settings).ProvisionAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or AmazonServiceException or TimeoutException)
        {
            throw new ConfigurationException([exception.Message]);
        }
    }
}

/// <param name="BaseName">What follows the prefix in the name it has by default.</param>
/// <param name="NameSetting">The setting that gives it another name.</param>
public sealed record AwsTable(string BaseName, string NameSetting)
{
    /// <summary>With the partition key of the table and every attribute.</summary>
    public AwsIndex? LocalIndex { get; init; }

    /// <summary>With the keys only.</summary>
    public AwsIndex? GlobalIndex { get; init; }
}

/// <summary>Both keys are strings.</summary>
public sealed record AwsIndex(string Name, string PartitionKey, string SortKey);

/// <param name="BaseName">What follows the prefix in the name it has by default.</param>
/// <param name="UrlSetting">The setting that names the queue itself; without it the queue is looked up by its name.</param>
/// <param name="DeadLetterBaseName">The same of its dead-letter queue.</param>
public sealed record AwsQueue(string BaseName, string UrlSetting, string DeadLetterBaseName);
