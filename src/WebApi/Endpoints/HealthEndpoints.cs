using Backend.Domain.Common;
using Backend.Infrastructure;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class HealthEndpoints
{
    private const string Tag = "Health";
    private const int SecondsUntilRetry = 2;

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", GetHealth).AllowAnonymous().WithTags(Tag).WithName(nameof(GetHealth)).WithSummary("Says that the service is up");
        routes.MapGet("/health/live", GetLiveness).AllowAnonymous().WithTags(Tag).WithName(nameof(GetLiveness)).WithSummary("Says that the process works; restart it when this fails");
        routes.MapGet("/health/ready", GetReadiness).AllowAnonymous().WithTags(Tag).WithName(nameof(GetReadiness)).WithSummary("Says whether requests can be answered now; send none while this fails")
            .Fails(503);
    }

    private static Ok<ReadinessResponse> GetLiveness() => TypedResults.Ok(new ReadinessResponse("OK"));

    private static async Task<Results<Ok<ReadinessResponse>, Failure>> GetReadiness(IEnumerable<IReadinessProbe> probes, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return NotReady("The service is stopping.");
        }

        var states = await Task.WhenAll(probes.Select(async probe => (probe.Name, IsReady: await probe.IsReadyAsync(cancellationToken))));
        var missing = states.Where(s => !s.IsReady).Select(s => s.Name).ToList();
        return missing.Count == 0
            ? TypedResults.Ok(new ReadinessResponse("OK"))
            : NotReady($"Not available at the moment: {string.Join(", ", missing)}.");
    }

    private static Failure NotReady(string reason) =>
        new(new Error(ErrorKind.Unavailable, "service.not_ready", reason) { RetryAfter = TimeSpan.FromSeconds(SecondsUntilRetry) });

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

internal sealed record ReadinessResponse(string Status);

/// <param name="Uptime">Seconds.</param>
internal sealed record HealthResponse(string Status, DateTimeOffset Timestamp, double Uptime, string Environment, string Version, HealthServices Services);

internal sealed record HealthServices(string Backend, string Postgres);

internal sealed record MessageResponse(string Msg);
