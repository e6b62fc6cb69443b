using System.Globalization;
using Backend.Application.Administration;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Sessions;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class AdministrationEndpoints
{
    public static void MapAdministration(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin").WithTags("Administration").RequireAuthorization(AccessPolicies.Admin);
        group.MapGet("/config", ListSiteSettings).WithName(nameof(ListSiteSettings)).WithSummary("The numbers that administrators can change")
            .Revalidates().Fails(401, 403);
        group.MapPut("/config", ChangeSiteSetting).WithName(nameof(ChangeSiteSetting)).WithSummary("Changes one of them; it is in force at once")
            .Fails(400, 401, 403, 413, 415);
        group.MapGet("/users", ListUsers).WithName(nameof(ListUsers)).WithSummary("Users, newest first; all of them unless a page is asked for")
            .TakesEachParameterOnce().Revalidates().Fails(400, 401, 403);
        group.MapPut("/users/alert-type", SwitchAlertType).WithName(nameof(SwitchAlertType)).WithSummary("Switches how a user's alert finds records")
            .Fails(400, 401, 403, 404, 413, 415);
        group.MapPut("/users/{id}/role", ChangeRole).WithName(nameof(ChangeRole)).WithSummary("Makes a user an administrator, or takes that back")
            .Fails(400, 401, 403, 404, 409, 413, 415);
        group.MapDelete("/users/{id}", DeleteUser).WithName(nameof(DeleteUser)).WithSummary("Removes a user and everything that is kept of him")
            .Fails(401, 403, 404, 409);
        group.MapGet("/users/{id}/sessions", ListUserSessions).WithName(nameof(ListUserSessions)).WithSummary("A user's sessions, newest first")
            .Revalidates().Fails(401, 403, 404);
        group.MapDelete("/users/{id}/sessions", EndUserSessions).WithName(nameof(EndUserSessions)).WithSummary("Ends all sessions of a user")
            .Fails(401, 403, 404);
        group.MapDelete("/users/{id}/sessions/{sessionId}", EndUserSession).WithName(nameof(EndUserSession)).WithSummary("Ends one session of a user")
            .Fails(401, 403, 404);
        group.MapGet("/daily-overview", GetDailyOverview).WithName(nameof(GetDailyOverview)).WithSummary("What the daily runs of the last days brought all users")
            .Revalidates().Fails(401, 403);
    }

    private static async Task<Results<Ok<SiteSettingListResponse>, Failure>> ListSiteSettings(IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ListSiteSettingsQuery(), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new SiteSettingListResponse("The settings in force.", result.Value.Select(SiteSettingResponse.From)))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<ChangedSiteSettingResponse>, Failure>> ChangeSiteSetting(ChangeSiteSettingBody? body, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ChangeSiteSettingCommand(body?.ConfigKey, body?.ConfigValue), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new ChangedSiteSettingResponse("The setting is changed.", SiteSettingResponse.From(result.Value)))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<UserListResponse>, Failure>> ListUsers(
        IMediator mediator, CancellationToken cancellationToken, string? search = null, int? page = null, int? pageSize = null)
    {
        var result = await mediator.Send(new ListUsersQuery(search, page, pageSize), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new UserListResponse("The users.", result.Value.Total, result.Value.Users.Select(UserResponse.From)))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<SwitchedAlertTypeResponse>, Failure>> SwitchAlertType(SwitchAlertTypeBody? body, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new SwitchAlertModeCommand(body?.UserId is { } id ? new UserId(id) : null, body?.AlertType), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(SwitchedAlertTypeResponse.From(result.Value)) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<RoleResponse>, Failure>> ChangeRole(string id, RoleBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(AdministrationErrors.UserNotFound);
        }

        var result = await mediator.Send(new ChangeRoleCommand(caller.Id, new UserId(number), body?.Role), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new RoleResponse("The role is changed.", number, result.Value.ToName())) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<NoticeResponse>, Failure>> DeleteUser(string id, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(AdministrationErrors.UserNotFound);
        }

        var result = await mediator.Send(new DeleteUserCommand(caller.Id, new UserId(number)), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new NoticeResponse("The user is removed.")) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<IEnumerable<SessionResponse>>, Failure>> ListUserSessions(string id, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(AdministrationErrors.UserNotFound);
        }

        var result = await mediator.Send(new ListSessionsQuery(new UserId(number)), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(result.Value.Select(session => SessionResponse.From(session, caller.User.SessionId))) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<NoticeResponse>, Failure>> EndUserSessions(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(AdministrationErrors.UserNotFound);
        }

        var result = await mediator.Send(new LogoutEverywhereCommand(new UserId(number)), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new NoticeResponse(string.Create(CultureInfo.InvariantCulture, $"{result.Value} sessions are ended.")))
            : new Failure(result.Error);
    }

    private static async Task<Results<NoContent, Failure>> EndUserSession(string id, string sessionId, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number) || !Guid.TryParseExact(sessionId, "D", out var session))
        {
            return new Failure(SessionErrors.NotFound);
        }

        var result = await mediator.Send(new RevokeSessionCommand(new UserId(number), new SessionId(session)), cancellationToken);
        return result.IsSuccess ? TypedResults.NoContent() : new Failure(result.Error);
    }

    private static async Task<Results<Ok<DailyOverviewResponse>, Failure>> GetDailyOverview(IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new GetDailyOverviewQuery(), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(DailyOverviewResponse.From(result.Value)) : new Failure(result.Error);
    }
}
