using System.Collections.Concurrent;
using Amazon.SQS;

namespace Backend.Infrastructure.Aws;

/// <summary>The queues of <see cref="AwsSchema"/>.</summary>
internal sealed class SqsQueues(IAmazonSQS client, AwsSettings settings)
{
    private readonly ConcurrentDictionary<AwsQueue, SqsQueue> _queues = new();

    public SqsQueue Of(AwsQueue queue) => _queues.GetOrAdd(queue, new SqsQueue(client, settings, queue));
}
