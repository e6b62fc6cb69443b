using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Backend.Domain.Common;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Backend.WebApi.OpenApi;

/// <summary>Writes examples as the service writes answers, so that they cannot say what it would not say.</summary>
internal sealed class ExampleWriter
{
    private readonly JsonSerializerOptions _answers;
    private readonly JsonSerializerOptions _requests;

    public ExampleWriter(IOptions<JsonOptions> service)
    {
        _answers = service.Value.SerializerOptions;

        // Nobody sends what he does not have.
        _requests = new JsonSerializerOptions(_answers) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        foreach (var hiding in _requests.Converters.OfType<SecretJsonConverter>().ToList())
        {
            _requests.Converters.Remove(hiding);
        }

        _requests.Converters.Add(new InventedSecretConverter());
    }

    public Task<JsonNode> WriteRequestAsync(object value, Type declared, CancellationToken cancellationToken) => WriteAsync(value, declared, _requests, cancellationToken);

    public Task<JsonNode> WriteAnswerAsync(object value, Type declared, CancellationToken cancellationToken) => WriteAsync(value, declared, _answers, cancellationToken);

    private static async Task<JsonNode> WriteAsync(object value, Type declared, JsonSerializerOptions options, CancellationToken cancellationToken)
    {
        // A stream, for results are read while they are written.
        using var stream = new MemoryStream();
        await JsonSerializer.SerializeAsync(stream, value, options.GetTypeInfo(declared), cancellationToken);
        stream.Position = 0;
        return await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken) ?? throw new InvalidOperationException($"An example of {declared.Name} is null.");
    }

    /// <summary>The secrets of examples are invented, and whoever reads them has to see what to send.</summary>
    private sealed class InventedSecretConverter : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Examples are only written.");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteStringValue(value.Reveal());
    }
}
