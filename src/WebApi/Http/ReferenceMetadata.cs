namespace Backend.WebApi.Http;

/// <summary>What a body may look like: an object of the wire type of a request or of an answer.</summary>
internal sealed record ExampleMetadata(object Value);

/// <summary>A group of routes in the API reference.</summary>
internal sealed record TagMetadata(string Name, string Description);

internal static class ReferenceExtensions
{
    /// <summary>Shows in the API reference what the bodies of the route may look like; their types tell which example belongs where.</summary>
    /// <param name="values">When request and answer have the same type, the first is the request.</param>
    public static RouteHandlerBuilder WithExamples(this RouteHandlerBuilder route, params object[] values)
    {
        foreach (var value in values)
        {
            route.WithMetadata(new ExampleMetadata(value));
        }

        return route;
    }

    /// <summary>Puts routes under a heading of the API reference.</summary>
    public static TBuilder WithTag<TBuilder>(this TBuilder routes, string name, string description)
        where TBuilder : IEndpointConventionBuilder =>
        routes.WithTags(name).WithMetadata(new TagMetadata(name, description));
}
