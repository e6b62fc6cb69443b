using Backend.Application.Accounts;
using Backend.Application.PasswordResets;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/users").WithTag("Accounts", "Who uses the service.");
        group.MapPost("/register", Register).AllowAnonymous().WithName(nameof(Register)).WithSummary("Registers a user")
            .Limited(RateLimit.Register)
            .Refuses("email", "Please give a valid e-mail address.").Fails(AccountErrors.UserNameTaken, AccountErrors.EmailTaken, AccountErrors.RegistrationClosed)
            .WithExamples(AccountExamples.Registration, AccountExamples.Registered);
        group.MapPost("/password-reset", RequestPasswordReset).AllowAnonymous().WithName(nameof(RequestPasswordReset)).WithSummary("Asks for a mail with a link for a new password; the answer does not tell whether there is such an account")
            .Limited([RateLimit.PasswordReset], untold: [RateLimit.PasswordResetAccount, RateLimit.PasswordResetAccountAddress])
            .Refuses("email", "Please give a valid e-mail address.")
            .WithExamples(AccountExamples.PasswordResetRequest, AccountExamples.PasswordResetNoted);
        group.MapPost("/password-reset/confirm", ConfirmPasswordReset).AllowAnonymous().WithName(nameof(ConfirmPasswordReset)).WithSummary("Changes the password by the token of such a link, once, and ends all sessions")
            .Limited(RateLimit.ConfirmPasswordReset)
            .Refuses("newPassword", "The password must have at least 8 characters.").Fails(PasswordResetErrors.Unknown)
            .WithExamples(AccountExamples.PasswordResetConfirmation, AccountExamples.PasswordReset);
        var own = group.MapGroup(string.Empty).RequireAuthorization();
        own.MapGet("/profile", GetProfile).WithName(nameof(GetProfile)).WithSummary("The caller's account")
            .Revalidates().Fails(AccountErrors.NotFound)
            .WithExamples(AccountExamples.Profile);
        own.MapGet("/tm-username", GetTmUsername).WithName(nameof(GetTmUsername)).WithSummary("The Trackmania account that the caller has linked")
            .Revalidates().Fails(AccountErrors.NotFound)
            .WithExamples(AccountExamples.Link);
        own.MapPost("/tm-username", LinkTmUsername).WithName(nameof(LinkTmUsername)).WithSummary("Links the Trackmania account with a display name; one account belongs to one user")
            .Limited(RateLimit.LinkName).AsksUpstream()
            .Refuses("tmUsername", "Please give your name in Trackmania.").Fails(AccountErrors.PlayerUnknown, AccountErrors.PlayerTaken)
            .WithExamples(AccountExamples.LinkRequest, AccountExamples.Linked);
        own.MapDelete("/tm-username", UnlinkTmUsername).WithName(nameof(UnlinkTmUsername)).WithSummary("Forgets the linked Trackmania account")
            .Fails(AccountErrors.NotFound)
            .WithExamples(AccountExamples.Unlinked);
        own.MapPost("/tmx-user", LinkTmxUser).WithName(nameof(LinkTmxUser)).WithSummary("Gives the caller the exact name of his user on Trackmania Exchange")
            .Limited(RateLimit.LinkName).AsksUpstream()
            .Refuses("tmxUserId", "Please give the number of your user on Trackmania Exchange.")
            .Fails(AccountErrors.TmxUserUnknown, AccountErrors.TmxUserTaken, AccountErrors.TmxNameDiffers, AccountErrors.UserNameTaken)
            .WithExamples(AccountExamples.TmxUser, AccountExamples.Profile);
        own.MapGet("/preferences", GetMailPreferences).WithName(nameof(GetMailPreferences)).WithSummary("What the caller is told by mail, and the time zone that mails are written in")
            .Revalidates().Fails(AccountErrors.NotFound)
            .WithExamples(AccountExamples.MailPreferences);
        own.MapPut("/preferences", ChangeMailPreferences).WithName(nameof(ChangeMailPreferences)).WithSummary("Changes some of that, or all; what is not given stays as it is")
            .Refuses("timeZone", "Please give a time zone by its IANA name, such as Europe/Berlin or UTC.").Fails(AccountErrors.NotFound)
            .WithExamples(AccountExamples.MailPreferencesChange, AccountExamples.MailPreferences);
        own.MapPost("/password", ChangePassword).WithName(nameof(ChangePassword)).WithSummary("Changes the password and ends the caller's other sessions")
            .Limited(RateLimit.ConfirmPassword)
            .Refuses("newPassword", "The password must have at least 8 characters.").Fails(AccountErrors.WrongPassword, AccountErrors.NotFound)
            .WithExamples(AccountExamples.NewPassword, AccountExamples.PasswordChanged);
        own.MapPost("/delete-account", DeleteAccount).WithName(nameof(DeleteAccount)).WithSummary("Removes the caller and everything that is kept of him")
            .Limited(RateLimit.ConfirmPassword)
            .Refuses("password", "Please give your password.").Fails(AccountErrors.WrongPassword, AccountErrors.NotFound)
            .WithExamples(AccountExamples.Password, AccountExamples.Removed);
        own.MapGet("/export", ExportAccount).WithName(nameof(ExportAccount)).WithSummary("Everything that is kept of the caller")
            .Fails(AccountErrors.NotFound)
            .WithExamples(AccountExamples.Export);
    }

    private static async Task<Results<Created<MessageResponse>, Failure>> Register(RegisterBody? body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var command = new RegisterCommand(body?.Email, body?.Password, body?.Username, ClientAddress.Of(context));
        var result = await mediator.Send(command, cancellationToken);
        return result.IsSuccess
            ? TypedResults.Created((string?)null, new MessageResponse("You are registered and can sign in now."))
            : new Failure(result.Error);
    }

    private static async Task<Results<Accepted<MessageResponse>, Failure>> RequestPasswordReset(PasswordResetBody? body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new RequestPasswordResetCommand(body?.Email, ClientAddress.Of(context)), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Accepted((string?)null, new MessageResponse("If there is an account with this address, a mail with a link for a new password is on its way."))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<SuccessResponse>, Failure>> ConfirmPasswordReset(ConfirmPasswordResetBody? body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ConfirmPasswordResetCommand(body?.Token, body?.NewPassword, ClientAddress.Of(context)), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new SuccessResponse(true, "Your password is changed, and all your sessions are ended.")) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<ProfileResponse>, Failure>> GetProfile(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new GetProfileQuery(caller.Id), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(ProfileResponse.From(result.Value))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<TmUsernameResponse>, Failure>> GetTmUsername(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new GetPlayerLinkQuery(caller.Id), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new TmUsernameResponse(result.Value.Player is not null, result.Value.Player?.DisplayName, result.Value.Player?.AccountId.ToString()))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<LinkedTmUsernameResponse>, Failure>> LinkTmUsername(TmUsernameBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new LinkPlayerCommand(caller.Id, body?.TmUsername), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new LinkedTmUsernameResponse(true, result.Value.DisplayName, result.Value.AccountId.ToString(), "Your Trackmania account is linked."))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<SuccessResponse>, Failure>> UnlinkTmUsername(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new UnlinkPlayerCommand(caller.Id), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new SuccessResponse(true, "No Trackmania account is linked any more.")) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<ProfileResponse>, Failure>> LinkTmxUser(TmxUserBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new LinkTmxUserCommand(caller.Id, body?.TmxUserId), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(ProfileResponse.From(result.Value)) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<MailPreferencesResponse>, Failure>> GetMailPreferences(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new GetMailPreferencesQuery(caller.Id), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(MailPreferencesResponse.From(result.Value)) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<MailPreferencesResponse>, Failure>> ChangeMailPreferences(MailPreferencesBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var change = new MailPreferencesChange(body?.TimeZone, body?.MapperMail, body?.DriverMail);
        var result = await mediator.Send(new ChangeMailPreferencesCommand(caller.Id, change), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(MailPreferencesResponse.From(result.Value)) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<SuccessResponse>, Failure>> ChangePassword(ChangePasswordBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ChangePasswordCommand(caller.Id, caller.User.SessionId, body?.CurrentPassword, body?.NewPassword), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new SuccessResponse(true, "Your password is changed, and your other sessions are ended.")) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<SuccessResponse>, Failure>> DeleteAccount(PasswordBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new DeleteAccountCommand(caller.Id, body?.Password), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new SuccessResponse(true, "Your account is removed.")) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<AccountExportResponse>, Failure>> ExportAccount(CurrentUser caller, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ExportAccountQuery(caller.Id), cancellationToken);
        if (!result.IsSuccess)
        {
            return new Failure(result.Error);
        }

        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"account.json\"";
        return TypedResults.Ok(AccountExportResponse.From(result.Value, caller.User.SessionId));
    }
}

/// <param name="Username">Best the exact name on Trackmania Exchange.</param>
/// <param name="Password">At least 8 characters, at most 72 bytes of UTF-8, none of the most common ones.</param>
internal sealed record RegisterBody(string? Email, string? Username, Secret? Password);

/// <param name="TmxUserId">The user of Trackmania Exchange whose name this is; null until it was looked up.</param>
/// <param name="FormerUsername">Good for signing in as well; null when there is none.</param>
internal sealed record ProfileResponse(long Id, string Email, string Username, DateTimeOffset CreatedAt, long? TmxUserId, string? FormerUsername)
{
    public static ProfileResponse From(User user) =>
        new(user.Id.Value, user.Email.Value, user.Name.Value, user.CreatedAt, user.TmxUserId?.Value, user.FormerName?.Value);
}

/// <param name="TmUsername">Null when none is linked.</param>
/// <param name="TmAccountId">Null when none is linked.</param>
internal sealed record TmUsernameResponse(bool HasTmUsername, string? TmUsername, string? TmAccountId);

/// <param name="TmUsername">Display name in Trackmania, in any case.</param>
internal sealed record TmUsernameBody(string? TmUsername);

/// <param name="TmUsername">As Trackmania spells it.</param>
internal sealed record LinkedTmUsernameResponse(bool Success, string TmUsername, string AccountId, string Message);

/// <param name="TmxUserId">Number of the user on Trackmania Exchange.</param>
internal sealed record TmxUserBody(long? TmxUserId);

/// <param name="TimeZone">IANA name.</param>
/// <param name="MapperMail">Of new records on the user's maps.</param>
/// <param name="DriverMail">Of the user's own records that are watched.</param>
internal sealed record MailPreferencesResponse(string TimeZone, bool MapperMail, bool DriverMail)
{
    public static MailPreferencesResponse From(MailPreferences preferences) => new(preferences.TimeZone, preferences.MapperMail, preferences.DriverMail);
}

/// <param name="TimeZone">IANA name, as it is spelled there.</param>
/// <param name="MapperMail">Of new records on the user's maps.</param>
/// <param name="DriverMail">Of the user's own records that are watched.</param>
internal sealed record MailPreferencesBody(string? TimeZone = null, bool? MapperMail = null, bool? DriverMail = null);

/// <param name="NewPassword">At least 8 characters, at most 72 bytes of UTF-8, none of the most common ones.</param>
internal sealed record ChangePasswordBody(Secret? CurrentPassword, Secret? NewPassword);

internal sealed record PasswordResetBody(string? Email);

/// <param name="Token">Of the link in the mail.</param>
/// <param name="NewPassword">At least 8 characters, at most 72 bytes of UTF-8, none of the most common ones.</param>
internal sealed record ConfirmPasswordResetBody(Secret? Token, Secret? NewPassword);

internal sealed record PasswordBody(Secret? Password);

/// <param name="Msg">For people.</param>
internal sealed record SuccessResponse(bool Success, string Msg);
