using System.Text.Json;
using System.Text.Json.Serialization;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.DailyRuns;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// A message a check. What a message says is a hint, and duplicates are harmless: the store decides whether its check is due. As with
/// searches, a message that somebody answers for is exchanged for a fresh one, so that only others are ever set aside.
/// </summary>
internal sealed class SqsDailyCheckQueue(SqsQueues queues, IDailyRunStore runs) : IDailyCheckQueue, IDailyCheckMessages
{
    /// <summary>Checks that are told of at once; the sweep finds those beyond.</summary>
    internal const int MaxAnnounced = 10_000;

    /// <summary>Longer than a Lambda function may run. Where a check takes longer, its message comes back and finds it not due.</summary>
    internal static readonly TimeSpan Visibility = TimeSpan.FromMinutes(20);

    /// <summary>Until a check that is not due, or cannot be asked for, is looked at again.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private const string Due = "ApproximateNumberOfMessages";

    private readonly SqsQueue _messages = queues.Of(AwsSchema.DailyCheckQueue);

    public async Task AnnounceAsync(CancellationToken cancellationToken) =>
        await AnnounceAsync(await runs.FindOverdueAsync(TimeSpan.Zero, MaxAnnounced, cancellationToken), cancellationToken);

    public Task AnnounceAsync(IReadOnlyList<DailyCheckKey> checks, CancellationToken cancellationToken) => _messages.SendAsync(checks.Select(Write), cancellationToken);

    public async Task<DailyCheckDelivery> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // One at a time: further ones would be hidden from those who are idle. What cannot be read is left alone, and set aside by SQS after a few deliveries.
            foreach (var message in await _messages.ReceiveAsync(1, Visibility, cancellationToken))
            {
                // Not to be cut off any more, or nobody would know whether the check is claimed.
                if (TryRead(message.Body) is { } key && await TryClaimAsync(key, message.ReceiptHandle, CancellationToken.None) is { } delivery)
                {
                    return delivery;
                }
            }
        }
    }

    public Task SettleAsync(DailyCheckDelivery delivery, TimeSpan? again, CancellationToken cancellationToken) => again is { } pause
        ? _messages.ExchangeAsync(delivery.Receipt, Write(delivery.Check.Key), pause, cancellationToken)
        : _messages.DeleteAsync(delivery.Receipt, cancellationToken);

    /// <summary>SQS holds no message that waits to be received, as far as it knows; those that are received, or held back, say nothing about checks that are due.</summary>
    public async Task<bool> IsDrainedAsync(CancellationToken cancellationToken) =>
        (await _messages.ReadAttributesAsync([Due], cancellationToken)).ApproximateNumberOfMessages == 0;

    public DailyCheckKey? TryRead(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, DailyCheckMessageJson.Default.DailyCheckMessage) is { UserId: > 0 } message && message.RunDate != default
                ? new DailyCheckKey(message.RunDate, new UserId(message.UserId))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public async Task<DailyCheckDelivery?> TryClaimAsync(DailyCheckKey key, string receiptHandle, CancellationToken cancellationToken)
    {
        DailyCheckClaim claim;
        try
        {
            claim = await runs.TryClaimAsync(key, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // Hidden as it is, it would come back only when the store has long been there again.
            await _messages.ExchangeAsync(receiptHandle, Write(key), Pause, CancellationToken.None);
            throw;
        }

        switch (claim)
        {
            case { Status: DailyCheckClaimStatus.Claimed, Check: { } check }:
                return new DailyCheckDelivery(check, receiptHandle);
            case { Status: DailyCheckClaimStatus.NotDue }:
                await _messages.ExchangeAsync(receiptHandle, Write(key), Pause, CancellationToken.None);
                return null;
            default:
                await _messages.DeleteAsync(receiptHandle, CancellationToken.None);
                return null;
        }
    }

    private static string Write(DailyCheckKey key) => JsonSerializer.Serialize(new DailyCheckMessage(key.RunDate, key.UserId.Value), DailyCheckMessageJson.Default.DailyCheckMessage);
}

/// <summary>What a message says: which check there is, and nothing of it.</summary>
internal sealed record DailyCheckMessage(DateOnly RunDate, long UserId);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DailyCheckMessage))]
internal sealed partial class DailyCheckMessageJson : JsonSerializerContext;
