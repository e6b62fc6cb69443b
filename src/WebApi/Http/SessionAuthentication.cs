using System.Security.Claims;
using System.Text.Encodings.Web;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Backend.WebApi.Http;

/// <summary>Reads <c>Authorization: Bearer</c>; the token's session must be live, and the role is the user's role now.</summary>
internal sealed class SessionAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IMediator mediator)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    private Error _error = SessionErrors.InvalidAccessToken;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Whoever sends a token to a route for everybody must not depend on the stores for it, least of all a health check.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        const string Prefix = SchemeName + " ";
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var outcome = await mediator.Send(new AuthenticateAccessQuery(new Secret(header[Prefix.Length..].Trim())), Context.RequestAborted);
        if (!outcome.IsSuccess)
        {
            _error = outcome.Error;
            return AuthenticateResult.Fail(outcome.Error.Code);
        }

        Context.Features.Set(new CurrentUser(outcome.Value));
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Role, outcome.Value.Role.ToName())], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = Request.Headers.Authorization.Count == 0 ? SchemeName : $"{SchemeName} error=\"invalid_token\"";
        return Problem.From(_error, Context).WriteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ProblemResponses.For(StatusCodes.Status403Forbidden, Problem.TraceIdOf(Context)).WriteAsync(Context);
}

/// <summary>The caller of a route that needs one.</summary>
internal sealed record CurrentUser(AuthenticatedUser User)
{
    public UserId Id => User.UserId;

    public static ValueTask<CurrentUser?> BindAsync(HttpContext context) =>
        ValueTask.FromResult<CurrentUser?>(context.Features.Get<CurrentUser>() ?? throw new InvalidOperationException("The route lets anonymous callers through."));
}
