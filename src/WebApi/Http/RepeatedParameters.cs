using Backend.Domain.Common;

namespace Backend.WebApi.Http;

/// <summary>A parameter given twice is refused: the framework would join its values to one that nobody gave.</summary>
internal static class RepeatedParameters
{
    private static readonly Error s_refusal = new(ErrorKind.Validation, "request.repeated_parameter", "Please give each parameter once.");

    /// <param name="refusal">For a route whose clients know another code.</param>
    public static RouteHandlerBuilder TakesEachParameterOnce(this RouteHandlerBuilder route, Error? refusal = null) =>
        route.Fails(refusal ?? s_refusal).AddEndpointFilter((invocation, next) => invocation.HttpContext.Request.Query.Any(static parameter => parameter.Value.Count > 1)
            ? ValueTask.FromResult<object?>(new Failure(refusal ?? s_refusal))
            : next(invocation));
}
