using Backend.WebApi.Workers;

namespace Backend.WebApi.Endpoints;

internal static class EndpointMap
{
    public static void MapEndpoints(this IEndpointRouteBuilder routes, Hosting hosting)
    {
        routes.MapHealth();
        if (hosting.TakesEvents)
        {
            routes.MapLambdaEvents();
        }

        if (!hosting.ServesApi)
        {
            return;
        }

        routes.MapAccounts();
        routes.MapDirectories();
        routes.MapSessions();
        routes.MapMapSearches();
        routes.MapLegacyMapSearches();
        routes.MapRecords();
        routes.MapDrivers();
        routes.MapAlerts();
        routes.MapDriverNotifications();
        routes.MapHistory();
        routes.MapFeedback();
        routes.MapAdministration();
        routes.MapDailyRun();
        routes.MapDiagnostics();
        routes.MapApiReference();
    }
}
