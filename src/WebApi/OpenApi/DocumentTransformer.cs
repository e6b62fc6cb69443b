using Backend.WebApi.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Backend.WebApi.OpenApi;

/// <summary>What concerns the document as a whole.</summary>
internal sealed class DocumentTransformer : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
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
            [SessionAuthenticationHandler.SchemeName] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "The access token of a sign-in, or of an exchange of its refresh token.",
            },
        };
        document.Components.Headers = AnswerHeaders.All.ToDictionary(
            header => header.Name,
            IOpenApiHeader (header) => new OpenApiHeader { Description = header.Description, Schema = new OpenApiSchema { Type = header.Type } },
            StringComparer.Ordinal);
        DescribeTags(document, context);
        SayWhatIsNull(document);
        return Task.CompletedTask;
    }

    private static void DescribeTags(OpenApiDocument document, OpenApiDocumentTransformerContext context)
    {
        var descriptions = context.DescriptionGroups
            .SelectMany(group => group.Items)
            .SelectMany(operation => operation.ActionDescriptor.EndpointMetadata.OfType<TagMetadata>())
            .GroupBy(tag => tag.Name, tag => tag.Description, StringComparer.Ordinal)
            .ToDictionary(tag => tag.Key, tag => tag.First(), StringComparer.Ordinal);
        foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>())
        {
            tag.Description = descriptions.GetValueOrDefault(tag.Name ?? string.Empty);
        }
    }

    /// <summary>
    /// Nullable members of wire types mean two things. An answer leaves out what it lacks, or writes null where its type says so. A
    /// request must have what its type does not make optional; that it is read as null when missing is for the validators, which say
    /// what is missing.
    /// </summary>
    private static void SayWhatIsNull(OpenApiDocument document)
    {
        var operations = document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()).ToList();
        var written = new HashSet<OpenApiSchema>();
        foreach (var media in operations.SelectMany(operation => operation.Responses?.Values ?? Enumerable.Empty<IOpenApiResponse>()).SelectMany(response => response.Content?.Values ?? []))
        {
            Collect(media.Schema, written, document);
        }

        var read = new HashSet<OpenApiSchema>();
        foreach (var body in operations.Select(operation => operation.RequestBody).OfType<OpenApiRequestBody>())
        {
            foreach (var media in body.Content?.Values ?? [])
            {
                media.Schema = WithoutNull(media.Schema);
                body.Required = Resolve(media.Schema, document)?.Required is { Count: > 0 };
                Collect(media.Schema, read, document);
            }
        }

        foreach (var schema in written)
        {
            ForbidNull(schema, name => schema.Required?.Contains(name) is not true);
        }

        foreach (var schema in read.Except(written))
        {
            ForbidNull(schema, name => schema.Required?.Contains(name) is true);
        }

        foreach (var schema in written.Union(read).Where(schema => schema is { Enum.Count: > 0, Type: { } type } && type.HasFlag(JsonSchemaType.Null)))
        {
            schema.Enum!.Add(JsonNullSentinel.JsonNull);
        }
    }

    private static void ForbidNull(OpenApiSchema schema, Func<string, bool> forbids)
    {
        foreach (var (name, member) in (schema.Properties ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)).Where(member => forbids(member.Key)).ToList())
        {
            schema.Properties![name] = WithoutNull(member)!;
        }
    }

    private static IOpenApiSchema? WithoutNull(IOpenApiSchema? schema)
    {
        if (schema is OpenApiSchema { OneOf: [OpenApiSchema { Type: JsonSchemaType.Null }, var present] })
        {
            return present;
        }

        if (schema is OpenApiSchema { Type: { } type } plain)
        {
            plain.Type = type & ~JsonSchemaType.Null;
        }

        return schema;
    }

    private static void Collect(IOpenApiSchema? schema, HashSet<OpenApiSchema> found, OpenApiDocument document)
    {
        if (Resolve(schema, document) is not { } known || !found.Add(known))
        {
            return;
        }

        foreach (var part in (IEnumerable<IOpenApiSchema?>)[.. known.Properties?.Values ?? [], .. known.OneOf ?? [], .. known.AnyOf ?? [], .. known.AllOf ?? [], known.Items, known.AdditionalProperties])
        {
            Collect(part, found, document);
        }
    }

    private static OpenApiSchema? Resolve(IOpenApiSchema? schema, OpenApiDocument document) =>
        schema is OpenApiSchemaReference { Reference.Id: { } id } ? document.Components?.Schemas?[id] as OpenApiSchema : schema as OpenApiSchema;
}
