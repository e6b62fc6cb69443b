using System.Diagnostics;
using System.Text.Json.Serialization;
using Backend.Domain.Common;
using Microsoft.AspNetCore.WebUtilities;

namespace Backend.WebApi.Http;

/// <summary>The body of every error answer (RFC 9457).</summary>
/// <param name="Type">Names the kind of problem; <c>about:blank</c> beyond what <paramref name="Status"/> says.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Code">Stable dotted code; the only member besides <paramref name="Status"/> that programs should read.</param>
/// <param name="TraceId">Finds the request in the logs.</param>
/// <param name="Errors">Messages by input field.</param>
/// <param name="RetryAfter">Seconds until the request may succeed, as the Retry-After header.</param>
/// <param name="RequiresTmUsername">True when a Trackmania account has to be linked first, where existing clients look for it.</param>
/// <param name="Msg"><paramref name="Detail"/> once more, where existing clients look for it.</param>
/// <param name="Error"><paramref name="Detail"/> once more, where other existing clients look for it.</param>
/// <param name="Message"><paramref name="Detail"/> once more, in the one answer where existing clients look for it there.</param>
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

    /// <summary>With <see cref="From"/> the one place that turns a kind of failure into a status.</summary>
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

    public static Problem From(Error error, HttpContext context)
    {
        var retryAfter = error.RetryAfter is { } wait ? WholeSeconds.From(wait) : (int?)null;
        return Create(StatusOf(error.Kind), error.Code, error.Message, context) with { Errors = error.Fields, RetryAfter = retryAfter };
    }

    public static Problem Create(int status, string code, string detail, HttpContext context) => new(
        "about:blank",
        ReasonPhrases.GetReasonPhrase(status),
        status,
        detail,
        code,
        Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier,
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

/// <summary>An endpoint's answer to a failed request.</summary>
internal sealed class Failure(Error error) : IResult
{
    /// <inheritdoc cref="Problem.Message"/>
    public bool ShowsMessage { get; init; }

    /// <inheritdoc cref="Problem.RequiresTmUsername"/>
    public bool RequiresTmUsername { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var problem = Problem.From(error, httpContext);
        return (problem with { Message = ShowsMessage ? problem.Detail : null, RequiresTmUsername = RequiresTmUsername ? true : null }).WriteAsync(httpContext);
    }
}

internal static class FailureMetadata
{
    /// <summary>Documents the statuses with which a route can fail.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder builder, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            builder.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), [Problem.MediaType]));
        }

        return builder;
    }
}
