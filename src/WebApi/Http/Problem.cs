using System.Diagnostics;
using System.Text.Json.Serialization;
using Backend.Domain.Common;
using Microsoft.AspNetCore.WebUtilities;

namespace Backend.WebApi.Http;

/// <summary>The body of every error answer (RFC 9457).</summary>
/// <param name="Type">Names the kind of problem; <c>about:blank</c> beyond what <c>status</c> says.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Code">Stable dotted code; the only member besides <c>status</c> that programs should read.</param>
/// <param name="TraceId">Finds the request in the logs.</param>
/// <param name="Errors">Messages by input field.</param>
/// <param name="RetryAfter">Seconds until the request may succeed, as the Retry-After header.</param>
/// <param name="RequiresTmUsername">True when a Trackmania account has to be linked first, where existing clients look for it.</param>
/// <param name="Msg"><c>detail</c> once more, where existing clients look for it.</param>
/// <param name="Error"><c>detail</c> once more, where other existing clients look for it.</param>
/// <param name="Message"><c>detail</c> once more, in the one answer where existing clients look for it there.</param>
internal sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string TraceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RetryAfter,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? RequiresTmUsername,
    string Msg,
    string Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message = null)
{
    public const string MediaType = "application/problem+json";

    /// <summary>The one place that turns a kind of failure into a status.</summary>
    public static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Validation => StatusCodes.Status400BadRequest,
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.TooManyRequests => StatusCodes.Status429TooManyRequests,
        ErrorKind.Upstream => StatusCodes.Status502BadGateway,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorKind.UpstreamTimeout => StatusCodes.Status504GatewayTimeout,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No status is known for this kind."),
    };

    public static Problem From(Error error, HttpContext context) => From(error, TraceIdOf(context));

    public static Problem From(Error error, string traceId)
    {
        var retryAfter = error.RetryAfter is { } wait ? WholeSeconds.From(wait) : (int?)null;
        return Create(StatusOf(error.Kind), error.Code, error.Message, traceId) with { Errors = error.Fields, RetryAfter = retryAfter };
    }

    public static string TraceIdOf(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    public static Problem Create(int status, string code, string detail, string traceId) => new(
        "about:blank",
        ReasonPhrases.GetReasonPhrase(status),
        status,
        detail,
        code,
        traceId,
        Errors: null,
        RetryAfter: null,
        RequiresTmUsername: null,
        Msg: detail,
        Error: detail);

    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString();
        }

        return context.Response.WriteAsJsonAsync(this, ApiJson.Default.Problem, MediaType, context.RequestAborted);
    }
}
