using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace Backend.Infrastructure.Aws;

/// <summary>The queue of searches and its dead-letter queue, looked up once they are needed.</summary>
internal sealed class SqsQueues(IAmazonSQS client, AwsSettings settings)
{
    private const string RedrivePolicy = "RedrivePolicy";

    private string? _url;
    private string? _deadLetterUrl;

    public IAmazonSQS Client => client;

    public async ValueTask<string> UrlAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _url) ?? (_url = settings.QueueUrl ?? await FindUrlAsync(settings.QueueName, cancellationToken));

    /// <summary>Where the queue's own policy sends what nobody answers for; null when it has none.</summary>
    public async ValueTask<string?> DeadLetterUrlAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _deadLetterUrl) is { } known)
        {
            return known;
        }

        var url = await UrlAsync(cancellationToken);
        var attributes = await AwsFailures.GuardAsync(token => client.GetQueueAttributesAsync(new GetQueueAttributesRequest(url, [RedrivePolicy]), token), cancellationToken);
        if (attributes.Attributes?.GetValueOrDefault(RedrivePolicy) is not { Length: > 0 } policy)
        {
            return null;
        }

        var target = JsonSerializer.Deserialize(policy, RedrivePolicyJson.Default.RedrivePolicy)!.DeadLetterTargetArn;
        var parts = target.Split(':');
        return _deadLetterUrl = await FindUrlAsync(parts[^1], cancellationToken, account: parts[^2]);
    }

    /// <param name="account">Null for the own one.</param>
    private async Task<string> FindUrlAsync(string name, CancellationToken cancellationToken, string? account = null) =>
        (await AwsFailures.GuardAsync(token => client.GetQueueUrlAsync(new GetQueueUrlRequest(name) { QueueOwnerAWSAccountId = account }, token), cancellationToken)).QueueUrl;
}
