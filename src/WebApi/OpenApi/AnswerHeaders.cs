using Backend.WebApi.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Backend.WebApi.OpenApi;

/// <summary>What a route says about itself tells which headers its answers have.</summary>
internal static class AnswerHeaders
{
    public static IReadOnlyList<(string Name, JsonSchemaType Type, string Description)> All { get; } =
    [
        (HeaderNames.ETag, JsonSchemaType.String, "Names this content; sent as If-None-Match, it is answered 304 while the content is the same."),
        (HeaderNames.RetryAfter, JsonSchemaType.Integer, "Seconds until the request may succeed, or until it is worth asking again."),
        (RateLimitHeaders.CurrentName, JsonSchemaType.String, "What the caller has left of each limit that the request counted against: r calls in the next t seconds."),
        (RateLimitHeaders.PolicyName, JsonSchemaType.String, "Those limits: q calls in any w seconds."),
    ];

    public static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var responses = operation.Responses ?? [];
        var isLimited = context.Description.ActionDescriptor.EndpointMetadata.OfType<RouteLimits>().Any();
        var isRevalidated = responses.ContainsKey("304");
        if (isRevalidated)
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = HeaderNames.IfNoneMatch,
                In = ParameterLocation.Header,
                Description = "The ETag of an earlier answer; the answer is 304 while nothing has changed since.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        foreach (var (status, response) in responses)
        {
            if (isLimited && (status == "429" || status.StartsWith('2')))
            {
                Add(response, RateLimitHeaders.CurrentName, RateLimitHeaders.PolicyName);
            }

            if (status is "429" or "503")
            {
                Add(response, HeaderNames.RetryAfter);
            }

            if (isRevalidated && status is "200" or "304")
            {
                Add(response, HeaderNames.ETag);
            }
        }

        void Add(IOpenApiResponse response, params string[] names)
        {
            var headers = ((OpenApiResponse)response).Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            foreach (var name in names)
            {
                headers[name] = new OpenApiHeaderReference(name, context.Document);
            }
        }
    }
}
