using System.ComponentModel;
using System.Text.Json.Serialization;
using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Application.Tracks;
using Backend.Domain.Accounts;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

/// <summary>Who is who elsewhere: on Trackmania Exchange and in the game.</summary>
internal static class DirectoryEndpoints
{
    public static void MapDirectories(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/users").WithTag("Directories", "Who is who on Trackmania Exchange and in the game.");
        group.MapGet("/search", SearchTmxUsers).AllowAnonymous().WithName(nameof(SearchTmxUsers)).WithSummary("Users of Trackmania Exchange by a part of their name")
            .WithDescription("When more users match than one answer holds, it is 400, and says so in message as well.")
            .Limited(RateLimit.UserSearch).TakesEachParameterOnce().AsksUpstream().Revalidates()
            .Refuses("username", "Please give a name to search for.").Fails(AccountErrors.TooManyTmxUsers)
            .WithExamples(DirectoryExamples.TmxUsers);
        group.MapPost("/accountNames", LookUpAccountNames).RequireAuthorization().WithName(nameof(LookUpAccountNames)).WithSummary("Display names of up to 500 Trackmania accounts")
            .WithDescription("Names by account id, each id as it was sent; ids that are none, or that have no name, are left out.")
            .Limited(RateLimit.AccountNames).AsksUpstream()
            .Refuses("accountIds", "Please give at most 500 account ids.")
            .WithExamples(DirectoryExamples.AccountIds, DirectoryExamples.Names);
    }

    private static async Task<Results<Ok<IEnumerable<TmxUserResponse>>, Failure>> SearchTmxUsers(
        HttpContext context, IMediator mediator, CancellationToken cancellationToken, [Description("Part of a name on Trackmania Exchange.")] string? username = null)
    {
        var result = await mediator.Send(new SearchTmxUsersQuery(username, ClientAddress.Of(context)), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(result.Value.Select(TmxUserResponse.From))
            : new Failure(result.Error) { ShowsMessage = result.Error.Code == AccountErrors.TooManyTmxUsers.Code };
    }

    private static async Task<Results<Ok<IReadOnlyDictionary<string, string>>, Failure>> LookUpAccountNames(
        AccountNamesBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new LookUpAccountNamesQuery(caller.Id, body?.AccountIds), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(result.Value) : new Failure(result.Error);
    }
}

/// <summary>Named as Trackmania Exchange names it, for existing clients.</summary>
internal sealed record TmxUserResponse([property: JsonPropertyName("Name")] string Name, [property: JsonPropertyName("UserId")] long UserId)
{
    public static TmxUserResponse From(TmxUser user) => new(user.Name, user.Id.Value);
}

/// <param name="AccountIds">At most 500.</param>
internal sealed record AccountNamesBody(IReadOnlyList<string?>? AccountIds = null);
