using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backend.WebApi.Http;

/// <summary>A number that some clients send as a number and others as text; it is judged as text.</summary>
internal sealed class NumberOrTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),

        // A number may lie across the edge of what has been received so far.
        JsonTokenType.Number => reader.HasValueSequence ? Encoding.UTF8.GetString(reader.ValueSequence) : Encoding.UTF8.GetString(reader.ValueSpan),
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
