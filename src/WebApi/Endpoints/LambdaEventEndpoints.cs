using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Backend.Application.Alerts;
using Backend.Application.Maintenance;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Infrastructure;
using Backend.WebApi.Http;
using Backend.WebApi.Workers;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

/// <summary>
/// What AWS Lambda is handed that is no request: batches of the queue and schedules, as the Lambda Web Adapter posts them. Mapped in the
/// worker function only.
/// </summary>
internal static partial class LambdaEventEndpoints
{
    /// <summary>As JSON: what the adapter knows of the request it forwards; null or absent for an event that is none.</summary>
    public const string RequestContextHeader = "x-amzn-request-context";

    /// <summary>As JSON: what Lambda says of this invocation.</summary>
    public const string LambdaContextHeader = "x-amzn-lambda-context";

    /// <summary>The task of the schedule that keeps the stores up.</summary>
    public const string MaintenanceTask = "maintenance";

    /// <summary>For saving, handing back and answering before Lambda ends the process.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(20);

    public static void MapLambdaEvents(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/events", TakeEvent).AllowAnonymous().WithName(nameof(TakeEvent)).ExcludeFromDescription();

    private static async Task<Results<Ok<BatchResponse>, Ok<KeepUpResult>, Failure>> TakeEvent(
        LambdaEvent taken, HttpContext context, IMapSearchMessages messages, MapSearchRun run, IMediator mediator, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<MapSearchRun> logger)
    {
        if (IsRequest(context.Request.Headers[RequestContextHeader]))
        {
            return new Failure(new Error(ErrorKind.NotFound, "request.not_found", "There is nothing at this address."));
        }

        using var stop = StopBefore(context.Request.Headers[LambdaContextHeader], clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, context.RequestAborted, lifetime.ApplicationStopping);
        if (taken.Records is { } records && records.All(record => record is { MessageId.Length: > 0 }))
        {
            var outcomes = await Task.WhenAll(records.Select(async record => (record.MessageId, IsDone: await TryRunAsync(record, messages, run, logger, ended.Token))));
            return TypedResults.Ok(new BatchResponse([.. outcomes.Where(o => !o.IsDone).Select(o => new FailedItem(o.MessageId))]));
        }

        if (taken.Detail?.Task != MaintenanceTask)
        {
            return new Failure(new Error(ErrorKind.Validation, "event.unknown", "This is no event that is known here."));
        }

        var kept = await mediator.Send(new KeepUpCommand(), ended.Token);
        try
        {
            await mediator.Send(new CountAlertMapsCommand(), ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The next minute goes on.
        }

        if (!kept.IsSuccess)
        {
            return new Failure(kept.Error);
        }

        // An error of the function, which raises its alarm; the schedule comes again anyway.
        return kept.Value.Failed == 0
            ? TypedResults.Ok(kept.Value)
            : new Failure(new Error(ErrorKind.Unavailable, "maintenance.failed", "Some stores could not be kept up."));
    }

    /// <summary>False when SQS is to deliver the message again; whatever happens concerns this message only.</summary>
    private static async Task<bool> TryRunAsync(SqsRecord record, IMapSearchMessages messages, MapSearchRun run, ILogger logger, CancellationToken stop)
    {
        var deliveries = int.TryParse(record.Attributes?.ApproximateReceiveCount, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;
        if (messages.TryRead(record.Body ?? string.Empty, record.ReceiptHandle ?? string.Empty, deliveries) is not { } ticket)
        {
            LogUnreadable(logger, record.MessageId);
            return false;
        }

        try
        {
            await run.RunAsync(() => ticket, stop);
            return true;
        }
        catch (StoreUnavailableException exception)
        {
            LogAway(logger, exception.Message);
            return false;
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception, ticket.Key.Id.Value);
            return false;
        }
    }

    private static bool IsRequest(string? requestContext) => !string.IsNullOrWhiteSpace(requestContext) && requestContext.Trim() is not ("null" or "{}");

    private static CancellationTokenSource StopBefore(string? lambdaContext, TimeProvider clock)
    {
        if (ReadDeadline(lambdaContext) is not { } deadline)
        {
            return new CancellationTokenSource();
        }

        var left = DateTimeOffset.FromUnixTimeMilliseconds(deadline) - clock.GetUtcNow() - s_margin;
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

    [LoggerMessage(LogLevel.Error, "Message {MessageId} is none of ours")]
    private static partial void LogUnreadable(ILogger logger, string messageId);

    [LoggerMessage(LogLevel.Warning, "Map searches wait: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "The run of map search {JobId} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid jobId);
}

/// <summary>A batch of the queue has <paramref name="Records"/>, a schedule its <paramref name="Detail"/>.</summary>
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
