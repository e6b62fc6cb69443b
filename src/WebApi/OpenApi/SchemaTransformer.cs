using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Backend.Domain.Common;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Backend.WebApi.OpenApi;

/// <summary>What the wire types say and the framework does not read: forms of their own, closed lists of words, members that may be absent.</summary>
internal sealed class SchemaTransformer : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(Secret))
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "password";
        }
        else if (type == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "date-time";
        }

        else if (type == typeof(DateTimeOffset?))
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "date-time";
        }
        else if (context.JsonPropertyInfo?.CustomConverter is NumberOrTextConverter)
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Integer | JsonSchemaType.Null;
        }

        var declaration = context.JsonPropertyInfo is { } property
            ? property.AttributeProvider
            : (context.ParameterDescription?.ParameterDescriptor as IParameterInfoParameterDescriptor)?.ParameterInfo;
        if (Find<AllowedValuesAttribute>(declaration) is { } words)
        {
            schema.Enum = [.. words.Values.Select(word => JsonValue.Create((string)word!)!)];
        }

        if (schema.Required is { } required)
        {
            foreach (var member in context.JsonTypeInfo.Properties.Where(member => Find<JsonIgnoreAttribute>(member.AttributeProvider) is { Condition: JsonIgnoreCondition.WhenWritingNull }))
            {
                required.Remove(member.Name);
            }
        }

        return Task.CompletedTask;
    }

    private static T? Find<T>(ICustomAttributeProvider? declaration)
        where T : Attribute => declaration?.GetCustomAttributes(typeof(T), inherit: true).OfType<T>().FirstOrDefault();
}
