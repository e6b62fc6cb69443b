using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/users").WithTag("Sessions", "Signing in, staying signed in and signing out.");
        group.MapPost("/login", Login).AllowAnonymous().WithName(nameof(Login)).WithSummary("Signs in with a user name or an e-mail address")

            // What is left of an account's tries would tell whether there is such an account, and whether it is in use.
            .Limited([RateLimit.Login], untold: [RateLimit.LoginAccount, RateLimit.LoginAccountAddress])
            .Refuses("password", "Please give your password.").Fails(SessionErrors.InvalidCredentials)
            .WithExamples(SessionExamples.Login, SessionExamples.LoggedIn);
        group.MapPost("/refresh", Refresh).AllowAnonymous().WithName(nameof(Refresh)).WithSummary("Exchanges a refresh token for new tokens")
            .Refuses("refresh_token", SessionExamples.NoRefreshToken).Fails(SessionErrors.InvalidRefreshToken, SessionErrors.RefreshTokenReused, SessionErrors.Ended)
            .WithExamples(SessionExamples.RefreshToken, SessionExamples.Tokens);
        group.MapPost("/logout", Logout).AllowAnonymous().WithName(nameof(Logout)).WithSummary("Ends the session of a refresh token")
            .Refuses("refresh_token", SessionExamples.NoRefreshToken)
            .WithExamples(SessionExamples.RefreshToken, SessionExamples.LoggedOut);
        group.MapPost("/logout-everywhere", LogoutEverywhere).RequireAuthorization().WithName(nameof(LogoutEverywhere)).WithSummary("Ends all sessions of the caller, this one included")
            .WithExamples(SessionExamples.LoggedOutEverywhere);
        group.MapGet("/sessions", ListSessions).RequireAuthorization().WithName(nameof(ListSessions)).WithSummary("The caller's sessions, newest first")
            .Revalidates()
            .WithExamples(SessionExamples.Sessions);
        group.MapDelete("/sessions/{id}", RevokeSession).RequireAuthorization().WithName(nameof(RevokeSession)).WithSummary("Ends one session of the caller")
            .Fails(SessionErrors.NotFound);
    }

    private static async Task<Results<Ok<LoginResponse>, Failure>> Login(LoginBody? body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var login = string.IsNullOrEmpty(body?.Email) ? body?.Username : body.Email;
        var command = new LoginCommand(login, body?.Password, context.Request.Headers.UserAgent, ClientAddress.Of(context));
        var result = await mediator.Send(command, cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(LoginResponse.From(result.Value)) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<TokenResponse>, Failure>> Refresh(RefreshTokenBody? body, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new RefreshTokenCommand(body?.RefreshToken), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(TokenResponse.From(result.Value)) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<MessageResponse>, Failure>> Logout(RefreshTokenBody? body, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new LogoutCommand(body?.RefreshToken), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new MessageResponse("You are signed out.")) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<MessageResponse>, Failure>> LogoutEverywhere(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new LogoutEverywhereCommand(caller.Id), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new MessageResponse($"Signed out of {result.Value} sessions.")) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<IEnumerable<SessionResponse>>, Failure>> ListSessions(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ListSessionsQuery(caller.Id), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(result.Value.Select(session => SessionResponse.From(session, caller.User.SessionId)))
            : new Failure(result.Error);
    }

    private static async Task<Results<NoContent, Failure>> RevokeSession(
        [Description("Id of the session, from the list of sessions.")] string id, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(id, "D", out var sessionId))
        {
            return new Failure(SessionErrors.NotFound);
        }

        var result = await mediator.Send(new RevokeSessionCommand(caller.Id, new SessionId(sessionId)), cancellationToken);
        return result.IsSuccess ? TypedResults.NoContent() : new Failure(result.Error);
    }
}

/// <param name="Email">E-mail address or user name.</param>
/// <param name="Username">The same, read when <c>email</c> is empty.</param>
internal sealed record LoginBody(Secret? Password, string? Email = null, string? Username = null);

internal sealed record RefreshTokenBody([property: JsonPropertyName("refresh_token")] Secret? RefreshToken);

/// <param name="AccessToken">JWT for the Authorization header.</param>
/// <param name="RefreshToken">Opaque; good for one exchange.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
internal sealed record TokenResponse(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("refresh_token")] string RefreshToken,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("token_type")][property: AllowedValues(SessionAuthenticationHandler.SchemeName)] string TokenType)
{
    public static TokenResponse From(SessionTokens tokens) =>
        new(tokens.AccessToken.Reveal(), tokens.RefreshToken.Reveal(), (int)IAccessTokens.Lifetime.TotalSeconds, SessionAuthenticationHandler.SchemeName);
}

/// <param name="AccessToken">JWT for the Authorization header.</param>
/// <param name="RefreshToken">Opaque; good for one exchange.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
internal sealed record LoginResponse(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("refresh_token")] string RefreshToken,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("token_type")][property: AllowedValues(SessionAuthenticationHandler.SchemeName)] string TokenType,
    LoginUser User)
{
    public static LoginResponse From(LoginResult result)
    {
        var tokens = TokenResponse.From(result.Tokens);
        return new(
            tokens.AccessToken,
            tokens.RefreshToken,
            tokens.ExpiresIn,
            tokens.TokenType,
            LoginUser.From(result.User));
    }
}

/// <param name="Id">A string here, for existing clients.</param>
internal sealed record LoginUser(string Id, string Username, string Email)
{
    public static LoginUser From(User user) => new(user.Id.ToString(), user.Name.Value, user.Email.Value);
}

/// <param name="LastUsedAt">Sign-in or last exchange of the refresh token.</param>
/// <param name="Current">The session of this very request.</param>
internal sealed record SessionResponse(string Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, string UserAgent, string IpAddress, bool Current)
{
    public static SessionResponse From(Session session, SessionId current) =>
        new(session.Id.ToString(), session.CreatedAt, session.RefreshedAt, session.UserAgent, session.IpAddress, session.Id == current);
}
