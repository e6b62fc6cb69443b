using System.Globalization;
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using Backend.Application.Ports;

namespace Backend.Infrastructure.Aws;

/// <summary>One queue: its address, looked up once it is needed, and what is done with its messages, whatever they say.</summary>
internal sealed class SqsQueue(IAmazonSQS client, AwsSettings settings, AwsQueue queue)
{
    /// <summary>Messages that SQS takes or gives at once.</summary>
    public const int MaxAtOnce = 10;

    private const string RedrivePolicy = "RedrivePolicy";

    /// <summary>The longest that SQS waits, and the cheapest.</summary>
    private static readonly TimeSpan s_longPoll = TimeSpan.FromSeconds(20);

    /// <summary>The longest that SQS holds a message back.</summary>
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMinutes(15);

    private string? _url;
    private string? _deadLetterUrl;

    public IAmazonSQS Client => client;

    public async ValueTask<string> UrlAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _url) ?? (_url = settings.UrlOf(queue) ?? await FindUrlAsync(settings.NameOf(queue), cancellationToken));

    /// <summary>Where the queue's own policy sends what nobody answers for; null when it has none.</summary>
    public async ValueTask<string?> DeadLetterUrlAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _deadLetterUrl) is { } known)
        {
            return known;
        }

        var attributes = await ReadAttributesAsync([RedrivePolicy], cancellationToken);
        if (attributes.Attributes?.GetValueOrDefault(RedrivePolicy) is not { Length: > 0 } policy)
        {
            return null;
        }

        var target = JsonSerializer.Deserialize(policy, RedrivePolicyJson.Default.RedrivePolicy)!.DeadLetterTargetArn;
        var parts = target.Split(':');
        return _deadLetterUrl = await FindUrlAsync(parts[^1], cancellationToken, account: parts[^2]);
    }

    public async Task<GetQueueAttributesResponse> ReadAttributesAsync(List<string> names, CancellationToken cancellationToken)
    {
        var url = await UrlAsync(cancellationToken);
        return await AwsFailures.GuardAsync(token => client.GetQueueAttributesAsync(url, names, token), cancellationToken);
    }

    /// <summary>Waits for messages, at most as long as SQS does; none when there are none by then.</summary>
    /// <param name="visibility">How long they are hidden from others.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled; messages that come all the same are given back.</exception>
    public async Task<IReadOnlyList<Message>> ReceiveAsync(int max, TimeSpan visibility, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Not to be cut off: a message that is on its way to somebody who has gone would be hidden for a while.
        var receiving = ReceiveOnceAsync(Math.Clamp(max, 1, MaxAtOnce), visibility);
        try
        {
            return await receiving.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = GiveBackAsync(receiving);
            throw;
        }
    }

    /// <param name="delay">How long it is held back; SQS does so for 15 minutes at most.</param>
    public async Task SendAsync(string body, TimeSpan delay, CancellationToken cancellationToken)
    {
        var url = await UrlAsync(cancellationToken);
        await AwsFailures.GuardAsync(
            token => client.SendMessageAsync(
                new SendMessageRequest { QueueUrl = url, MessageBody = body, DelaySeconds = Seconds(delay < s_longestDelay ? delay : s_longestDelay) }, token),
            cancellationToken);
    }

    /// <exception cref="StoreUnavailableException">Perhaps some of them were sent.</exception>
    public async Task SendAsync(IEnumerable<string> bodies, CancellationToken cancellationToken)
    {
        var url = await UrlAsync(cancellationToken);
        foreach (var batch in bodies.Chunk(MaxAtOnce))
        {
            var entries = batch.Index().Select(message => new SendMessageBatchRequestEntry(message.Index.ToString(CultureInfo.InvariantCulture), message.Item)).ToList();
            var sent = await AwsFailures.GuardAsync(token => client.SendMessageBatchAsync(url, entries, token), cancellationToken);
            if (sent.Failed is [var failure, ..])
            {
                throw new StoreUnavailableException("SQS takes only some of several messages", new AmazonSQSException($"{failure.Code}, {failure.Message}"));
            }
        }
    }

    /// <summary>
    /// Exchanges a message for a fresh one, whose deliveries are counted anew. The fresh one first: a crash in between leaves two, and not none.
    /// </summary>
    public async Task ExchangeAsync(string handle, string body, TimeSpan delay, CancellationToken cancellationToken)
    {
        await SendAsync(body, delay, cancellationToken);
        await DeleteAsync(handle, CancellationToken.None);
    }

    /// <summary>False when the message was delivered again meanwhile, or is gone.</summary>
    public async Task<bool> TryHideAsync(string handle, TimeSpan duration, CancellationToken cancellationToken)
    {
        var url = await UrlAsync(cancellationToken);
        try
        {
            await AwsFailures.GuardAsync(
                token => client.ChangeMessageVisibilityAsync(new ChangeMessageVisibilityRequest(url, handle, Seconds(duration)), token), cancellationToken);
            return true;
        }
        catch (AmazonSQSException exception) when (IsGone(exception))
        {
            return false;
        }
    }

    public async Task DeleteAsync(string handle, CancellationToken cancellationToken)
    {
        var url = await UrlAsync(cancellationToken);
        try
        {
            await AwsFailures.GuardAsync(token => client.DeleteMessageAsync(new DeleteMessageRequest(url, handle), token), cancellationToken);
        }
        catch (AmazonSQSException exception) when (IsGone(exception))
        {
        }
    }

    /// <param name="account">Null for the own one.</param>
    private async Task<string> FindUrlAsync(string name, CancellationToken cancellationToken, string? account = null) =>
        (await AwsFailures.GuardAsync(token => client.GetQueueUrlAsync(new GetQueueUrlRequest(name) { QueueOwnerAWSAccountId = account }, token), cancellationToken)).QueueUrl;

    /// <summary>SQS counts whole seconds.</summary>
    private static int Seconds(TimeSpan duration) => (int)Math.Ceiling(duration.TotalSeconds);

    private async Task<IReadOnlyList<Message>> ReceiveOnceAsync(int max, TimeSpan visibility)
    {
        var url = await UrlAsync(CancellationToken.None);
        var received = await AwsFailures.GuardAsync(
            token => client.ReceiveMessageAsync(
                new ReceiveMessageRequest
                {
                    QueueUrl = url,
                    MaxNumberOfMessages = max,
                    WaitTimeSeconds = Seconds(s_longPoll),
                    VisibilityTimeout = Seconds(visibility),
                    MessageSystemAttributeNames = [MessageSystemAttributeName.ApproximateReceiveCount],
                },
                token),
            CancellationToken.None,
            s_longPoll + AwsFailures.Patience);
        return received.Messages ?? [];
    }

    private async Task GiveBackAsync(Task<IReadOnlyList<Message>> receiving)
    {
        try
        {
            foreach (var message in await receiving)
            {
                await TryHideAsync(message.ReceiptHandle, TimeSpan.Zero, CancellationToken.None);
            }
        }
        catch (Exception)
        {
            // They come back by themselves.
        }
    }

    private static bool IsGone(AmazonSQSException exception) =>
        exception is MessageNotInflightException or ReceiptHandleIsInvalidException || exception.ErrorCode?.Contains("InvalidParameterValue", StringComparison.Ordinal) == true;
}
