using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Backend.Application.History;
using Backend.Domain.History;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class HistoryEndpoints
{
    public static void MapHistory(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTag("History", "What the daily runs brought.");
        group.MapGet("/notification-history", GetNotificationHistory).RequireAuthorization().WithName(nameof(GetNotificationHistory)).WithSummary("What the last daily runs brought the caller, newest day first")
            .Revalidates()
            .WithExamples(HistoryExamples.History);
        group.MapGet("/stats", GetStatistics).AllowAnonymous().WithName(nameof(GetStatistics)).WithSummary("What the site has done so far")
            .Revalidates()
            .WithExamples(HistoryExamples.Statistics);
    }

    /// <summary>A day as existing clients know it.</summary>
    public static string DateOf(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<Results<Ok<NotificationHistoryResponse>, Failure>> GetNotificationHistory(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ListNotificationHistoryQuery(caller.Id), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new NotificationHistoryResponse("The notifications of the last days.", result.Value.Select(HistoryDayResponse.From)))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<StatisticsResponse>, Failure>> GetStatistics(IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new GetSiteStatisticsQuery(), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new StatisticsResponse(result.Value.Users, result.Value.AlertsSent, result.Value.MapsWatched)) : new Failure(result.Error);
    }
}

/// <param name="Message">For people.</param>
internal sealed record NotificationHistoryResponse(string Message, IEnumerable<HistoryDayResponse> History);

/// <param name="Date"><c>YYYY-MM-DD</c>, in UTC.</param>
internal sealed record HistoryDayResponse(
    string Date,
    [property: JsonPropertyName("mapper_alert")] HistoryEntryResponse? MapperAlert,
    [property: JsonPropertyName("driver_notification")] HistoryEntryResponse? DriverNotification)
{
    public static HistoryDayResponse From(HistoryDay day) =>
        new(HistoryEndpoints.DateOf(day.Date), HistoryEntryResponse.From(day.MapperAlert), HistoryEntryResponse.From(day.DriverNotification));
}

/// <param name="RecordsFound">Maps with news of a mapper alert; changed positions of driver notifications.</param>
internal sealed record HistoryEntryResponse(
    [property: OutcomeName] string Status,
    string? Message,
    [property: JsonPropertyName("records_found")] int RecordsFound,
    [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt)
{
    public static HistoryEntryResponse? From(HistoryEntry? entry) =>
        entry is null ? null : new(entry.Outcome.ToWord(), entry.Message, entry.RecordsFound, entry.CreatedAt);
}

/// <param name="TotalAlertsSent">Mapper alerts that were mailed.</param>
/// <param name="MapsBeingWatched">Driver notifications.</param>
internal sealed record StatisticsResponse(
    [property: JsonPropertyName("total_users")] int TotalUsers,
    [property: JsonPropertyName("total_alerts_sent")] long TotalAlertsSent,
    [property: JsonPropertyName("maps_being_watched")] long MapsBeingWatched);

[AttributeUsage(AttributeTargets.Property)]
internal sealed class OutcomeNameAttribute() : AllowedValuesAttribute("sent", "no_new_times", "technical_error");
