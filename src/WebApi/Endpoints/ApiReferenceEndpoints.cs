using Backend.Domain.Common;
using Backend.WebApi.OpenApi;
using Microsoft.AspNetCore.OpenApi;
using Scalar.AspNetCore;

namespace Backend.WebApi.Endpoints;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c> and a page to read it at <c>/docs</c>.</summary>
internal static class ApiReferenceEndpoints
{
    public static void MapApiReference(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/v1.json").AllowAnonymous().ExcludeFromDescription();
        routes.MapScalarApiReference("/docs", options => options.WithTitle("Trackmania record search").DisableTelemetry().DisableDefaultFonts().DisableAgent().DisableMcp()).AllowAnonymous().ExcludeFromDescription();
    }

    public static IServiceCollection AddApiReference(this IServiceCollection services) => services
        .AddSingleton<ExampleWriter>()
        .AddOpenApi(options =>
        {
            // To clients a secret is a string like any other.
            options.CreateSchemaReferenceId = type => type.Type == typeof(Secret) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);

            // What HEAD answers is what GET answers.
            options.ShouldInclude = static description => !HttpMethods.IsHead(description.HttpMethod ?? string.Empty);
            options.AddDocumentTransformer<DocumentTransformer>();
            options.AddOperationTransformer<OperationTransformer>();
            options.AddSchemaTransformer<SchemaTransformer>();
        });
}
