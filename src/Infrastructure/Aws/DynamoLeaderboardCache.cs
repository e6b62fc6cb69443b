using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Tracks;
using Backend.Infrastructure.Storage;
using static Backend.Infrastructure.Aws.DynamoItem;

namespace Backend.Infrastructure.Aws;

internal sealed class DynamoLeaderboardCache(DynamoDatabase database, AwsSettings settings, TimeProvider clock) : ILeaderboardCache
{
    private const string Board = "board";
    private const string Walk = "walk";

    private readonly string _table = settings.NameOf(AwsSchema.LeaderboardCache);

    public async Task<Leaderboard?> FindAsync(MapUid mapUid, CancellationToken cancellationToken) =>
        await FindAsync(mapUid.Value, Board, cancellationToken) is { } item
            ? new Leaderboard(mapUid, item.Instant("read_at"), EntryDocument.Read(JsonSerializer.Deserialize(item.Unpacked("entries"), StoredJson.Default.EntryDocumentArray)!))
            : null;

    public Task SaveAsync(Leaderboard leaderboard, CancellationToken cancellationToken) =>
        SaveAsync(
            leaderboard.MapUid.Value,
            Board,
            new()
            {
                ["read_at"] = Instant(leaderboard.ReadAt),
                ["entries"] = Packed(JsonSerializer.SerializeToUtf8Bytes(EntryDocument.From(leaderboard.Entries), StoredJson.Default.EntryDocumentArray)),
            },
            cancellationToken);

    public async Task<MapperWalk?> FindWalkAsync(string mapper, CancellationToken cancellationToken) =>
        await FindAsync(TextKey.Of(mapper), Walk, cancellationToken) is { } item ? new MapperWalk(item.Instant("started_at"), item.Instant("last_read_at")) : null;

    public Task SaveWalkAsync(string mapper, MapperWalk walk, CancellationToken cancellationToken) =>
        SaveAsync(TextKey.Of(mapper), Walk, new() { ["started_at"] = Instant(walk.StartedAt), ["last_read_at"] = Instant(walk.LastReadAt) }, cancellationToken);

    private async Task<Dictionary<string, AttributeValue>?> FindAsync(string key, string kind, CancellationToken cancellationToken)
    {
        var item = await database.FindAsync(_table, key, kind, cancellationToken);
        return item?.Instant("saved_at") > clock.GetUtcNow() - ILeaderboardCache.KeptFor ? item : null;
    }

    private Task SaveAsync(string key, string kind, Values item, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        item[AwsSchema.PartitionKey] = Text(key);
        item[AwsSchema.SortKey] = Text(kind);
        item["saved_at"] = Instant(now);
        item[AwsSchema.TimeToLive] = Deletion(now + ILeaderboardCache.KeptFor);
        return database.PutAsync(_table, item, cancellationToken);
    }
}
