using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Backend.WebApi.Http;

/// <summary>
/// Answers that clients keep and ask about again: with the ETag of what they have in If-None-Match they are answered 304, and no
/// body, while it is still the same.
/// </summary>
internal static class Revalidation
{
    private const int TagBytes = 16;

    /// <summary>For routes that read and answer with a JSON body of moderate size, which is held in memory to be compared.</summary>
    /// <exception cref="InvalidOperationException">When routes are built: the route does not read, or streams its answer.</exception>
    public static RouteHandlerBuilder Revalidates(this RouteHandlerBuilder route)
    {
        route.Finally(RefuseOthers);
        return route.Produces(StatusCodes.Status304NotModified).AddEndpointFilter(
            static async (context, next) => new RevalidatedResult((IResult)(await next(context))!));
    }

    /// <summary>Of the content, so that every process has the same for it.</summary>
    /// <remarks>Weak, because a proxy may compress the body.</remarks>
    public static EntityTagHeaderValue TagOf(ReadOnlySpan<byte> body) =>
        new($"\"{Base64Url.EncodeToString(SHA256.HashData(body).AsSpan(0, TagBytes))}\"", isWeak: true);

    /// <summary>Whether the client has what the tag stands for.</summary>
    public static bool IsKnown(StringValues ifNoneMatch, EntityTagHeaderValue tag) =>
        EntityTagHeaderValue.TryParseList(ifNoneMatch!, out var known)
        && known.Any(k => k.Equals(EntityTagHeaderValue.Any) || k.Compare(tag, useStrongComparison: false));

    private static void RefuseOthers(EndpointBuilder route)
    {
        if (!route.Metadata.OfType<IHttpMethodMetadata>().Any(m => m.HttpMethods.Contains(HttpMethods.Get, StringComparer.Ordinal)))
        {
            throw new InvalidOperationException($"{route.DisplayName} does not read, so there is nothing to revalidate.");
        }

        if (route.Metadata.OfType<IProducesResponseTypeMetadata>().FirstOrDefault(m => m.Type is { } type && Streams(type)) is { Type: var streamed })
        {
            throw new InvalidOperationException($"{route.DisplayName} streams its {streamed!.Name}, which must not be held in memory.");
        }
    }

    private static bool Streams(Type type) => IsStream(type) || type.GetProperties().Any(p => IsStream(p.PropertyType));

    private static bool IsStream(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);
}

/// <summary>Runs the answer into memory, and sends it unless the client has it.</summary>
internal sealed class RevalidatedResult(IResult answer) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = response.Body;
        using var content = new MemoryStream();
        response.Body = content;
        try
        {
            await answer.ExecuteAsync(httpContext);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
        finally
        {
            response.Body = body;
        }

        var bytes = content.GetBuffer().AsMemory(0, (int)content.Length);
        if (response.StatusCode == StatusCodes.Status200OK)
        {
            var tag = Revalidation.TagOf(bytes.Span);
            Describe(httpContext, tag);
            if (Revalidation.IsKnown(httpContext.Request.Headers.IfNoneMatch, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentType = null;
                return;
            }
        }

        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }

    private static void Describe(HttpContext context, EntityTagHeaderValue tag)
    {
        var headers = context.Response.Headers;
        headers.ETag = tag.ToString();
        if (context.GetEndpoint()?.Metadata is { } route && route.GetMetadata<IAuthorizeData>() is not null && route.GetMetadata<IAllowAnonymous>() is null)
        {
            headers.CacheControl = "private, no-cache";
            headers.Append(HeaderNames.Vary, HeaderNames.Authorization);
        }
        else
        {
            headers.CacheControl = "no-cache";
        }
    }
}
