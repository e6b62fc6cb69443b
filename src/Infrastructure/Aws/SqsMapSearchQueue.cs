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
    private readonly SqsQueue _messages = queues.Of(AwsSchema.MapSearchQueue);

    /// <summary>Messages that were exchanged for fresh ones, while their tickets are out.</summary>
    private readonly ConcurrentDictionary<string, bool> _exchanged = new(StringComparer.Ordinal);

    public TimeSpan Visibility { get; } = visibility ?? TimeSpan.FromSeconds(10);

    public Task EnqueueAsync(MapSearchKey key, CancellationToken cancellationToken) => _messages.SendAsync(Write(key), TimeSpan.Zero, cancellationToken);

    public async Task<IReadOnlyList<MapSearchTicket>> ReceiveAsync(int max, CancellationToken cancellationToken)
    {
        while (true)
        {
            // What cannot be read is left alone, and set aside by SQS after a few deliveries.
            var received = await _messages.ReceiveAsync(max, Visibility, cancellationToken);
            var tickets = received.Select(m => TryRead(m.Body, m.ReceiptHandle, DeliveriesOf(m))).OfType<MapSearchTicket>().ToList();
            if (tickets.Count > 0)
            {
                return tickets;
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

        if (await _messages.TryHideAsync(handle, Visibility, cancellationToken) && deliveries > 1)
        {
            await _messages.SendAsync(Write(ticket.Key), Visibility, cancellationToken);
            _exchanged[ticket.Receipt] = true;
            await _messages.DeleteAsync(handle, CancellationToken.None);
        }
    }

    public async Task AcknowledgeAsync(MapSearchTicket ticket, CancellationToken cancellationToken)
    {
        if (!_exchanged.TryRemove(ticket.Receipt, out _))
        {
            await _messages.DeleteAsync(ReadReceipt(ticket).Handle, cancellationToken);
        }
    }

    public async Task ReturnAsync(MapSearchTicket ticket, TimeSpan delay, CancellationToken cancellationToken)
    {
        var handle = ReadReceipt(ticket).Handle;
        if (_exchanged.TryRemove(ticket.Receipt, out _) ? delay > Visibility : !await _messages.TryHideAsync(handle, Visibility, cancellationToken))
        {
            // Its fresh message comes soon enough, or somebody else has it by now.
            return;
        }

        await _messages.ExchangeAsync(handle, Write(ticket.Key), delay, cancellationToken);
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

    private static string Write(MapSearchKey key) => JsonSerializer.Serialize(new MapSearchMessage(key.UserId.Value, key.Id.Value), MapSearchMessageJson.Default.MapSearchMessage);

    private static (string Handle, int Deliveries) ReadReceipt(MapSearchTicket ticket)
    {
        var end = ticket.Receipt.IndexOf('#', StringComparison.Ordinal);
        return (ticket.Receipt[(end + 1)..], int.Parse(ticket.Receipt.AsSpan(0, end), CultureInfo.InvariantCulture));
    }

    private static int DeliveriesOf(Message message) =>
        message.Attributes?.GetValueOrDefault(MessageSystemAttributeName.ApproximateReceiveCount) is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out var count) ? count : 1;
}

/// <summary>What a message says: where the search is, and nothing of it.</summary>
internal sealed record MapSearchMessage(long UserId, Guid SearchId);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MapSearchMessage))]
internal sealed partial class MapSearchMessageJson : JsonSerializerContext;
