using Backend.Domain.Common;

namespace Backend.WebApi.Http;

/// <summary>
/// Whoever waits for an answer that needs another service is told when that takes too long, instead of being left waiting
/// for a service that may be given minutes. What was under way for him alone is given up.
/// </summary>
internal sealed partial class UpstreamDeadline(RequestDelegate next, TimeProvider time, ILogger<UpstreamDeadline> logger)
{
    /// <summary>Less than the 30 s after which Lambda, and many a proxy, end a request without a word.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(25);

    internal static readonly Error Error = new(ErrorKind.UpstreamTimeout, "upstream.timeout", "The Trackmania services take too long to answer at the moment. Please try again later.")
    {
        IsTransient = true,
    };

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<AsksUpstreamMetadata>() is null)
        {
            await next(context);
            return;
        }

        var gone = context.RequestAborted;
        using var deadline = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, deadline.Token);
        context.RequestAborted = either.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !gone.IsCancellationRequested && !context.Response.HasStarted)
        {
            context.RequestAborted = gone;
            LogTimedOut(context.Request.Method, endpoint.DisplayName, Limit.TotalSeconds);
            await Problem.From(Error, context).WriteAsync(context);
        }
        finally
        {
            context.RequestAborted = gone;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Endpoint} was answered 504: no answer of the Trackmania services within {Seconds} s")]
    private partial void LogTimedOut(string method, string? endpoint, double seconds);
}

/// <summary>Says of a route that its caller waits for another service.</summary>
internal sealed record AsksUpstreamMetadata;

internal static class UpstreamRoutes
{
    /// <summary>For the API document; each service has its own.</summary>
    private static readonly Error s_failed = new(ErrorKind.Upstream, "upstream.tmx_unavailable", "Trackmania Exchange does not answer at the moment.") { IsTransient = true };

    /// <summary>The route asks another service: it has a deadline, and can fail in the two ways of other services.</summary>
    public static RouteHandlerBuilder AsksUpstream(this RouteHandlerBuilder route) =>
        route.WithMetadata(new AsksUpstreamMetadata()).Fails(s_failed, UpstreamDeadline.Error);
}
