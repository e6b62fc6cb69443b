using System.ComponentModel;
using System.Globalization;
using Backend.Application.Administration;
using Backend.Application.Alerts;
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
        var group = routes.MapGroup("/api/v1/admin").WithTag("Administration", "For administrators.").RequireAuthorization(AccessPolicies.Admin);
        group.MapGet("/config", ListSiteSettings).WithName(nameof(ListSiteSettings)).WithSummary("The numbers that administrators can change")
            .Revalidates()
            .WithExamples(AdministrationExamples.Settings);
        group.MapPut("/config", ChangeSiteSetting).WithName(nameof(ChangeSiteSetting)).WithSummary("Changes one of them, for whatever is counted from then on")
            .Refuses("config_value", "The value must be a whole number from 1 to 10000.")
            .WithExamples(AdministrationExamples.SettingChange, AdministrationExamples.SettingChanged);
        group.MapGet("/users", ListUsers).WithName(nameof(ListUsers)).WithSummary("Users, newest first; all of them unless a page is asked for")
            .TakesEachParameterOnce().Revalidates()
            .Refuses("pageSize", "The page size must be a number from 1 to 1000.")
            .WithExamples(AdministrationExamples.Users);
        group.MapPut("/users/alert-type", SwitchAlertType).WithName(nameof(SwitchAlertType)).WithSummary("Switches how a user's alert finds records")
            .Refuses("alert_type", "The alert type must be one of accurate, inaccurate.").Fails(AlertErrors.UserHasNone, AdministrationErrors.UserNotFound)
            .WithExamples(AdministrationExamples.AlertSwitch, AdministrationExamples.AlertSwitched);
        group.MapPut("/users/{id}/role", ChangeRole).WithName(nameof(ChangeRole)).WithSummary("Makes a user an administrator, or takes that back")
            .Refuses("role", "The role must be one of user, admin.").Fails(AdministrationErrors.UserNotFound, AdministrationErrors.NotYourself)
            .WithExamples(AdministrationExamples.RoleChange, AdministrationExamples.RoleChanged);
        group.MapDelete("/users/{id:long}", DeleteUser).WithName(nameof(DeleteUser)).WithSummary("Removes a user and everything that is kept of him")
            .Fails(AdministrationErrors.UserNotFound, AdministrationErrors.NotYourself)
            .WithExamples(AdministrationExamples.UserRemoved);
        group.MapGet("/users/{id}/sessions", ListUserSessions).WithName(nameof(ListUserSessions)).WithSummary("A user's sessions, newest first")
            .Revalidates().Fails(AdministrationErrors.UserNotFound)
            .WithExamples(SessionExamples.Sessions);
        group.MapDelete("/users/{id}/sessions", EndUserSessions).WithName(nameof(EndUserSessions)).WithSummary("Ends all sessions of a user")
            .Fails(AdministrationErrors.UserNotFound)
            .WithExamples(AdministrationExamples.SessionsEnded);
        group.MapDelete("/users/{id}/sessions/{sessionId}", EndUserSession).WithName(nameof(EndUserSession)).WithSummary("Ends one session of a user")
            .Fails(SessionErrors.NotFound);
        group.MapGet("/daily-overview", GetDailyOverview).WithName(nameof(GetDailyOverview)).WithSummary("What the daily runs of the last days brought all users")
            .Revalidates()
            .WithExamples(AdministrationExamples.Overview);
        group.MapGet("/daily-runs", ListDailyRuns).WithName(nameof(ListDailyRuns)).WithSummary("The last daily runs, and the mails of theirs that have not been sent")
            .Revalidates()
            .WithExamples(AdministrationExamples.DailyRuns);
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
        IMediator mediator,
        CancellationToken cancellationToken,
        [Description("Part of a user's name, e-mail address or name in Trackmania, in any case.")] string? search = null,
        [Description("From 1.")] int? page = null,
        [Description("At most 1000; 100 when only a page is given.")] int? pageSize = null)
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

    private static async Task<Results<Ok<RoleResponse>, Failure>> ChangeRole([Description("Id of the user.")] string id, RoleBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(AdministrationErrors.UserNotFound);
        }

        var result = await mediator.Send(new ChangeRoleCommand(caller.Id, new UserId(number), body?.Role), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new RoleResponse("The role is changed.", number, result.Value.ToName())) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<NoticeResponse>, Failure>> DeleteUser([Description("Id of the user.")] long id, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new DeleteUserCommand(caller.Id, new UserId(id)), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new NoticeResponse("The user is removed.")) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<IEnumerable<SessionResponse>>, Failure>> ListUserSessions([Description("Id of the user.")] string id, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(AdministrationErrors.UserNotFound);
        }

        var result = await mediator.Send(new ListUserSessionsQuery(new UserId(number)), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(result.Value.Select(session => SessionResponse.From(session, caller.User.SessionId))) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<NoticeResponse>, Failure>> EndUserSessions([Description("Id of the user.")] string id, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(AdministrationErrors.UserNotFound);
        }

        var result = await mediator.Send(new EndUserSessionsCommand(new UserId(number)), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new NoticeResponse(string.Create(CultureInfo.InvariantCulture, $"{result.Value} sessions are ended.")))
            : new Failure(result.Error);
    }

    private static async Task<Results<NoContent, Failure>> EndUserSession([Description("Id of the user.")] string id, [Description("Id of the session, from the list of his sessions.")] string sessionId, IMediator mediator, CancellationToken cancellationToken)
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

    private static async Task<Results<Ok<DailyRunListResponse>, Failure>> ListDailyRuns(IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ListDailyRunsQuery(), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(DailyRunListResponse.From(result.Value)) : new Failure(result.Error);
    }
}
