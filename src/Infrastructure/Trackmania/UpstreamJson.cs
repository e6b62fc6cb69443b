using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backend.Infrastructure.Trackmania;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(NadeoLogin))]
[JsonSerializable(typeof(NadeoTokens))]
[JsonSerializable(typeof(NadeoClaims))]
[JsonSerializable(typeof(NadeoTop))]
[JsonSerializable(typeof(NadeoMaps))]
[JsonSerializable(typeof(NadeoPosition[]))]
[JsonSerializable(typeof(TmxPage))]
[JsonSerializable(typeof(TmxUserRows))]
[JsonSerializable(typeof(OAuthToken))]
[JsonSerializable(typeof(DisplayNames))]
internal sealed partial class UpstreamJson : JsonSerializerContext;

internal sealed record NadeoLogin(string Audience);

internal sealed record NadeoTokens(string? AccessToken, string? RefreshToken);

/// <param name="Rat">Earliest refresh, unix seconds.</param>
internal sealed record NadeoClaims(long? Iat, long? Rat, long? Exp);

internal sealed record NadeoMaps(IReadOnlyList<NadeoMap> Maps);

internal sealed record NadeoMap(string MapUid, string GroupUid);

internal sealed record NadeoPosition(string? MapUid, long? Score, IReadOnlyList<NadeoZonePosition?>? Zones);

internal sealed record NadeoZonePosition(string? ZoneId, NadeoRanking? Ranking);

internal sealed record NadeoRanking(int? Position);

internal sealed record NadeoTop(IReadOnlyList<NadeoZoneTop?>? Tops);

internal sealed record NadeoZoneTop(string? ZoneId, IReadOnlyList<NadeoRow?>? Top);

internal sealed record NadeoRow(string? AccountId, string? ZoneId, string? ZoneName, int? Position, long? Score, long? Timestamp);

internal sealed record TmxPage(bool? More, IReadOnlyList<TmxMap?>? Results);

/// <param name="UploadedAt">UTC, without saying so, with up to three digits of a second's fraction.</param>
internal sealed record TmxMap(
    long? MapId,
    string? MapUid,
    string? Name,
    IReadOnlyList<TmxAuthor?>? Authors,
    TmxUserRow? Uploader,
    TmxMedals? Medals,
    string? UploadedAt,
    long? DownloadCount);

internal sealed record TmxAuthor(TmxUserRow? User);

/// <summary>Times that some mappers set to numbers no clock will ever show.</summary>
internal sealed record TmxMedals(long? Author, long? Gold, long? Silver, long? Bronze);

internal sealed record TmxUserRows(bool? More, IReadOnlyList<TmxUserRow?>? Results);

internal sealed record TmxUserRow(long? UserId, string? Name);

internal sealed record OAuthToken(
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] double? ExpiresIn);

/// <summary>Names by account id, or account ids by name; case does not matter. The service writes an empty map as an empty array.</summary>
[JsonConverter(typeof(DisplayNamesConverter))]
internal sealed record DisplayNames(IReadOnlyDictionary<string, string> Pairs);

internal sealed class DisplayNamesConverter : JsonConverter<DisplayNames>
{
    public override DisplayNames Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var (start, end) = (reader.TokenType, reader.TokenType == JsonTokenType.StartArray ? JsonTokenType.EndArray : JsonTokenType.EndObject);
        if (start is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            throw new JsonException("Neither an object nor an array.");
        }

        while (reader.Read() && reader.TokenType != end)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                throw new JsonException("Only an empty array stands for an empty object.");
            }

            var key = reader.GetString()!;
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    pairs[key] = reader.GetString()!;
                    break;
                case JsonTokenType.Null:
                    break;
                default:
                    throw new JsonException("Names and ids are strings.");
            }
        }

        return new DisplayNames(pairs);
    }

    public override void Write(Utf8JsonWriter writer, DisplayNames value, JsonSerializerOptions options) => throw new NotSupportedException();
}
