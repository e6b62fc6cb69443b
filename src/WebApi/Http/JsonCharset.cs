using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Backend.WebApi.Http;

/// <summary>JSON is UTF-8 (RFC 8259, 8.1). The framework fails on a body that names a charset it does not know; here the client is told.</summary>
internal static class JsonCharset
{
    public static IApplicationBuilder UseJsonCharsetCheck(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        // A route that takes no body does not mind what a client says of one.
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is not null
            && context.Request.ContentType is { } text
            && text.Contains("charset", StringComparison.OrdinalIgnoreCase)
            && !(MediaTypeHeaderValue.TryParse(text, out var type) && HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        return next(context);
    });
}
