namespace Backend.WebApi.Endpoints;

internal static class EndpointMap
{
    public static void MapEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapHealth();
        routes.MapAccounts();
        routes.MapSessions();
        routes.MapMapSearches();
        routes.MapLegacyMapSearches();
        routes.MapApiReference();
    }
}
