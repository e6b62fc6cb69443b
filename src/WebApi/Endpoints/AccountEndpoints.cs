using Backend.Application.Accounts;
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
            .Refuses("email", "Please give a valid e-mail address.").Fails(AccountErrors.UserNameTaken, AccountErrors.EmailTaken, AccountErrors.RegistrationClosed).IsLimited()
            .WithExamples(AccountExamples.Registration, AccountExamples.Registered);
        group.MapGet("/profile", GetProfile).RequireAuthorization().WithName(nameof(GetProfile)).WithSummary("The caller's account")
            .Fails(AccountErrors.NotFound)
            .WithExamples(AccountExamples.Profile);
    }

    private static async Task<Results<Created<MessageResponse>, Failure>> Register(RegisterBody? body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var command = new RegisterCommand(body?.Email, body?.Password, body?.Username, ClientAddress.Of(context));
        var result = await mediator.Send(command, cancellationToken);
        return result.IsSuccess
            ? TypedResults.Created((string?)null, new MessageResponse("You are registered and can sign in now."))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<ProfileResponse>, Failure>> GetProfile(CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new GetProfileQuery(caller.Id), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new ProfileResponse(result.Value.Id.Value, result.Value.Email.Value, result.Value.Name.Value, result.Value.CreatedAt))
            : new Failure(result.Error);
    }
}

/// <param name="Username">Best the exact name on Trackmania Exchange.</param>
/// <param name="Password">At least 8 characters, at most 72 bytes of UTF-8, none of the most common ones.</param>
internal sealed record RegisterBody(string? Email, string? Username, Secret? Password);

internal sealed record ProfileResponse(long Id, string Email, string Username, DateTimeOffset CreatedAt);
