using System.Text.Json.Serialization;
using Backend.Application.Accounts;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

/// <summary>Two routes by which an administrator sees that requests arrive, and that the users can be read.</summary>
internal static class DiagnosticEndpoints
{
    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Post];

    public static void MapDiagnostics(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTag("Diagnostics", "By which an administrator sees that requests arrive, and that the users can be read.").RequireAuthorization(AccessPolicies.Admin);
        foreach (var method in s_methods)
        {
            var name = method == HttpMethods.Get ? string.Empty : "ByPost";
            group.MapMethods("/test", [method], TestConnection).WithName(nameof(TestConnection) + name).WithSummary("Answers, if the request arrived")
                .WithExamples(DiagnosticExamples.Connection);
            group.MapMethods("/test-advanced", [method], TestAccount).WithName(nameof(TestAccount) + name).WithSummary("Answers with the caller's account")
                .Fails(AccountErrors.NotFound)
                .WithExamples(DiagnosticExamples.Account);
        }
    }

    private static Ok<ConnectionTestResponse> TestConnection(HttpContext context, TimeProvider clock) =>
        TypedResults.Ok(new ConnectionTestResponse(true, "The request arrived.", 1, clock.GetUtcNow(), context.Request.Method));

    private static async Task<Results<Ok<AccountTestResponse>, Failure>> TestAccount(CurrentUser caller, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new GetProfileQuery(caller.Id), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new AccountTestResponse(true, "The account was read.", 1, clock.GetUtcNow(), context.Request.Method, LoginUser.From(result.Value)))
            : new Failure(result.Error);
    }
}

/// <param name="Message">For people.</param>
/// <param name="LambdaCalled">Always 1.</param>
internal sealed record ConnectionTestResponse(
    bool Success, string Message, [property: JsonPropertyName("lambda_called")] int LambdaCalled, DateTimeOffset Timestamp, string Method);

/// <inheritdoc cref="ConnectionTestResponse"/>
internal sealed record AccountTestResponse(
    bool Success, string Message, [property: JsonPropertyName("lambda_called")] int LambdaCalled, DateTimeOffset Timestamp, string Method, LoginUser User);
