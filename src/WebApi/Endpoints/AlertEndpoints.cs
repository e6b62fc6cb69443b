using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Backend.Application.Accounts;
using Backend.Application.Alerts;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/users/alerts").WithTag("Mapper alerts", "Who wants to be told of new records on his maps.").RequireAuthorization();
        group.MapGet("", ListAlerts).WithName(nameof(ListAlerts)).WithSummary("The caller's alert, as a list")
            .Revalidates().Fails(AccountErrors.NotFound)
            .WithExamples(AlertExamples.Alerts);
        group.MapPost("", CreateAlert).WithName(nameof(CreateAlert)).WithSummary("Creates the caller's alert; its maps are counted soon after")
            .Limited(RateLimit.CreateAlert)
            .Refuses("record_filter", AlertExamples.BadFilter).Fails(AlertErrors.Exists, AccountErrors.NotFound)
            .WithExamples(AlertExamples.Creation, AlertExamples.Created);
        group.MapPut("/{id}", ChangeAlert).WithName(nameof(ChangeAlert)).WithSummary("Changes which records an alert tells of")
            .Refuses("record_filter", AlertExamples.BadFilter).Fails(AlertErrors.NotFound)
            .WithExamples(AlertExamples.Change, AlertExamples.Changed);
        group.MapDelete("/{id}", DeleteAlert).WithName(nameof(DeleteAlert)).WithSummary("Deletes an alert")
            .Fails(AlertErrors.NotFound)
            .WithExamples(AlertExamples.Deleted);
    }

    private static async Task<Results<Ok<AlertListResponse>, Failure>> ListAlerts(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ListAlertsQuery(caller.Id), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new AlertListResponse(result.Value.Alerts.Select(alert => AlertResponse.From(alert, result.Value.UserName))))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<CreatedAlertResponse>, Failure>> CreateAlert(CreateAlertBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new CreateAlertCommand(caller.Id, body?.AlertType, body?.RecordFilter), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(CreatedAlertResponse.From(result.Value)) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<ChangedAlertResponse>, Failure>> ChangeAlert([Description("Id of the alert.")] string id, ChangeAlertBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(AlertErrors.NotFound);
        }

        var result = await mediator.Send(new ChangeAlertFilterCommand(caller.Id, new AlertId(number), body?.RecordFilter), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new ChangedAlertResponse(true, result.Value.ToWord())) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<SuccessResponse>, Failure>> DeleteAlert([Description("Id of the alert.")] string id, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(AlertErrors.NotFound);
        }

        var result = await mediator.Send(new DeleteAlertCommand(caller.Id, new AlertId(number)), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new SuccessResponse(true, "The alert is deleted.")) : new Failure(result.Error);
    }
}

internal sealed record AlertListResponse(IEnumerable<AlertResponse> Alerts);

/// <param name="Id">A string here, for existing clients.</param>
/// <param name="MapName">The user's name, followed by <c>'s map alerts</c>; existing clients cut that off.</param>
/// <param name="MapId">Stands for the alert; no map has it.</param>
/// <param name="RecordFilter">Which new records the alert tells of: those among the first five, world records, or all.</param>
/// <param name="IsActive">Always true.</param>
/// <param name="AlertType">How it finds them: by every board, or by boards where a cheaper question shows a change.</param>
/// <param name="MapCount">Maps of the mapper when they were last counted; 0 before.</param>
/// <param name="WatchedMaps">Of them, those that the alert looks at.</param>
/// <param name="MapCountedAt">Null before the first count.</param>
internal sealed record AlertResponse(
    string Id,
    string MapName,
    string MapId,
    DateTimeOffset CreatedAt,
    [property: RecordFilterName] string RecordFilter,
    bool IsActive,
    [property: AlertTypeName] string AlertType,
    int MapCount,
    int WatchedMaps,
    [property: MapCountStateName] string MapCountState,
    DateTimeOffset? MapCountedAt)
{
    public static AlertResponse From(MapperAlert alert, UserName userName) => new(
        alert.Id.ToString(),
        $"{userName.Value}'s map alerts",
        $"map_{alert.Id}",
        alert.CreatedAt,
        alert.Filter.ToWord(),
        IsActive: true,
        alert.Mode.ToWord(),
        alert.MapCount,
        alert.WatchedMaps,
        alert.CountState.ToWord(),
        alert.CountedAt);
}

/// <param name="AlertType">Accurate when missing.</param>
/// <param name="RecordFilter">The first five when missing.</param>
/// <param name="MapCount">Existing clients send it; the maps are counted by the service.</param>
internal sealed record CreateAlertBody(
    [property: JsonPropertyName("alert_type"), AlertTypeName] string? AlertType = null,
    [property: JsonPropertyName("record_filter"), RecordFilterName] string? RecordFilter = null,
    [property: JsonPropertyName("MapCount")] double? MapCount = null);

/// <param name="AlertId">A number here, for existing clients.</param>
/// <param name="MapCountState"><c>counting</c> until the maps are counted.</param>
internal sealed record CreatedAlertResponse(
    bool Success,
    string Msg,
    [property: JsonPropertyName("alert_id")] long AlertId,
    [property: JsonPropertyName("alert_type"), AlertTypeName] string AlertType,
    [property: JsonPropertyName("map_count")] int MapCount,
    [property: JsonPropertyName("record_filter"), RecordFilterName] string RecordFilter,
    [property: JsonPropertyName("map_count_state"), MapCountStateName] string MapCountState)
{
    public static CreatedAlertResponse From(MapperAlert alert) => new(
        true, "The alert is created. Your maps are being counted.", alert.Id.Value, alert.Mode.ToWord(), alert.MapCount, alert.Filter.ToWord(), alert.CountState.ToWord());
}

/// <param name="RecordFilter">The first five when missing.</param>
internal sealed record ChangeAlertBody([property: JsonPropertyName("record_filter"), RecordFilterName] string? RecordFilter = null);

internal sealed record ChangedAlertResponse(bool Success, [property: JsonPropertyName("record_filter"), RecordFilterName] string RecordFilter);

[AttributeUsage(AttributeTargets.Property)]
internal sealed class RecordFilterNameAttribute() : AllowedValuesAttribute("top5", "wr", "all");

[AttributeUsage(AttributeTargets.Property)]
internal sealed class AlertTypeNameAttribute() : AllowedValuesAttribute("accurate", "inaccurate");

[AttributeUsage(AttributeTargets.Property)]
internal sealed class MapCountStateNameAttribute() : AllowedValuesAttribute("counting", "counted", "failed");
