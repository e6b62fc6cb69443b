using Backend.Domain.Common;
using Backend.WebApi.Http;

namespace Backend.WebApi.Endpoints;

internal static class DailyRunEndpoints
{
    private static readonly Error s_unauthorized = new(ErrorKind.Unauthenticated, "daily_run.unauthorized", "Unauthorized");

    public static void MapDailyRun(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/cron/daily", StartDailyRun).AllowAnonymous().WithTag("Daily run", "The check of all alerts and notifications, once a day.").WithName(nameof(StartDailyRun)).WithSummary("Starts the daily run; nobody may do so yet")
            .Fails(s_unauthorized);

    /// <summary>There is no secret yet with which anybody could.</summary>
    private static Failure StartDailyRun() => new(s_unauthorized);
}
