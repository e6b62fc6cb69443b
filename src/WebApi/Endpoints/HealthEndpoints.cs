using Backend.Infrastructure;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/health", GetHealth).AllowAnonymous().WithTags("Health").WithSummary("Says that the service is up")
            .WithName(nameof(GetHealth));

    private static Ok<HealthResponse> GetHealth(TimeProvider clock, IHostEnvironment environment, InfrastructureSummary infrastructure, ProcessStart start)
    {
        var now = clock.GetUtcNow();
        return TypedResults.Ok(new HealthResponse(
            "OK",
            now,
            Math.Round((now - start.At).TotalSeconds, 3),
            environment.EnvironmentName.ToLowerInvariant(),
            "1.0.0",
            new HealthServices("healthy", infrastructure.UsesPostgres ? "configured" : "not_configured")));
    }
}

/// <summary>When this process began to serve.</summary>
internal sealed record ProcessStart(DateTimeOffset At);

/// <param name="Uptime">Seconds.</param>
internal sealed record HealthResponse(string Status, DateTimeOffset Timestamp, double Uptime, string Environment, string Version, HealthServices Services);

internal sealed record HealthServices(string Backend, string Postgres);

internal sealed record MessageResponse(string Msg);
