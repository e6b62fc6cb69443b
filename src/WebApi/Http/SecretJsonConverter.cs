using System.Text.Json;
using System.Text.Json.Serialization;
using Backend.Domain.Common;

namespace Backend.WebApi.Http;

/// <summary>Secrets come in as plain strings; a secret that goes out must be revealed by name, so writing one is a bug.</summary>
internal sealed class SecretJsonConverter : JsonConverter<Secret>
{
    public override Secret? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new Secret(reader.GetString()!) : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
        throw new NotSupportedException("A secret is never written; reveal it where it must go out.");
}
