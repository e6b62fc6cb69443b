using Backend.Application.DailyEmails;
using Backend.Application.MailLinks;
using Backend.Application.PasswordResets;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.WebApi.Http;
using MediatR;

namespace Backend.WebApi.Endpoints;

/// <summary>Where links in mails lead: pages for people, who need not sign in, since the link has a token.</summary>
internal static class MailPageEndpoints
{
    public static void MapMailPages(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(string.Empty).AllowAnonymous().ExcludeFromDescription();
        group.MapGet(MailPaths.Preferences, ShowMailPreferences).WithName(nameof(ShowMailPreferences)).Limited(RateLimit.MailPages);
        group.MapPost(MailPaths.Preferences, SaveMailPreferences).WithName(nameof(SaveMailPreferences)).Limited(RateLimit.MailPages);
        group.MapGet(MailPaths.Unsubscribe, ShowUnsubscribe).WithName(nameof(ShowUnsubscribe)).Limited(RateLimit.MailPages);
        group.MapPost(MailPaths.Unsubscribe, Unsubscribe).WithName(nameof(Unsubscribe)).Limited(RateLimit.MailPages);
        group.MapGet(MailPaths.NewPassword, ShowNewPassword).WithName(nameof(ShowNewPassword)).Limited(RateLimit.MailPages);
        group.MapPost(MailPaths.NewPassword, SaveNewPassword).WithName(nameof(SaveNewPassword)).Limited(RateLimit.MailPages, RateLimit.ConfirmPasswordReset);
    }

    private static Task<IResult> ShowMailPreferences(HttpContext context, IMediator mediator, IMailPages pages, CancellationToken cancellationToken) =>
        ShowAsync(context, offersToUnsubscribe: false, mediator, pages, cancellationToken);

    private static Task<IResult> ShowUnsubscribe(HttpContext context, IMediator mediator, IMailPages pages, CancellationToken cancellationToken) =>
        ShowAsync(context, offersToUnsubscribe: true, mediator, pages, cancellationToken);

    private static async Task<IResult> SaveMailPreferences(HttpContext context, IMediator mediator, IMailPages pages, CancellationToken cancellationToken)
    {
        var form = await ReadFormAsync(context, cancellationToken);
        var change = new MailPreferencesChange(form["timeZone"].ToString().Trim(), form["mapperMail"].Contains("true", StringComparer.Ordinal), form["driverMail"].Contains("true", StringComparer.Ordinal));
        var saved = await mediator.Send(new ChangeMailPreferencesByLinkCommand(TokenOf(context), ClientAddress.Of(context), change), cancellationToken);
        if (saved.IsSuccess)
        {
            return new PageResult(StatusCodes.Status200OK, await pages.RenderPreferencesAsync(saved.Value, "Your choice is saved.", offersToUnsubscribe: false, cancellationToken));
        }

        if (saved.Error.Kind != ErrorKind.Validation)
        {
            return await FailAsync(saved.Error, pages, cancellationToken);
        }

        // Once more, with what was chosen, if the link is good.
        var opened = await mediator.Send(new OpenMailPreferencesQuery(TokenOf(context), ClientAddress.Of(context)), cancellationToken);
        return opened.IsSuccess
            ? new PageResult(
                StatusCodes.Status400BadRequest,
                await pages.RenderPreferencesAsync(opened.Value with { Preferences = change.ApplyTo(opened.Value.Preferences) }, $"Nothing is changed. {saved.Error.Message}", offersToUnsubscribe: false, cancellationToken))
            : await FailAsync(opened.Error, pages, cancellationToken);
    }

    /// <summary>The one click of RFC 8058, whatever its body says: mail programs send forms of several kinds.</summary>
    private static async Task<IResult> Unsubscribe(HttpContext context, IMediator mediator, IMailPages pages, CancellationToken cancellationToken)
    {
        var ended = await mediator.Send(new ChangeMailPreferencesByLinkCommand(TokenOf(context), ClientAddress.Of(context), MailPreferencesChange.Nothing), cancellationToken);
        return ended.IsSuccess
            ? new PageResult(
                StatusCodes.Status200OK,
                await pages.RenderMessageAsync("You are unsubscribed", "You get no more daily mails.", new MailPageLink(ended.Value.Save, "Choose anew what you are told"), cancellationToken))
            : await FailAsync(ended.Error, pages, cancellationToken);
    }

    private static async Task<IResult> ShowNewPassword(HttpContext context, IMediator mediator, IMailPages pages, CancellationToken cancellationToken)
    {
        var opened = await mediator.Send(new OpenPasswordResetQuery(TokenOf(context), ClientAddress.Of(context)), cancellationToken);
        return opened.IsSuccess
            ? new PageResult(StatusCodes.Status200OK, await pages.RenderNewPasswordAsync(opened.Value, note: null, cancellationToken))
            : await FailAsync(opened.Error, pages, cancellationToken);
    }

    private static async Task<IResult> SaveNewPassword(HttpContext context, IMediator mediator, IMailPages pages, CancellationToken cancellationToken)
    {
        var form = await ReadFormAsync(context, cancellationToken);
        var command = new ConfirmPasswordResetCommand(TokenOf(context), new Secret(form["newPassword"].ToString()), ClientAddress.Of(context));
        var saved = await mediator.Send(command, cancellationToken);
        if (saved.IsSuccess)
        {
            return new PageResult(
                StatusCodes.Status200OK,
                await pages.RenderMessageAsync("Your password is changed", "You can sign in with it now. Everybody who was signed in to your account is signed out.", link: null, cancellationToken));
        }

        if (saved.Error.Kind != ErrorKind.Validation)
        {
            return await FailAsync(saved.Error, pages, cancellationToken);
        }

        // Once more, if the link is good.
        var opened = await mediator.Send(new OpenPasswordResetQuery(command.Token, command.ClientAddress), cancellationToken);
        return opened.IsSuccess
            ? new PageResult(StatusCodes.Status400BadRequest, await pages.RenderNewPasswordAsync(opened.Value, $"Nothing is changed. {saved.Error.Message}", cancellationToken))
            : await FailAsync(opened.Error, pages, cancellationToken);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, bool offersToUnsubscribe, IMediator mediator, IMailPages pages, CancellationToken cancellationToken)
    {
        var opened = await mediator.Send(new OpenMailPreferencesQuery(TokenOf(context), ClientAddress.Of(context)), cancellationToken);
        return opened.IsSuccess
            ? new PageResult(StatusCodes.Status200OK, await pages.RenderPreferencesAsync(opened.Value, note: null, offersToUnsubscribe, cancellationToken))
            : await FailAsync(opened.Error, pages, cancellationToken);
    }

    private static async Task<IResult> FailAsync(Error error, IMailPages pages, CancellationToken cancellationToken) =>
        await PageResult.OfFailureAsync(Problem.StatusOf(error.Kind), error.Message, error.RetryAfter, pages, cancellationToken);

    private static Secret TokenOf(HttpContext context) => new(context.Request.Query["token"].ToString());

    /// <summary>Empty when there is none that can be read.</summary>
    private static async Task<IFormCollection> ReadFormAsync(HttpContext context, CancellationToken cancellationToken)
    {
        try
        {
            return context.Request.HasFormContentType ? await context.Request.ReadFormAsync(cancellationToken) : FormCollection.Empty;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return FormCollection.Empty;
        }
    }
}
