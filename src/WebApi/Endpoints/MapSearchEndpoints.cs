using System.ComponentModel;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.WebApi.Http;
using Backend.WebApi.Workers;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

/// <summary>Map searches as a resource. <see cref="LegacyMapSearchEndpoints"/> serves the same jobs to existing clients.</summary>
internal static class MapSearchEndpoints
{
    private const string Path = "/api/v1/map-searches";
    private const string IdOfSearch = "Id of the search, from its submission or the list of searches.";
    private const int DefaultPage = 200;
    private const int MaxPage = 1000;

    /// <summary>Lambda answers with 6 MB at most; a full map has some 25 KB.</summary>
    private const int MaxPageOnLambda = 150;

    public static void MapMapSearches(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).WithTag("Map searches", "Who drove new records on a mapper's maps: searches that run in the background, and what they have found.").RequireAuthorization();
        group.MapPost("", SubmitMapSearch).WithName(nameof(SubmitMapSearch)).WithSummary("Starts a search for new records on a mapper's maps")
            .Limited(RateLimit.MapSearch)
            .Refuses("period", MapSearchExamples.BadPeriod).Fails(MapSearchErrors.TooManyUnfinished(MapSearchExamples.Unfinished))
            .WithExamples(MapSearchExamples.Submission, MapSearchExamples.Waiting);
        group.MapGet("", ListMapSearches).WithName(nameof(ListMapSearches)).WithSummary("The caller's searches, newest first")
            .WithExamples(MapSearchExamples.Searches);
        group.MapGet("/{id}", GetMapSearch).WithName(nameof(GetMapSearch)).WithSummary("State and progress of a search; send If-None-Match to be told only of changes")
            .IsPolled().Fails(MapSearchErrors.NotFound)
            .WithExamples(MapSearchExamples.Running);
        group.MapGet("/{id}/results", GetMapSearchResults).WithName(nameof(GetMapSearchResults)).WithSummary("What a search has found so far, map by map")
            .WithDescription("Players' names are looked up in batches and may join rows that were read already; a reader who wants all names reads once more when the search is completed.")
            .Fails(MapSearchErrors.NotFound)
            .WithExamples(MapSearchExamples.Results);
        group.MapDelete("/{id}", CancelMapSearch).WithName(nameof(CancelMapSearch)).WithSummary("Cancels a search; what it has found stays readable")
            .Fails(MapSearchErrors.NotFound)
            .WithExamples(MapSearchExamples.Cancelled);
    }

    private static async Task<Results<Accepted<MapSearchResponse>, Failure>> SubmitMapSearch(
        SubmitMapSearchBody? body, CurrentUser caller, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new SubmitMapSearchCommand(caller.Id, body?.Mapper, body?.Period), cancellationToken);
        if (!result.IsSuccess)
        {
            return new Failure(result.Error);
        }

        Polling.Describe(context.Response, result.Value);
        return TypedResults.Accepted($"{Path}/{result.Value.Id}", MapSearchResponse.From(result.Value, queuePlace: null));
    }

    private static async Task<Results<Ok<MapSearchListResponse>, Failure>> ListMapSearches(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ListMapSearchesQuery(caller.Id), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new MapSearchListResponse(result.Value.Select(job => MapSearchResponse.From(job, queuePlace: null))))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<MapSearchResponse>, StatusCodeHttpResult, Failure>> GetMapSearch(
        [Description(IdOfSearch)] string id, CurrentUser caller, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!Polling.TryReadKey(id, caller, out var key))
        {
            return new Failure(MapSearchErrors.NotFound);
        }

        var result = await mediator.Send(new CheckJobStatusQuery(key, Polling.KnownVersion(context.Request)), cancellationToken);
        if (!result.IsSuccess)
        {
            return new Failure(result.Error);
        }

        Polling.Describe(context.Response, result.Value.Job);
        return result.Value.IsKnown
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(MapSearchResponse.From(result.Value.Job, result.Value.QueuePlace));
    }

    private static async Task<Results<Ok<MapSearchResultsResponse>, Failure>> GetMapSearchResults(
        [Description(IdOfSearch)] string id,
        CurrentUser caller,
        HttpContext context,
        IMediator mediator,
        Hosting hosting,
        CancellationToken cancellationToken,
        [Description("Index of the last map that is known already: `next` of the page before, -1 for the first page.")] int after = -1,
        [Description("How many of the mapper's maps the page may cover, from 1; the service may have a lower limit.")] int limit = DefaultPage)
    {
        if (!Polling.TryReadKey(id, caller, out var key))
        {
            return new Failure(MapSearchErrors.NotFound);
        }

        var result = await mediator.Send(new ReadMapSearchResultsQuery(key, Math.Max(after, -1)), cancellationToken);
        if (!result.IsSuccess)
        {
            return new Failure(result.Error);
        }

        Polling.Describe(context.Response, result.Value.Job);
        return TypedResults.Ok(MapSearchResultsResponse.From(result.Value, Math.Max(after, -1), Math.Clamp(limit, 1, hosting.IsLambda ? MaxPageOnLambda : MaxPage)));
    }

    private static async Task<Results<Ok<MapSearchResponse>, Failure>> CancelMapSearch(
        [Description(IdOfSearch)] string id, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!Polling.TryReadKey(id, caller, out var key))
        {
            return new Failure(MapSearchErrors.NotFound);
        }

        var result = await mediator.Send(new CancelMapSearchCommand(key), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(MapSearchResponse.From(result.Value, queuePlace: null)) : new Failure(result.Error);
    }
}
