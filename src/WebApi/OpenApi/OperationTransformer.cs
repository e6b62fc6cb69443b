using System.Globalization;
using Backend.WebApi.Endpoints;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Backend.WebApi.OpenApi;

/// <summary>Says of each operation who may call it, and shows what its bodies look like.</summary>
internal sealed class OperationTransformer(ExampleWriter writer) : IOpenApiOperationTransformer
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;

        // An empty list says that nobody needs to sign in; none at all would leave it open.
        operation.Security = CommonFailures.NeedsSession(metadata)
            ? [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SessionAuthenticationHandler.SchemeName, context.Document)] = [] }]
            : [];

        var examples = metadata.OfType<ExampleMetadata>().Select(example => example.Value).ToList();
        var body = context.Description.ParameterDescriptions.SingleOrDefault(parameter => parameter.Source == BindingSource.Body)?.Type;
        if (body is not null && examples.Find(body.IsInstanceOfType) is { } request)
        {
            foreach (var media in operation.RequestBody?.Content?.Values ?? [])
            {
                media.Example = await writer.WriteRequestAsync(request, body, cancellationToken);
            }
        }

        operation.Responses = Sorted(operation.Responses);
        AnswerHeaders.Describe(operation, context);
        var failures = metadata.OfType<FailureMetadata>().ToLookup(failure => failure.Status);
        foreach (var answer in context.Description.SupportedResponseTypes)
        {
            if (operation.Responses?.GetValueOrDefault(answer.StatusCode.ToString(CultureInfo.InvariantCulture)) is not OpenApiResponse response)
            {
                continue;
            }

            if (answer.StatusCode >= StatusCodes.Status400BadRequest)
            {
                await ShowAsync(response, failures[answer.StatusCode], cancellationToken);
            }
            else if (answer.Type is { } type && examples.FindLast(type.IsInstanceOfType) is { } value)
            {
                foreach (var media in response.Content?.Values ?? [])
                {
                    media.Example = await writer.WriteAnswerAsync(value, type, cancellationToken);
                }
            }
        }
    }

    private static OpenApiResponses Sorted(OpenApiResponses? responses)
    {
        var sorted = new OpenApiResponses();
        foreach (var (status, response) in (responses ?? []).OrderBy(response => response.Key, StringComparer.Ordinal))
        {
            sorted.Add(status, response);
        }

        return sorted;
    }

    /// <summary>One example for each code, for the codes are what programs go by.</summary>
    private async Task ShowAsync(OpenApiResponse response, IEnumerable<FailureMetadata> failures, CancellationToken cancellationToken)
    {
        var problems = failures.Select(failure => failure.ToProblem(TraceId)).DistinctBy(problem => problem.Code, StringComparer.Ordinal).ToList();
        foreach (var media in response.Content?.Values ?? [])
        {
            media.Examples = new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal);
            foreach (var problem in problems)
            {
                media.Examples[problem.Code] = new OpenApiExample { Value = await writer.WriteAnswerAsync(problem, typeof(Problem), cancellationToken) };
            }
        }
    }
}
