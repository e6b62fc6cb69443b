using Backend.WebApi.Workers;

namespace Backend.WebApi.Endpoints;

internal static class EndpointMap
{
    public static void MapEndpoints(this IEndpointRouteBuilder routes, Hosting hosting)
    {
        var all = routes.MapGroup(string.Empty);
        ((IEndpointConventionBuilder)all).Finally(CommonFailures.Declare);
        all.MapHealth();
        if (hosting.TakesEvents)
        {
            all.MapLambdaEvents();
        }

        if (!hosting.ServesApi)
        {
            return;
        }

        all.MapAccounts();
        all.MapDirectories();
        all.MapSessions();
        all.MapMapSearches();
        all.MapLegacyMapSearches();
        all.MapRecords();
        all.MapDrivers();
        all.MapAlerts();
        all.MapDriverNotifications();
        all.MapHistory();
        all.MapFeedback();
        all.MapAdministration();
        all.MapDailyRun();
        all.MapMailPages();
        all.MapDiagnostics();
        all.MapApiReference();
    }
}
