using System.Runtime.InteropServices;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Infrastructure.Security;
using static Backend.Infrastructure.Aws.DynamoItem;

namespace Backend.Infrastructure.Aws;

/// <summary>One item a limit and key: the moments of its last calls, as offsets from the first in four bytes each, so that the largest limit fits into an item.</summary>
internal sealed class DynamoRateLimiter(DynamoDatabase database, AwsSettings settings, RateLimitOptions options, TimeProvider clock) : IRateLimiter
{
    private readonly string _table = settings.NameOf(AwsSchema.RateLimits);

    public async Task<RateLimitVerdict> TryTakeAsync(RateLimit limit, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (options[limit] is not { } rule)
        {
            return RateLimitVerdict.Unlimited;
        }

        var owner = LimitKey.OwnerOf(key);
        var (partition, sort) = (Partition(limit, owner), SortOf(key, owner));
        while (true)
        {
            var item = await database.FindAsync(_table, partition, sort, cancellationToken);
            var now = clock.GetUtcNow().ToWholeMilliseconds();
            var calls = item is null ? [] : ReadCalls(item.Number("first"), item.Bytes("offsets")).Where(call => call > (now - rule.Window).ToUnixTimeMilliseconds()).ToList();
            if (calls.Count >= rule.Calls)
            {
                return VerdictOf(isAllowed: false);
            }

            // In order even when the clock of another instance is ahead.
            calls.Add(Math.Max(now.ToUnixTimeMilliseconds(), calls.Count > 0 ? calls[^1] : long.MinValue));
            var version = item?.Number("version") ?? 0;
            var counted = await database.TryPutAsync(
                _table,
                new()
                {
                    [AwsSchema.PartitionKey] = Text(partition),
                    [AwsSchema.SortKey] = Text(sort),
                    ["first"] = Number(calls[0]),
                    ["offsets"] = Bytes(MemoryMarshal.AsBytes(calls.Select(call => (int)(call - calls[0])).ToArray().AsSpan()).ToArray()),
                    ["version"] = Number(version + 1),
                    [AwsSchema.TimeToLive] = Deletion(now + rule.Window),
                },
                item is null ? "attribute_not_exists(pk)" : "version = :version",
                cancellationToken,
                item is null ? null : new() { [":version"] = Number(version) });
            if (counted.IsDone)
            {
                return VerdictOf(isAllowed: true);
            }

            RateLimitVerdict VerdictOf(bool isAllowed) =>
                RateLimitVerdict.Of(isAllowed, rule.Calls, rule.Window, calls.Count, DateTimeOffset.FromUnixTimeMilliseconds(calls[0]) + rule.Window - now);
        }
    }

    public async Task ForgetAsync(string owner, CancellationToken cancellationToken)
    {
        foreach (var limit in Enum.GetValues<RateLimit>())
        {
            await database.DeleteAllAsync(_table, Partition(limit, owner), cancellationToken);
        }
    }

    private static string Partition(RateLimit limit, string owner) => $"{limit}#{Convert.ToHexStringLower(LimitKey.Hash(owner))}";

    /// <summary>What narrows the key down has an item of its own beside it.</summary>
    private static string SortOf(string key, string owner) => key.Length == owner.Length ? "calls" : Convert.ToHexStringLower(LimitKey.Hash(key));

    private static IEnumerable<long> ReadCalls(long first, byte[] offsets)
    {
        for (var i = 0; i < offsets.Length; i += sizeof(int))
        {
            yield return first + BitConverter.ToInt32(offsets, i);
        }
    }
}
