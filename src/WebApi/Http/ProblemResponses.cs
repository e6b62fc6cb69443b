using System.Text.Json;
using Backend.Application.DailyEmails;
using Backend.Application.Ports;
using Microsoft.AspNetCore.Diagnostics;

namespace Backend.WebApi.Http;

/// <summary>Answers that are not made by an endpoint: exceptions, and statuses that the framework sets without a body.</summary>
internal static class ProblemResponses
{
    private const int SecondsUntilRetry = 2;

    public static Task WriteForStatusAsync(StatusCodeContext status)
    {
        var context = status.HttpContext;
        return WriteAsync(For(context.Response.StatusCode, Problem.TraceIdOf(context)), context);
    }

    /// <summary>Where links in mails lead there are people, who get a page.</summary>
    public static async Task WriteAsync(Problem problem, HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(MailPaths.Root, StringComparison.OrdinalIgnoreCase))
        {
            await problem.WriteAsync(context);
            return;
        }

        var retryAfter = problem.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        PageResult page;
        try
        {
            page = await PageResult.OfFailureAsync(problem.Status, ForPeople(problem), retryAfter, context.RequestServices.GetRequiredService<IMailPages>(), context.RequestAborted);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Pages may be the very trouble.
            await problem.WriteAsync(context);
            return;
        }

        await page.ExecuteAsync(context);
    }

    /// <summary>What there is to say of a status when nothing more is known.</summary>
    public static Problem For(int status, string traceId)
    {
        var (code, detail) = Describe(status);
        return Problem.Create(status, code, detail, traceId) with { RetryAfter = status == StatusCodes.Status503ServiceUnavailable ? SecondsUntilRetry : null };
    }

    private static string ForPeople(Problem problem) => problem.Status switch
    {
        StatusCodes.Status405MethodNotAllowed => "This page cannot be asked for in this way. Please follow the link in the mail once more.",
        StatusCodes.Status415UnsupportedMediaType => "This page takes its own form, and nothing else.",
        StatusCodes.Status500InternalServerError => $"{problem.Detail} It is {problem.TraceId}.",
        _ => problem.Detail,
    };

    private static (string Code, string Detail) Describe(int status) => status switch
    {
        StatusCodes.Status400BadRequest => ("request.malformed", "The request is malformed."),
        StatusCodes.Status401Unauthorized => ("session.access_token_invalid", "Please sign in."),
        StatusCodes.Status403Forbidden => ("request.forbidden", "You may not do this."),
        StatusCodes.Status404NotFound => ("request.not_found", "There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed => ("request.method_not_allowed", "This address does not support the method; the Allow header says which it does."),
        StatusCodes.Status413PayloadTooLarge => ("request.too_large", "The request body is larger than 1 MB."),
        StatusCodes.Status415UnsupportedMediaType => ("request.unsupported_media_type", "The request body must be JSON in UTF-8 with Content-Type: application/json."),
        StatusCodes.Status431RequestHeaderFieldsTooLarge => ("request.headers_too_large", "The request headers are too large."),
        StatusCodes.Status503ServiceUnavailable => ("store.unavailable", "The service cannot reach its database at the moment. Please try again shortly."),
        >= 500 => ("internal_error", "Something went wrong on our side. The trace id helps us to find it."),
        _ => ("request.failed", "The request could not be answered."),
    };
}

/// <summary>What no handler expected. A client's malformed request is told what is wrong with it; anything else is a bug or broken infrastructure, and its text stays in the log.</summary>
internal sealed partial class UnhandledExceptionHandler(ILogger<UnhandledExceptionHandler> logger) : IExceptionHandler
{
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        SecurityHeaders.Apply(httpContext.Response);
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        var status = exception switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            StoreUnavailableException => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };
        var problem = ProblemResponses.For(status, Problem.TraceIdOf(httpContext));
        if (status == StatusCodes.Status400BadRequest)
        {
            var detail = exception.InnerException is JsonException json
                ? $"The request body is not valid JSON, or has a value of the wrong type{(string.IsNullOrEmpty(json.Path) ? string.Empty : $" at {json.Path}")}."
                : "The request is malformed: a parameter or the body has the wrong type.";
            problem = problem with { Detail = detail, Msg = detail, Error = detail };
        }

        var endpoint = httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName;
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            LogUnavailable(httpContext.Request.Method, endpoint, exception.GetBaseException().Message);
        }
        else if (status >= StatusCodes.Status500InternalServerError)
        {
            LogUnhandled(exception, httpContext.Request.Method, endpoint);
        }

        await ProblemResponses.WriteAsync(problem, httpContext);
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Endpoint} was answered 503: {Reason}")]
    private partial void LogUnavailable(string method, string? endpoint, string reason);

    [LoggerMessage(LogLevel.Error, "{Method} {Endpoint} failed")]
    private partial void LogUnhandled(Exception exception, string method, string? endpoint);
}
