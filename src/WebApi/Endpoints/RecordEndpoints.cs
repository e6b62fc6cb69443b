using System.ComponentModel;
using Backend.Application.Leaderboards;
using Backend.Application.Ports;
using Backend.Domain.Tracks;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class RecordEndpoints
{
    public static void MapRecords(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/records").WithTag("Records", "Who drove records on a map.").RequireAuthorization();
        group.MapGet("/latest", GetLatestRecords).WithName(nameof(GetLatestRecords)).WithSummary("Who drove new records on a map: 1d, 1w or 1m back, among the first 100 of its world leaderboard")
            .Limited(RateLimit.LatestRecords).TakesEachParameterOnce().AsksUpstream().Revalidates()
            .Refuses("period", MapSearchExamples.BadPeriod)
            .WithExamples(RecordExamples.Latest);
    }

    private static async Task<Results<Ok<LatestRecordsResponse>, Failure>> GetLatestRecords(
        CurrentUser caller,
        IMediator mediator,
        CancellationToken cancellationToken,
        [Description("The UID of the map.")] string? mapUid = null,
        [Description("How far back to look: a day, a week or a month.")][PeriodName] string? period = null)
    {
        var result = await mediator.Send(new ReadLatestRecordsQuery(caller.Id, mapUid, period), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(LatestRecordsResponse.From(result.Value)) : new Failure(result.Error);
    }
}

/// <summary>The shape in which the game's own service answers, for existing clients.</summary>
/// <param name="GroupUid">Always <c>Personal_Best</c>.</param>
/// <param name="Tops">Always one, of the whole world.</param>
internal sealed record LatestRecordsResponse(string GroupUid, string MapUid, IReadOnlyList<ZoneTopResponse> Tops)
{
    public static LatestRecordsResponse From(LatestRecords records) => new(
        Leaderboard.Group,
        records.MapUid.Value,
        [new ZoneTopResponse(Leaderboard.WorldZoneId, Leaderboard.WorldZoneName, records.Entries.Select(LatestRecordResponse.From))]);
}

/// <param name="Top">In leaderboard order.</param>
internal sealed record ZoneTopResponse(string ZoneId, string ZoneName, IEnumerable<LatestRecordResponse> Top);

/// <param name="Score">Milliseconds; -1 when the mapper keeps times secret.</param>
/// <param name="Timestamp">When the record was driven, unix seconds.</param>
internal sealed record LatestRecordResponse(string AccountId, string ZoneId, string ZoneName, int Position, long Score, long? Timestamp)
{
    public static LatestRecordResponse From(LeaderboardEntry entry) =>
        new(entry.AccountId.ToString(), entry.ZoneId, entry.ZoneName, entry.Position, entry.Time.OnTheWire, entry.DrivenAt?.ToUnixTimeSeconds());
}
