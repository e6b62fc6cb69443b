using Backend.Domain.Common;
using Microsoft.AspNetCore.Http.Metadata;

namespace Backend.WebApi.Http;

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

/// <summary>A way in which a route can fail.</summary>
/// <param name="Error">None when the framework answers so, or when the status says all there is to say.</param>
internal sealed record FailureMetadata(int Status, Error? Error)
{
    public Problem ToProblem(string traceId) => Error is null ? ProblemResponses.For(Status, traceId) : Problem.From(Error, traceId);
}

internal static class FailureExtensions
{
    /// <summary>Documents the errors with which a route can fail, beside those that every route of its kind can fail with.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder route, params Error[] errors)
    {
        foreach (var error in errors)
        {
            var failure = new FailureMetadata(Problem.StatusOf(error.Kind), error);
            route.Add(endpoint => endpoint.AddFailure(failure));
        }

        return route;
    }

    /// <summary>Documents that the route objects to values of one of its fields.</summary>
    /// <param name="message">What it says then, for example.</param>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, string field, string message) =>
        route.Fails(Error.Invalid(message, new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] }));

    public static void AddFailure(this EndpointBuilder endpoint, FailureMetadata failure)
    {
        endpoint.Metadata.Add(failure);
        if (!endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Any(known => known.StatusCode == failure.Status))
        {
            endpoint.Metadata.Add(new ProducesResponseTypeMetadata(failure.Status, typeof(Problem), [Problem.MediaType]));
        }
    }
}
