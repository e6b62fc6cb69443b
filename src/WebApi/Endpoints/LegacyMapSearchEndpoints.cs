using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.MapSearches;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

/// <summary>Map searches in the shape that existing clients know: started by GET, one status with the whole result.</summary>
internal static class LegacyMapSearchEndpoints
{
    private const string DefaultPeriod = "1d";

    public static void MapLegacyMapSearches(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/users/maps").WithTag("Map searches (compatible)", "The same searches in the shape that existing clients know.").RequireAuthorization();
        group.MapGet("", StartMapSearch).WithName(nameof(StartMapSearch)).WithSummary("Starts a search; new clients use POST /api/v1/map-searches")
            .Limited(RateLimit.MapSearch).TakesEachParameterOnce(MapSearchErrors.RepeatedParameter)
            .Refuses("period", MapSearchExamples.BadPeriod).Fails(MapSearchErrors.TooManyUnfinished(MapSearchExamples.Unfinished))
            .WithExamples(MapSearchExamples.CompatibleSubmitted);
        group.MapGet("/status/{jobId}", GetMapSearchStatus).WithName(nameof(GetMapSearchStatus)).WithSummary("State of a search, and its result once it is completed")
            .IsPolled().Fails(MapSearchErrors.NotFound)
            .WithExamples(MapSearchExamples.CompatibleStatus);
    }

    private static async Task<Results<Accepted<LegacySubmittedResponse>, Failure>> StartMapSearch(
        CurrentUser caller,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken,
        [Description("The mapper's whole name on Trackmania Exchange, in any case.")] string? username = null,
        [Description("How far back to look: a day, a week or a month.")][PeriodName] string? period = null)
    {
        var result = await mediator.Send(new SubmitMapSearchCommand(caller.Id, username, period ?? DefaultPeriod), cancellationToken);
        if (!result.IsSuccess)
        {
            return new Failure(result.Error);
        }

        Polling.Describe(context.Response, result.Value);
        return TypedResults.Accepted(
            $"/api/v1/users/maps/status/{result.Value.Id}",
            new LegacySubmittedResponse(
                result.Value.Id.ToString(),
                MapSearchResponse.NameOf(result.Value.State),
                "The search was started. Ask for its status until it is completed.",
                "about half a second per map"));
    }

    private static async Task<Results<Ok<LegacyStatusResponse>, StatusCodeHttpResult, Failure>> GetMapSearchStatus(
        [Description("Id of the search, from its submission.")] string jobId, CurrentUser caller, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!Polling.TryReadKey(jobId, caller, out var key))
        {
            return new Failure(MapSearchErrors.NotFound);
        }

        var status = await mediator.Send(new CheckJobStatusQuery(key, Polling.KnownVersion(context.Request)), cancellationToken);
        if (!status.IsSuccess)
        {
            return new Failure(status.Error);
        }

        Polling.Describe(context.Response, status.Value.Job);
        if (status.Value.IsKnown)
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (status.Value.Job.State != MapSearchState.Completed)
        {
            return TypedResults.Ok(LegacyStatusResponse.From(status.Value, results: null));
        }

        var results = await mediator.Send(new ReadMapSearchResultsQuery(key, After: -1), cancellationToken);
        return results.IsSuccess ? TypedResults.Ok(LegacyStatusResponse.From(status.Value, results.Value)) : new Failure(results.Error);
    }
}

/// <param name="EstimatedWaitTime">For people.</param>
internal sealed record LegacySubmittedResponse(string JobId, [property: MapSearchStateName] string Status, string Message, string EstimatedWaitTime);

/// <param name="Status">A cancelled search shows as failed.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="UpdatedAt">Unix milliseconds.</param>
/// <param name="Result">Maps with new records; only when completed.</param>
/// <param name="FailedMaps">Maps whose leaderboard could not be read; only when completed and there are any.</param>
/// <param name="Error">Only when failed.</param>
internal sealed record LegacyStatusResponse(
    string JobId,
    [property: AllowedValues("pending", "processing", "completed", "failed")] string Status,
    string Username,
    [property: PeriodName] string Period,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    [property: JsonPropertyName("updated_at")] long UpdatedAt,
    ProgressResponse Progress,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IAsyncEnumerable<LegacyMapResult>? Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IAsyncEnumerable<LegacyFailedMap>? FailedMaps,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error)
{
    public static LegacyStatusResponse From(JobStatus status, MapSearchResults? results)
    {
        var job = status.Job;
        return new(
            job.Id.ToString(),
            MapSearchResponse.NameOf(job.State == MapSearchState.Cancelled ? MapSearchState.Failed : job.State),
            job.Mapper,
            job.Period.Name,
            job.CreatedAt.ToUnixTimeMilliseconds(),
            job.UpdatedAt.ToUnixTimeMilliseconds(),
            ProgressResponse.From(job, status.QueuePlace),
            results?.Rows.Where(static named => named.Row.Entries.Count > 0).Select(LegacyMapResult.From),
            job.MapsFailed == 0 ? null : results?.Rows.Where(static named => named.Row.Failure is not null).Select(static named => LegacyFailedMap.From(named.Row)),
            job.State == MapSearchState.Cancelled ? "The search was cancelled." : job.Failure);
    }
}

internal sealed record LegacyMapResult(long MapId, string MapName, IEnumerable<LeaderboardEntryResponse> Leaderboard)
{
    public static LegacyMapResult From(NamedMapSearchRow named) =>
        new(named.Row.Map.MapId, named.Row.Map.Name, named.Row.Entries.Select(e => LeaderboardEntryResponse.From(e, named.Names)));
}

/// <param name="Error">Why the map's leaderboard could not be read.</param>
internal sealed record LegacyFailedMap(long MapId, string MapName, string Error)
{
    public static LegacyFailedMap From(MapSearchRow row) => new(row.Map.MapId, row.Map.Name, row.Failure!);
}
