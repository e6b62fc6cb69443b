using System.Text.Json.Serialization;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;

namespace Backend.Infrastructure.Storage;

/// <summary>The documents inside rows. Names are short because there are a hundred of each per map; they may be added to, never changed.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EntryDocument[]))]
[JsonSerializable(typeof(RowDocument))]
internal sealed partial class StoredJson : JsonSerializerContext;

/// <param name="Time">Milliseconds, or <see cref="RecordTime.SecretOnTheWire"/>.</param>
/// <param name="DrivenAt">Unix milliseconds.</param>
internal sealed record EntryDocument(
    [property: JsonPropertyName("a")] Guid Account,
    [property: JsonPropertyName("z")] string ZoneId,
    [property: JsonPropertyName("n")] string ZoneName,
    [property: JsonPropertyName("p")] int Position,
    [property: JsonPropertyName("t")] long Time,
    [property: JsonPropertyName("d")] long? DrivenAt)
{
    public static EntryDocument[] From(IReadOnlyList<LeaderboardEntry> entries) =>
        [.. entries.Select(e => new EntryDocument(e.AccountId.Value, e.ZoneId, e.ZoneName, e.Position, e.Time.OnTheWire, e.DrivenAt?.ToUnixTimeMilliseconds()))];

    public static IReadOnlyList<LeaderboardEntry> Read(EntryDocument[] documents) =>
    [
        .. documents.Select(d => new LeaderboardEntry(
            new AccountId(d.Account),
            d.ZoneId,
            d.ZoneName,
            d.Position,
            d.Time == RecordTime.SecretOnTheWire ? RecordTime.Secret : RecordTime.FromMilliseconds(d.Time),
            d.DrivenAt is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null)),
    ];
}

internal sealed record RowDocument(
    [property: JsonPropertyName("id")] long MapId,
    [property: JsonPropertyName("uid")] string? MapUid,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("entries")] EntryDocument[] Entries,
    [property: JsonPropertyName("failure")] string? Failure)
{
    public static RowDocument From(MapSearchRow row) => new(row.Map.MapId, row.Map.MapUid?.Value, row.Map.Name, EntryDocument.From(row.Entries), row.Failure);

    public MapSearchRow Read(int index) => new(
        index,
        new MapListing(MapId, UidOf(MapUid), Name),
        EntryDocument.Read(Entries),
        Failure);

    private static MapUid? UidOf(string? text) => Domain.Tracks.MapUid.TryCreate(text, out var uid) ? uid : null;
}
