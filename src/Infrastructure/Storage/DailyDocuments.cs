using System.Text.Json;
using System.Text.Json.Serialization;
using Backend.Domain.Alerts;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;

namespace Backend.Infrastructure.Storage;

/// <summary>The documents of daily runs. Names may be added to, never changed.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SeenDocument[]))]
[JsonSerializable(typeof(MapNewsDocument))]
[JsonSerializable(typeof(DriverChangeDocument))]
[JsonSerializable(typeof(PartSummaryDocument))]
internal sealed partial class DailyJson : JsonSerializerContext;

internal sealed record SeenDocument([property: JsonPropertyName("a")] Guid Account, [property: JsonPropertyName("t")] long Score)
{
    public static string Write(IEnumerable<SeenRecord> seen) =>
        JsonSerializer.Serialize([.. seen.Select(s => new SeenDocument(s.AccountId.Value, s.Score))], DailyJson.Default.SeenDocumentArray);

    public static IReadOnlyList<SeenRecord> Read(string text) =>
        [.. JsonSerializer.Deserialize(text, DailyJson.Default.SeenDocumentArray)!.Select(d => new SeenRecord(new AccountId(d.Account), d.Score))];
}

internal sealed record WatchedMapDocument(
    [property: JsonPropertyName("uid")] string Uid, [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("id")] long? TmxId)
{
    public static WatchedMapDocument From(WatchedMap map) => new(map.Uid.Value, map.Name, map.TmxId);

    public WatchedMap Read() => new(UidOf(Uid), Name, TmxId);

    internal static MapUid UidOf(string text) => MapUid.TryCreate(text, out var uid) ? uid : throw new InvalidOperationException($"A stored document names the map '{text}', which no map is called.");
}

/// <param name="Time">Milliseconds, or <see cref="RecordTime.SecretOnTheWire"/>.</param>
/// <param name="DrivenAt">Unix milliseconds.</param>
internal sealed record NewRecordDocument(
    [property: JsonPropertyName("a")] Guid Account,
    [property: JsonPropertyName("n")] string ZoneName,
    [property: JsonPropertyName("p")] int Position,
    [property: JsonPropertyName("t")] long Time,
    [property: JsonPropertyName("d")] long DrivenAt,
    [property: JsonPropertyName("g")] long? Gap);

internal sealed record MapNewsDocument(
    [property: JsonPropertyName("map")] WatchedMapDocument Map, [property: JsonPropertyName("count")] int Count, [property: JsonPropertyName("records")] NewRecordDocument[] Records)
{
    public static string Write(MapNews news) => JsonSerializer.Serialize(
        new MapNewsDocument(
            WatchedMapDocument.From(news.Map),
            news.Count,
            [.. news.Records.Select(r => new NewRecordDocument(r.AccountId.Value, r.ZoneName, r.Position, r.Time.OnTheWire, r.DrivenAt.ToUnixTimeMilliseconds(), r.Gap))]),
        DailyJson.Default.MapNewsDocument);

    public static MapNews Read(string text)
    {
        var document = JsonSerializer.Deserialize(text, DailyJson.Default.MapNewsDocument)!;
        return new MapNews(
            document.Map.Read(),
            document.Count,
            [
                .. document.Records.Select(r => new NewRecord(
                    new AccountId(r.Account), r.ZoneName, r.Position, RecordTime.FromUpstream(r.Time), DateTimeOffset.FromUnixTimeMilliseconds(r.DrivenAt), r.Gap)),
            ]);
    }
}

/// <param name="Kind">By number of <see cref="DriverChangeKind"/>.</param>
/// <param name="SeenAt">Unix milliseconds.</param>
internal sealed record DriverChangeDocument(
    [property: JsonPropertyName("kind")] int Kind,
    [property: JsonPropertyName("uid")] string Uid,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("from")] int From,
    [property: JsonPropertyName("to")] int To,
    [property: JsonPropertyName("before")] long Before,
    [property: JsonPropertyName("time")] long Time,
    [property: JsonPropertyName("seen")] long SeenAt)
{
    public static string Write(DriverChange change) => JsonSerializer.Serialize(
        new DriverChangeDocument(
            (int)change.Kind, change.MapUid.Value, change.MapName, change.From, change.To, change.TimeBefore.OnTheWire, change.Time.OnTheWire, change.SeenAt.ToUnixTimeMilliseconds()),
        DailyJson.Default.DriverChangeDocument);

    public static DriverChange Read(string text)
    {
        var d = JsonSerializer.Deserialize(text, DailyJson.Default.DriverChangeDocument)!;
        return new DriverChange(
            (DriverChangeKind)d.Kind,
            WatchedMapDocument.UidOf(d.Uid),
            d.Name,
            d.From,
            d.To,
            RecordTime.FromUpstream(d.Before),
            RecordTime.FromUpstream(d.Time),
            DateTimeOffset.FromUnixTimeMilliseconds(d.SeenAt));
    }
}

internal sealed record PartSummaryDocument(
    [property: JsonPropertyName("unread")] WatchedMapDocument[] Unread, [property: JsonPropertyName("filter")] string Filter, [property: JsonPropertyName("probing")] bool IsProbing, [property: JsonPropertyName("broken")] bool IsBroken)
{
    public static string Write(DailyPartSummary summary) => JsonSerializer.Serialize(
        new PartSummaryDocument([.. summary.Unread.Select(WatchedMapDocument.From)], summary.Filter.ToWord(), summary.IsProbing, summary.IsBroken), DailyJson.Default.PartSummaryDocument);

    public static DailyPartSummary Read(string text)
    {
        var document = JsonSerializer.Deserialize(text, DailyJson.Default.PartSummaryDocument)!;
        return new DailyPartSummary(
            [.. document.Unread.Select(map => map.Read())], AlertWords.TryReadFilter(document.Filter, out var filter) ? filter : RecordFilter.Top5, document.IsProbing, document.IsBroken);
    }
}
