using Microsoft.AspNetCore.Http.Features;

namespace Backend.TrackmaniaSandbox;

/// <summary>What every request to an upstream host passes first: traffic log, faults, User-Agent, request line.</summary>
internal sealed class HostGate(SandboxOptions options, TrafficLog traffic, FaultMiddleware faults)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next, Action<HttpContext, string> remember)
    {
        if (HostOf(context) is not { } host)
        {
            await next(context);
            return;
        }

        var target = Target(context, host);
        string? userAgent = context.Request.Headers.UserAgent;
        var entry = traffic.Arrive(host, context.Request.Method, target, userAgent);
        remember(context, target);

        // Noted before the client can see it, so a test that has its answer finds the status in the log.
        // The server goes through the motions of a response for a connection that was cut, too.
        var wasCut = false;
        context.Response.OnStarting(() =>
        {
            if (!wasCut && !context.RequestAborted.IsCancellationRequested)
            {
                entry.Complete(context.Response.StatusCode);
            }

            return Task.CompletedTask;
        });
        wasCut = !await faults.AnswersAsync(context, host, target, c => CheckAsync(c, host, target, userAgent, next));
    }

    public static Task NotFoundAsync(HttpContext context)
    {
        const int status = StatusCodes.Status404NotFound;
        switch (HostOf(context))
        {
            case SandboxHost.Core:
                return CoreHost.ErrorAsync(context, status, "C-AL-02-03", "Not Found");
            case SandboxHost.Live:
                return LiveHost.ErrorAsync(context, status, "NotFoundHttpException", "No route found");
            case SandboxHost.OAuth:
                return OAuthHost.ErrorAsync(context, status, "not_found", "Not Found");
            default:
                context.Response.StatusCode = status;
                return Task.CompletedTask;
        }
    }

    private static SandboxHost? HostOf(HttpContext context)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments(CoreHost.BasePath, StringComparison.Ordinal))
        {
            return SandboxHost.Core;
        }

        if (path.StartsWithSegments(LiveHost.BasePath, StringComparison.Ordinal))
        {
            return SandboxHost.Live;
        }

        if (path.StartsWithSegments(OAuthHost.BasePath, StringComparison.Ordinal))
        {
            return SandboxHost.OAuth;
        }

        return path.StartsWithSegments(TmxHost.BasePath, StringComparison.Ordinal) ? SandboxHost.Tmx : null;
    }

    private static string BasePathOf(SandboxHost host) => host switch
    {
        SandboxHost.Core => CoreHost.BasePath,
        SandboxHost.Live => LiveHost.BasePath,
        SandboxHost.OAuth => OAuthHost.BasePath,
        _ => TmxHost.BasePath,
    };

    private static string Target(HttpContext context, SandboxHost host)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var basePath = BasePathOf(host);
        return raw.StartsWith(basePath, StringComparison.Ordinal) ? raw[basePath.Length..] : raw;
    }

    private Task CheckAsync(HttpContext context, SandboxHost host, string target, string? userAgent, RequestDelegate next)
    {
        if (options.RequireUserAgent && string.IsNullOrWhiteSpace(userAgent))
        {
            context.Response.StatusCode = host == SandboxHost.Tmx ? options.TmxMissingUserAgentStatus : StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        if (host == SandboxHost.Core && CoreHost.IsRequestLineTooLong(context.Request.Method, target))
        {
            context.Response.StatusCode = StatusCodes.Status414UriTooLong;
            return Task.CompletedTask;
        }

        return next(context);
    }
}
