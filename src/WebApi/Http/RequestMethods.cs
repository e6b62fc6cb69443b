namespace Backend.WebApi.Http;

/// <summary>What routing does not do by itself: HEAD wherever GET is, and OPTIONS wherever anything is.</summary>
internal static class RequestMethods
{
    /// <summary>
    /// Routes mapped on the result take HEAD if they take GET. They stay one route, with one authorization; the server sends the
    /// headers and leaves the body out.
    /// </summary>
    public static IEndpointRouteBuilder WithHead(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(string.Empty);
        ((IEndpointConventionBuilder)group).Finally(static route =>
        {
            if (route.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { } methods
                && methods.HttpMethods.Contains(HttpMethods.Get, StringComparer.Ordinal)
                && !methods.HttpMethods.Contains(HttpMethods.Head, StringComparer.Ordinal))
            {
                route.Metadata.Remove(methods);
                route.Metadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head]));
            }
        });
        return group;
    }

    /// <summary>Answers OPTIONS with the methods of the address, and names OPTIONS among them.</summary>
    public static IApplicationBuilder UseOptions(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        await next(context);

        // Routing refuses whatever no route takes, and then knows what the routes of this address would take.
        var response = context.Response;
        if (response.StatusCode == StatusCodes.Status405MethodNotAllowed && !response.HasStarted)
        {
            response.Headers.Allow = $"{response.Headers.Allow}, {HttpMethods.Options}";
            if (HttpMethods.IsOptions(context.Request.Method))
            {
                response.StatusCode = StatusCodes.Status204NoContent;
            }
        }
    });
}
