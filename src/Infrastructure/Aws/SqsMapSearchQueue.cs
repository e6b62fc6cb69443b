using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.SQS;
using Amazon.SQS.Model;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// A message a ticket. SQS counts the deliveries of a message and sets it aside after <see cref="AwsSchema.MaxReceiveCount"/>, so a message
/// is exchanged for a fresh one whenever its run has got somewhere: only messages that nobody ever answers for are set aside.
/// Duplicates are harmless: the job store decides who may work.
/// </summary>
internal sealed class SqsMapSearchQueue(SqsQueues queues, TimeSpan? visibility = null) : IMapSearchQueue, IMapSearchMessages
{
    private const int MaxAtOnce = 10;

    /// <summary>The longest that SQS waits, and the cheapest.</summary>
    private static readonly TimeSpan s_longPoll = TimeSpan.FromSeconds(20);

    /// <summary>The longest that SQS holds a message back.</summary>
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMinutes(15);

    /// <summary>Messages that were exchanged for fresh ones, while their tickets are out.</summary>
    private readonly ConcurrentDictionary<string, bool> _exchanged = new(StringComparer.Ordinal);

    public TimeSpan Visibility { get; } = visibility ?? TimeSpan.FromSeconds(10);

    public Task EnqueueAsync(MapSearchKey key, CancellationToken cancellationToken) => SendAsync(key, TimeSpan.Zero, cancellationToken);

    public async Task<IReadOnlyList<MapSearchTicket>> ReceiveAsync(int max, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Not to be cut off: a message that is on its way to somebody who has gone would be hidden for a while.
            var receiving = ReceiveOnceAsync(Math.Clamp(max, 1, MaxAtOnce));
            try
            {
                if (await receiving.WaitAsync(cancellationToken) is { Count: > 0 } tickets)
                {
                    return tickets;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                _ = GiveBackAsync(receiving);
                throw;
            }
        }
    }

    /// <summary>A message that was delivered before has lost its worker, so its number of deliveries says nothing about the run that lives now.</summary>
    public async Task ExtendAsync(MapSearchTicket ticket, CancellationToken cancellationToken)
    {
        var (handle, deliveries) = ReadReceipt(ticket);
        if (_exchanged.ContainsKey(ticket.Receipt))
        {
            return;
        }

        if (await TryHideAsync(handle, Visibility, cancellationToken) && deliveries > 1)
        {
            await SendAsync(ticket.Key, Visibility, cancellationToken);
            _exchanged[ticket.Receipt] = true;
            await DeleteAsync(handle, CancellationToken.None);
        }
    }

    public async Task AcknowledgeAsync(MapSearchTicket ticket, CancellationToken cancellationToken)
    {
        if (!_exchanged.TryRemove(ticket.Receipt, out _))
        {
            await DeleteAsync(ReadReceipt(ticket).Handle, cancellationToken);
        }
    }

    /// <summary>The fresh message first: a crash in between leaves two, which is harmless, and not none.</summary>
    public async Task ReturnAsync(MapSearchTicket ticket, TimeSpan delay, CancellationToken cancellationToken)
    {
        var handle = ReadReceipt(ticket).Handle;
        if (_exchanged.TryRemove(ticket.Receipt, out _) ? delay > Visibility : !await TryHideAsync(handle, Visibility, cancellationToken))
        {
            // Its fresh message comes soon enough, or somebody else has it by now.
            return;
        }

        await SendAsync(ticket.Key, delay, cancellationToken);
        await DeleteAsync(handle, CancellationToken.None);
    }

    /// <summary>SQS does not tell.</summary>
    public Task<int?> FindPlaceAsync(MapSearchKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<int?>(null);
    }

    public MapSearchTicket? TryRead(string body, string receiptHandle, int deliveries) =>
        TryReadKey(body) is { } key ? new MapSearchTicket(key, $"{deliveries.ToString(CultureInfo.InvariantCulture)}#{receiptHandle}") : null;

