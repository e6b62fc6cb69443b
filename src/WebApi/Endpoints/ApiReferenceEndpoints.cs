using Backend.Domain.Common;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Backend.WebApi.Endpoints;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c> and a page to read it at <c>/docs</c>.</summary>
internal static class ApiReferenceEndpoints
{
    private const string Bearer = SessionAuthenticationHandler.SchemeName;

    public static void MapApiReference(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/v1.json").AllowAnonymous().ExcludeFromDescription();
        routes.MapScalarApiReference("/docs", options => options.WithTitle("Trackmania record search").DisableTelemetry().DisableDefaultFonts().DisableAgent().DisableMcp()).AllowAnonymous().ExcludeFromDescription();
    }

    public static IServiceCollection AddApiReference(this IServiceCollection services) => services.AddOpenApi(options =>
    {
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
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Any())
            {
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
            }

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
}
