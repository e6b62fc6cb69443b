using System.ComponentModel;
using System.Text.Json.Serialization;
using Backend.Application.Accounts;
using Backend.Application.Feedback;
using Backend.Application.Ports;
using Backend.Domain.Feedback;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class FeedbackEndpoints
{
    public static void MapFeedback(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/feedback").WithTag("Feedback", "What users tell the people who run the site.");
        group.MapPost("", SubmitFeedback).RequireAuthorization().WithName(nameof(SubmitFeedback)).WithSummary("Tells the people who run the site something")
            .Limited(RateLimit.Feedback)
            .Refuses("message", "Please give a message.").Fails(FeedbackErrors.UserBacklog, FeedbackErrors.Backlog, AccountErrors.NotFound)
            .WithExamples(FeedbackExamples.Submission, FeedbackExamples.Submitted);
        group.MapGet("", ListFeedback).RequireAuthorization(AccessPolicies.Admin).WithName(nameof(ListFeedback)).WithSummary("The newest feedback of all users, at most 100")
            .Revalidates()
            .WithExamples(FeedbackExamples.Feedback);
        group.MapPut("/{id}/read", MarkFeedbackRead).RequireAuthorization(AccessPolicies.Admin).WithName(nameof(MarkFeedbackRead)).WithSummary("Marks feedback as read; the first time counts")
            .Fails(FeedbackErrors.NotFound)
            .WithExamples(FeedbackExamples.Read);
        group.MapDelete("/{id}", DeleteFeedback).RequireAuthorization(AccessPolicies.Admin).WithName(nameof(DeleteFeedback)).WithSummary("Deletes feedback")
            .Fails(FeedbackErrors.NotFound)
            .WithExamples(FeedbackExamples.Deleted);
    }

    private static async Task<Results<Created<SubmittedFeedbackResponse>, Failure>> SubmitFeedback(SubmitFeedbackBody? body, CurrentUser caller, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new SubmitFeedbackCommand(caller.Id, body?.Message, body?.Type), cancellationToken);
        return result.IsSuccess
            ? TypedResults.Created((string?)null, new SubmittedFeedbackResponse("Thank you. Your message will be read.", result.Value.Value))
            : new Failure(result.Error);
    }

    private static async Task<Results<Ok<FeedbackListResponse>, Failure>> ListFeedback(IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.Send(new ListFeedbackQuery(), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new FeedbackListResponse(result.Value.Select(FeedbackResponse.From))) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<NoticeResponse>, Failure>> MarkFeedbackRead([Description("Id of the feedback.")] string id, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(FeedbackErrors.NotFound);
        }

        var result = await mediator.Send(new MarkFeedbackReadCommand(new FeedbackId(number)), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new NoticeResponse("The feedback is marked as read.")) : new Failure(result.Error);
    }

    private static async Task<Results<Ok<NoticeResponse>, Failure>> DeleteFeedback([Description("Id of the feedback.")] string id, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!RouteNumber.TryRead(id, out var number))
        {
            return new Failure(FeedbackErrors.NotFound);
        }

        var result = await mediator.Send(new DeleteFeedbackCommand(new FeedbackId(number)), cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(new NoticeResponse("The feedback is deleted.")) : new Failure(result.Error);
    }
}

/// <param name="Message">At most 2000 characters.</param>
/// <param name="Type">Usually <c>general</c> (when missing), <c>bug</c> or <c>feature</c>; at most 50 characters.</param>
internal sealed record SubmitFeedbackBody(string? Message, string? Type = null);

/// <param name="Message">For people.</param>
internal sealed record SubmittedFeedbackResponse(string Message, [property: JsonPropertyName("feedback_id")] long FeedbackId);

internal sealed record FeedbackListResponse(IEnumerable<FeedbackResponse> Feedback);

/// <param name="Message">As typed; whoever shows it encodes it.</param>
/// <param name="ReadAt">Null: not read yet.</param>
internal sealed record FeedbackResponse(
    long Id,
    string Username,
    string Message,
    string Type,
    [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("read_at")] DateTimeOffset? ReadAt)
{
    public static FeedbackResponse From(FeedbackEntry entry) => new(entry.Id.Value, entry.UserName.Value, entry.Message, entry.Type, entry.CreatedAt, entry.ReadAt);
}

/// <param name="Message">For people.</param>
internal sealed record NoticeResponse(string Message);