    /// <summary>Null for a body that is none of ours.</summary>
    internal static MapSearchKey? TryReadKey(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, MapSearchMessageJson.Default.MapSearchMessage) is { UserId: > 0 } message && message.SearchId != Guid.Empty
                ? new MapSearchKey(new UserId(message.UserId), new MapSearchId(message.SearchId))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (string Handle, int Deliveries) ReadReceipt(MapSearchTicket ticket)
    {
        var end = ticket.Receipt.IndexOf('#', StringComparison.Ordinal);
        return (ticket.Receipt[(end + 1)..], int.Parse(ticket.Receipt.AsSpan(0, end), CultureInfo.InvariantCulture));
    }

    /// <summary>SQS counts whole seconds.</summary>
    private static int Seconds(TimeSpan duration) => (int)Math.Ceiling(duration.TotalSeconds);

    private async Task<IReadOnlyList<MapSearchTicket>> ReceiveOnceAsync(int max)
    {
        var url = await queues.UrlAsync(CancellationToken.None);
        var received = await AwsFailures.GuardAsync(
            token => queues.Client.ReceiveMessageAsync(
                new ReceiveMessageRequest
                {
                    QueueUrl = url,
                    MaxNumberOfMessages = max,
                    WaitTimeSeconds = Seconds(s_longPoll),
                    VisibilityTimeout = Seconds(Visibility),
                    MessageSystemAttributeNames = [MessageSystemAttributeName.ApproximateReceiveCount],
                },
                token),
            CancellationToken.None,
            s_longPoll + AwsFailures.Patience);

        // What cannot be read is left alone, and set aside by SQS after a few deliveries.
        return [.. (received.Messages ?? []).Select(m => TryRead(m.Body, m.ReceiptHandle, DeliveriesOf(m))).OfType<MapSearchTicket>()];
    }

    private static int DeliveriesOf(Message message) =>
        message.Attributes?.GetValueOrDefault(MessageSystemAttributeName.ApproximateReceiveCount) is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out var count) ? count : 1;

    private async Task GiveBackAsync(Task<IReadOnlyList<MapSearchTicket>> receiving)
    {
        try
        {
            foreach (var ticket in await receiving)
            {
                await TryHideAsync(ReadReceipt(ticket).Handle, TimeSpan.Zero, CancellationToken.None);
            }
        }
        catch (Exception)
        {
            // They come back by themselves.
        }
    }

    private async Task SendAsync(MapSearchKey key, TimeSpan delay, CancellationToken cancellationToken)
    {
        var url = await queues.UrlAsync(cancellationToken);
        var body = JsonSerializer.Serialize(new MapSearchMessage(key.UserId.Value, key.Id.Value), MapSearchMessageJson.Default.MapSearchMessage);
        await AwsFailures.GuardAsync(
            token => queues.Client.SendMessageAsync(
                new SendMessageRequest { QueueUrl = url, MessageBody = body, DelaySeconds = Seconds(delay < s_longestDelay ? delay : s_longestDelay) }, token),
            cancellationToken);
    }

    /// <summary>False when the message was delivered again meanwhile, or is gone.</summary>
    private async Task<bool> TryHideAsync(string handle, TimeSpan duration, CancellationToken cancellationToken)
    {
        var url = await queues.UrlAsync(cancellationToken);
        try
        {
            await AwsFailures.GuardAsync(
                token => queues.Client.ChangeMessageVisibilityAsync(new ChangeMessageVisibilityRequest(url, handle, Seconds(duration)), token), cancellationToken);
            return true;
        }
        catch (AmazonSQSException exception) when (IsGone(exception))
        {
            return false;
        }
    }

    private async Task DeleteAsync(string handle, CancellationToken cancellationToken)
    {
        var url = await queues.UrlAsync(cancellationToken);
        try
        {
            await AwsFailures.GuardAsync(token => queues.Client.DeleteMessageAsync(new DeleteMessageRequest(url, handle), token), cancellationToken);
        }
        catch (AmazonSQSException exception) when (IsGone(exception))
        {
        }
    }

    private static bool IsGone(AmazonSQSException exception) =>
        exception is MessageNotInflightException or ReceiptHandleIsInvalidException || exception.ErrorCode?.Contains("InvalidParameterValue", StringComparison.Ordinal) == true;
}

/// <summary>What a message says: where the search is, and nothing of it.</summary>
internal sealed record MapSearchMessage(long UserId, Guid SearchId);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MapSearchMessage))]
internal sealed partial class MapSearchMessageJson : JsonSerializerContext;
