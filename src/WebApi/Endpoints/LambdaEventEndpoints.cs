using System.Text.Json;
using System.Text.Json.Serialization;
using Backend.Application.Alerts;
using Backend.Application.DailyEmails;
using Backend.Application.DailyRuns;
using Backend.Application.Maintenance;
using Backend.Application.PasswordResets;
using Backend.Domain.Common;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

/// <summary>
/// What AWS Lambda is handed that is no request: batches of the queues and schedules, as the Lambda Web Adapter posts them. Mapped in the
/// worker function only.
/// </summary>
internal static class LambdaEventEndpoints
{
    /// <summary>As JSON: what the adapter knows of the request it forwards; null or absent for an event that is none.</summary>
    public const string RequestContextHeader = "x-amzn-request-context";

    /// <summary>As JSON: what Lambda says of this invocation.</summary>
    public const string LambdaContextHeader = "x-amzn-lambda-context";

    /// <summary>The task of the schedule for all that workers of a server look after all the time.</summary>
    public const string MaintenanceTask = "maintenance";

    /// <summary>The task of the schedule that begins the daily run.</summary>
    public const string DailyTask = "daily";

    /// <summary>For saving, handing back and answering before Lambda ends the process.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(20);

    /// <summary>The same, for mails: one that is being handed over may take a minute, and nobody would know what became of it.</summary>
    private static readonly TimeSpan s_marginOfMails = TimeSpan.FromSeconds(90);

    public static void MapLambdaEvents(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/events", TakeEvent).AllowAnonymous().WithName(nameof(TakeEvent)).ExcludeFromDescription();

    private static async Task<Results<Ok<BatchResponse>, Ok<KeepUpResult>, Ok<DailyRunResponse>, Failure>> TakeEvent(
        LambdaEvent taken, HttpContext context, LambdaMessages messages, IMediator mediator, IHostApplicationLifetime lifetime, TimeProvider clock)
    {
        if (IsRequest(context.Request.Headers[RequestContextHeader]))
        {
            return new Failure(new Error(ErrorKind.NotFound, "request.not_found", "There is nothing at this address."));
        }

        using var stop = StopBefore(context.Request.Headers[LambdaContextHeader], taken.Detail is null ? s_margin : s_marginOfMails, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, context.RequestAborted, lifetime.ApplicationStopping);
        if (taken.Records is { } records && records.All(record => record is { MessageId.Length: > 0 }))
        {
            var outcomes = await Task.WhenAll(records.Select(async record => (record.MessageId, IsDone: await messages.TryRunAsync(record, ended.Token))));
            return TypedResults.Ok(new BatchResponse([.. outcomes.Where(o => !o.IsDone).Select(o => new FailedItem(o.MessageId))]));
        }

        return taken.Detail?.Task switch
        {
            MaintenanceTask => await MaintainAsync(mediator, ended.Token) is var kept && kept.IsSuccess ? TypedResults.Ok(kept.Value) : new Failure(kept.Error),
            DailyTask => await mediator.Send(new StartDailyRunCommand("schedule"), ended.Token) is var started && started.IsSuccess
                ? TypedResults.Ok(DailyRunResponse.From(started.Value.Run))
                : new Failure(started.Error),
            _ => new Failure(new Error(ErrorKind.Validation, "event.unknown", "This is no event that is known here.")),
        };
    }

    private static async Task<Result<KeepUpResult>> MaintainAsync(IMediator mediator, CancellationToken stop)
    {
        var kept = await mediator.Send(new KeepUpCommand(), stop);
        try
        {
            // Counts wait for the pace of the Trackmania services, for which no mail needs to wait.
            await Task.WhenAll(mediator.Send(new SendPasswordResetsCommand(), stop), mediator.Send(new SendDailyEmailsCommand(), stop), mediator.Send(new CountAlertMapsCommand(), stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next minute goes on.
        }

        // An error of the function, which raises its alarm; the schedule comes again anyway.
        return kept.IsSuccess && kept.Value.Failed > 0 ? new Error(ErrorKind.Unavailable, "maintenance.failed", "Some stores could not be kept up.") : kept;
    }

    private static bool IsRequest(string? requestContext) => !string.IsNullOrWhiteSpace(requestContext) && requestContext.Trim() is not ("null" or "{}");

    private static CancellationTokenSource StopBefore(string? lambdaContext, TimeSpan margin, TimeProvider clock)
    {
        if (ReadDeadline(lambdaContext) is not { } deadline)
        {
            return new CancellationTokenSource();
        }

        var left = DateTimeOffset.FromUnixTimeMilliseconds(deadline) - clock.GetUtcNow() - margin;
        return new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
    }

    private static long? ReadDeadline(string? lambdaContext)
    {
        try
        {
            return string.IsNullOrWhiteSpace(lambdaContext) ? null : JsonSerializer.Deserialize(lambdaContext, LambdaJson.Default.LambdaContext)?.Deadline;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A batch of a queue has <paramref name="Records"/>, a schedule its <paramref name="Detail"/>.</summary>
internal sealed record LambdaEvent(
    [property: JsonPropertyName("Records")] IReadOnlyList<SqsRecord>? Records,
    [property: JsonPropertyName("detail")] ScheduleDetail? Detail);

internal sealed record SqsRecord(
    [property: JsonPropertyName("messageId")] string MessageId,
    [property: JsonPropertyName("receiptHandle")] string? ReceiptHandle,
    [property: JsonPropertyName("body")] string? Body,
    [property: JsonPropertyName("attributes")] SqsRecordAttributes? Attributes);

internal sealed record SqsRecordAttributes([property: JsonPropertyName("ApproximateReceiveCount")] string? ApproximateReceiveCount);

internal sealed record ScheduleDetail([property: JsonPropertyName("task")] string? Task);

/// <summary>The messages that SQS is to deliver again; the others of the batch are done.</summary>
internal sealed record BatchResponse([property: JsonPropertyName("batchItemFailures")] IReadOnlyList<FailedItem> BatchItemFailures);

internal sealed record FailedItem([property: JsonPropertyName("itemIdentifier")] string ItemIdentifier);

/// <param name="Deadline">In Unix milliseconds.</param>
internal sealed record LambdaContext([property: JsonPropertyName("deadline")] long? Deadline);

[JsonSerializable(typeof(LambdaContext))]
internal sealed partial class LambdaJson : JsonSerializerContext;
