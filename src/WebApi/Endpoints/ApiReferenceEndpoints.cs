using Backend.Domain.Common;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Backend.WebApi.Endpoints;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c> and a page to read it at <c>/docs</c>.</summary>
internal static class ApiReferenceEndpoints
{
    private const string Bearer = SessionAuthenticationHandler.SchemeName;

    private static readonly (string Name, JsonSchemaType Type, string Description)[] s_headers =
    [
        (HeaderNames.ETag, JsonSchemaType.String, "Names this content; sent as If-None-Match, it is answered 304 while the content is the same."),
        (HeaderNames.RetryAfter, JsonSchemaType.Integer, "Seconds until the request may succeed."),
        (RateLimitHeaders.CurrentName, JsonSchemaType.String, "What the caller has left of each limit that the request counted against: r calls in the next t seconds."),
        (RateLimitHeaders.PolicyName, JsonSchemaType.String, "Those limits: q calls in any w seconds."),
    ];

    public static void MapApiReference(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/v1.json").AllowAnonymous().ExcludeFromDescription();
        routes.MapScalarApiReference("/docs", options => options.WithTitle("Trackmania record search").DisableTelemetry().DisableDefaultFonts().DisableAgent().DisableMcp()).AllowAnonymous().ExcludeFromDescription();
    }

    public static IServiceCollection AddApiReference(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        // What HEAD answers is what GET answers.
        options.ShouldInclude = static description => !HttpMethods.IsHead(description.HttpMethod ?? string.Empty);
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Trackmania record search",
                Version = "v1",
                Description = "Who drove new records on a mapper's maps. Sign in, start a search, poll it, read its result.",
            };

            // The address depends on where the service runs, the description must not.
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" },
            };
            document.Components.Headers = s_headers.ToDictionary(
                h => h.Name,
                IOpenApiHeader (h) => new OpenApiHeader { Description = h.Description, Schema = new OpenApiSchema { Type = h.Type } },
                StringComparer.Ordinal);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Any())
            {
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
            }

            DescribeHeaders(operation, context);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(Secret))
            {
                schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
                schema.Format = "password";
            }
            else if (context.JsonTypeInfo.Type == typeof(DateTimeOffset))
            {
                schema.Type = JsonSchemaType.String;
                schema.Format = "date-time";
            }

            return Task.CompletedTask;
        });
    });

    /// <summary>What a route says about itself tells which headers its answers have.</summary>
    private static void DescribeHeaders(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var responses = operation.Responses ?? [];
        var isLimited = context.Description.ActionDescriptor.EndpointMetadata.OfType<RouteLimits>().Any();
        var isRevalidated = responses.ContainsKey("304");
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
