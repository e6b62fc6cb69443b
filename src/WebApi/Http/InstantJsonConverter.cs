using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backend.WebApi.Http;

/// <summary>Instants go out as existing clients know them: ISO 8601 in UTC, always with three digits of milliseconds and <c>Z</c>.</summary>
internal sealed class InstantJsonConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
