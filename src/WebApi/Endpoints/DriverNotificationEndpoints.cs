using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Backend.Application.Accounts;
using Backend.Application.DriverNotifications;
using Backend.Application.Ports;
using Backend.Domain.DriverNotifications;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class DriverNotificationEndpoints
{
    public static void MapDriverNotifications(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/driver/notifications").WithTag("Driver notifications", "Who wants to be told when his record on a map is beaten.").RequireAuthorization();
        group.MapGet("", ListDriverNotifications).WithName(nameof(ListDriverNotifications)).WithSummary("The caller's notifications, newest first")
            .Revalidates()
            .WithExamples(DriverNotificationExamples.Notifications);
        group.MapPost("", CreateDriverNotification).WithName(nameof(CreateDriverNotification)).WithSummary("Has the caller told when his record on a map is beaten; it must be among the first five now")
            .Limited(RateLimit.CreateDriverNotification).AsksUpstream()
            .Refuses("mapUid", "Please give the UID of a map.")
            .Fails(
                DriverNotificationErrors.NoPlayer, DriverNotificationErrors.NoLeaderboard, DriverNotificationErrors.NotAmongTheFirst,
                DriverNotificationErrors.Exists, DriverNotificationErrors.TooMany(DriverNotificationExamples.Limit), AccountErrors.NotFound)
            .WithExamples(DriverNotificationExamples.Creation, DriverNotificationExamples.Created);
        group.MapDelete("/{id}", DeleteDriverNotification).WithName(nameof(DeleteDriverNotification)).WithSummary("Deletes a notification")
            .Fails(DriverNotificationErrors.NotFound)
            .WithExamples(DriverNotificationExamples.Deleted);
    }

    private static async Task<Results<Ok<DriverNotificationListResponse>, Failure>> ListDriverNotifications(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ListDriverNotificationsQuery(caller.Id), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new DriverNotificationListResponse(result.Value.Select(DriverNotificationResponse.From))) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<CreatedDriverNotificationResponse>, Failure>> CreateDriverNotification(
        CreateDriverNotificationBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new CreateDriverNotificationCommand(caller.Id, body?.MapUid, body?.MapName), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(CreatedDriverNotificationResponse.From(result.Value))
            : new Failure(result.Error) { RequiresTmUsername = result.Error == DriverNotificationErrors.NoPlayer };
    }

    private static async Task<Results<Ok<SuccessResponse>, Failure>> DeleteDriverNotification([Description("Id of the notification.")] string id, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(DriverNotificationErrors.NotFound);
        }

        var result = await mediator.Send(new DeleteDriverNotificationCommand(caller.Id, new DriverNotificationId(number)), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new SuccessResponse(true, "The notification is deleted.")) : new Failure(result.Error);
    }
}

internal sealed record DriverNotificationListResponse(IEnumerable<DriverNotificationResponse> Notifications);

/// <param name="Id">A string here, for existing clients.</param>
/// <param name="PersonalBest">Milliseconds; -1 when the map's author keeps times secret.</param>
/// <param name="PersonalBestFormatted">For people: <c>S.mmm</c>, <c>M:SS.mmm</c> or <c>H:MM:SS.mmm</c>.</param>
/// <param name="Status">Active: the record is among the first five; inactive: it is not any more.</param>
/// <param name="LastChecked">Null: never yet.</param>
/// <param name="IsActive">Always true.</param>
internal sealed record DriverNotificationResponse(
    string Id,
    string MapUid,
    string MapName,
    int CurrentPosition,
    long PersonalBest,
    string PersonalBestFormatted,
    [property: AllowedValues("active", "inactive")] string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastChecked,
    bool IsActive)
{
    public static DriverNotificationResponse From(DriverNotification notification) => new(
        notification.Id.ToString(),
        notification.MapUid.Value,
        notification.MapName,
        notification.Position,
        notification.PersonalBest.OnTheWire,
        notification.PersonalBest.ToText(),
        notification.Status.ToWord(),
        notification.CreatedAt,
        notification.LastCheckedAt,
        IsActive: true);
}

/// <param name="MapName">Shown in lists and mails; at most 500 characters.</param>
internal sealed record CreateDriverNotificationBody(string? MapUid, string? MapName);

/// <param name="Position">From 1 to 5.</param>
/// <param name="PersonalBest">Milliseconds; -1 when the map's author keeps times secret.</param>
/// <param name="PersonalBestFormatted">For people.</param>
internal sealed record CreatedDriverNotificationResponse(bool Success, string Msg, int Position, long PersonalBest, string PersonalBestFormatted)
{
    public static CreatedDriverNotificationResponse From(DriverNotification notification) => new(
        true, $"You are number {notification.Position} and will be told when you are beaten.", notification.Position, notification.PersonalBest.OnTheWire, notification.PersonalBest.ToText());
}
