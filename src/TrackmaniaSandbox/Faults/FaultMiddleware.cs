namespace Backend.TrackmaniaSandbox;

/// <summary>Spoils requests at the level of HTTP; the faults about content are asked for by the hosts themselves.</summary>
internal sealed class FaultMiddleware(FaultPlan plan, TimeProvider clock, CancellationToken stopping)
{
    /// <returns>Whether there is an answer; if not, the connection is cut.</returns>
    public async Task<bool> AnswersAsync(HttpContext context, SandboxHost host, string target, RequestDelegate next)
    {
        if (plan.Take(host, target, kind => kind == FaultKind.Slow) is { } slow)
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await Task.WhenAny(Task.Delay(slow.Fault.Delay, clock, gone.Token), slow.Released);
            if (context.RequestAborted.IsCancellationRequested)
            {
                return false;
            }
        }

        var rule = plan.Take(host, target, kind => kind is not (FaultKind.Slow or FaultKind.EmptyPositions or FaultKind.Stale));
        switch (rule?.Fault.Kind)
        {
            case null:
                await next(context);
                break;
            case FaultKind.TooManyRequests:
                await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "Too Many Requests", rule.Fault.RetryAfter);
                break;
            case FaultKind.InternalServerError:
                await RefuseAsync(context, StatusCodes.Status500InternalServerError, "Internal Server Error", null);
                break;
            case FaultKind.BadGateway:
                await RefuseAsync(context, StatusCodes.Status502BadGateway, "Bad Gateway", null);
                break;
            case FaultKind.ServiceUnavailable:
                await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Service Unavailable", rule.Fault.RetryAfter);
                break;
            case FaultKind.Unauthorized:
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                break;
            case FaultKind.ConnectionReset:
                context.Abort();
                return false;
            case FaultKind.Hang:
                return await HangAsync(context, rule, next);
            default:
                await CutAsync(context, rule.Fault.Kind == FaultKind.TruncatedBody, next);
                break;
        }

        return true;
    }

    private static async Task RefuseAsync(HttpContext context, int status, string title, TimeSpan? retryAfter)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html";
        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await context.Response.WriteAsync(
            $"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body><center><h1>{status} {title}</h1></center></body>\r\n</html>\r\n",
            context.RequestAborted);
    }

    private static async Task CutAsync(HttpContext context, bool keepLength, RequestDelegate next)
    {
        var client = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await next(context);
        context.Response.Body = client;

        var half = (int)(answer.Length / 2);

        // The server closes the connection itself after an answer that is too short. An abort could overtake the half
        // that was sent, and the client would see a reset instead.
        context.Response.ContentLength = keepLength ? answer.Length : half;
        await client.WriteAsync(answer.GetBuffer().AsMemory(0, half), context.RequestAborted);
    }

    private async Task<bool> HangAsync(HttpContext context, FaultRule rule, RequestDelegate next)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (gone.Token.Register(() => left.TrySetResult()))
        {
            await Task.WhenAny(rule.Released, left.Task);
        }

        if (stopping.IsCancellationRequested)
        {
            context.Abort();
            return false;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return false;
        }

        await next(context);
        return true;
    }
}
