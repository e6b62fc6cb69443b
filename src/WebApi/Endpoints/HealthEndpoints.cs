using System.ComponentModel.DataAnnotations;
using Backend.Domain.Common;
using Backend.Infrastructure;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class HealthEndpoints
{
    private const int SecondsUntilRetry = 2;

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(string.Empty).WithTag("Health", "For monitors, load balancers and whoever restarts processes.").AllowAnonymous();
        group.MapGet("/health", GetHealth).WithName(nameof(GetHealth)).WithSummary("Says that the service is up")
            .WithExamples(HealthExamples.Health);
        group.MapGet("/health/live", GetLiveness).WithName(nameof(GetLiveness)).WithSummary("Says that the process works; restart it when this fails")
            .WithExamples(HealthExamples.Ready);
        group.MapGet("/health/ready", GetReadiness).WithName(nameof(GetReadiness)).WithSummary("Says whether requests can be answered now; send none while this fails")
            .Fails(NotReady("The service is stopping.")).WithExamples(HealthExamples.Ready);
    }

    private static Ok<ReadinessResponse> GetLiveness() => TypedResults.Ok(new ReadinessResponse("OK"));

    private static async Task<Results<Ok<ReadinessResponse>, Failure>> GetReadiness(IEnumerable<IReadinessProbe> probes, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return new Failure(NotReady("The service is stopping."));
        }

        var states = await Task.WhenAll(probes.Select(async probe => (probe.Name, IsReady: await probe.IsReadyAsync(cancellationToken))));
        var missing = states.Where(s => !s.IsReady).Select(s => s.Name).ToList();
        return missing.Count == 0
            ? TypedResults.Ok(new ReadinessResponse("OK"))
            : new Failure(NotReady($"Not available at the moment: {string.Join(", ", missing)}."));
    }

    private static Error NotReady(string reason) =>
        new(ErrorKind.Unavailable, "service.not_ready", reason) { RetryAfter = TimeSpan.FromSeconds(SecondsUntilRetry) };

    private static Ok<HealthResponse> GetHealth(TimeProvider clock, IHostEnvironment environment, InfrastructureSummary infrastructure, ProcessStart start)
    {
        var now = clock.GetUtcNow();
        return TypedResults.Ok(new HealthResponse(
            "OK",
            now,
            Math.Round((now - start.At).TotalSeconds, 3),
            environment.EnvironmentName.ToLowerInvariant(),
            "1.0.0",
            new HealthServices("healthy", infrastructure.UsesPostgres ? HealthServices.Configured : HealthServices.NotConfigured)));
    }
}

/// <summary>When this process began to serve.</summary>
internal sealed record ProcessStart(DateTimeOffset At);

internal sealed record ReadinessResponse(string Status);

/// <param name="Uptime">Seconds.</param>
internal sealed record HealthResponse(string Status, DateTimeOffset Timestamp, double Uptime, string Environment, string Version, HealthServices Services);

internal sealed record HealthServices(string Backend, [property: AllowedValues(HealthServices.Configured, HealthServices.NotConfigured)] string Postgres)
{
    public const string Configured = "configured";
    public const string NotConfigured = "not_configured";
}

internal sealed record MessageResponse(string Msg);
