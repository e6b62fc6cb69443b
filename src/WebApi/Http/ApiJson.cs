using System.Text.Json;
using System.Text.Json.Serialization;
using Backend.Application.Maintenance;
using Backend.WebApi.Endpoints;

namespace Backend.WebApi.Http;

/// <summary>Every type that crosses the wire, with serializers made at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(MessageResponse))]
[JsonSerializable(typeof(RegisterBody))]
[JsonSerializable(typeof(ProfileResponse))]
[JsonSerializable(typeof(LoginBody))]
[JsonSerializable(typeof(LoginResponse))]
[JsonSerializable(typeof(RefreshTokenBody))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(IEnumerable<SessionResponse>))]
[JsonSerializable(typeof(SubmitMapSearchBody))]
[JsonSerializable(typeof(MapSearchResponse))]
[JsonSerializable(typeof(MapSearchListResponse))]
[JsonSerializable(typeof(MapSearchResultsResponse))]
[JsonSerializable(typeof(LegacySubmittedResponse))]
[JsonSerializable(typeof(LegacyStatusResponse))]
[JsonSerializable(typeof(IEnumerable<TmxUserResponse>))]
[JsonSerializable(typeof(AccountNamesBody))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(FoundMapsResponse))]
[JsonSerializable(typeof(LatestRecordsResponse))]
[JsonSerializable(typeof(LambdaEvent))]
[JsonSerializable(typeof(BatchResponse))]
[JsonSerializable(typeof(KeepUpResult))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    private const int MaxDepth = 32;

    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        options.Converters.Add(new SecretJsonConverter());
        options.Converters.Add(new InstantJsonConverter());
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = MaxDepth;
    }
}
