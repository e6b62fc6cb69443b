using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Backend.Application.Ports;
using Backend.Application.Tracks;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class DriverEndpoints
{
    public static void MapDrivers(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/driver").WithTag("Drivers", "Maps that a driver can be notified of.").RequireAuthorization();
        group.MapGet("/maps/search", FindMaps).WithName(nameof(FindMaps)).WithSummary("Maps on Trackmania Exchange, newest upload first")
            .WithDescription($"type is name, for words of the map's name, or uid. There are {IMapDirectory.PageSize} maps on a page, and {IMapDirectory.MaxPages} pages at most.")
            .Limited(RateLimit.DriverMapSearch).TakesEachParameterOnce().AsksUpstream().Revalidates()
            .Refuses("query", "Please give at least 3 characters to search for.")
            .WithExamples(DriverExamples.FoundMaps);
    }

    private static async Task<Results<Ok<FoundMapsResponse>, Failure>> FindMaps(
        CurrentUser caller,
        IMediator mediator,
        CancellationToken cancellationToken,
        [Description("Words of the map's name, or the whole UID.")] string? query = null,
        [Description("What the query is.")][AllowedValues("name", "uid")] string? type = null,
        [Description("From 1 to 50.")] int page = 1)
    {
        var result = await mediator.Send(new FindMapsQuery(caller.Id, query, type, page), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(FoundMapsResponse.From(result.Value, page)) : new Failure(result.Error);
    }
}

internal sealed record FoundMapsResponse(IEnumerable<FoundMapResponse> Results, PaginationResponse Pagination)
{
    public static FoundMapsResponse From(FoundMaps found, int page) =>
        new(found.Maps.Select(FoundMapResponse.From), new PaginationResponse(page, IMapDirectory.PageSize, found.HasMore, found.Maps.Count));
}

/// <param name="TotalResults">Maps on this page: the site does not count all of them.</param>
internal sealed record PaginationResponse(int CurrentPage, int PageSize, bool HasMore, int TotalResults);

/// <param name="MapId">Trackmania Exchange's number of the map.</param>
/// <param name="Authors">Names on the site.</param>
/// <param name="Medals">Null when the site knows none.</param>
internal sealed record FoundMapResponse(
    long MapId,
    string MapUid,
    string Name,
    IReadOnlyList<string> Authors,
    MedalsResponse? Medals,
    DateTimeOffset UploadedAt,
    int DownloadCount)
{
    public static FoundMapResponse From(FoundMap map) =>
        new(map.MapId, map.MapUid.Value, map.Name, map.Authors, MedalsResponse.From(map.Medals), map.UploadedAt, map.DownloadCount);
}

/// <summary>Times in milliseconds; null where the site knows none.</summary>
internal sealed record MedalsResponse(long? Author, long? Gold, long? Silver, long? Bronze)
{
    public static MedalsResponse? From(Medals medals) =>
        medals is { Author: null, Gold: null, Silver: null, Bronze: null } ? null : new(medals.Author, medals.Gold, medals.Silver, medals.Bronze);
}
