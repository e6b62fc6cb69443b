using Backend.Application.Common.Messaging;
using Backend.Domain.Common;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Backend.Application.Common.Behaviours;

/// <summary>Logs the name, the outcome and the duration of every request. Never the request itself: it may hold secrets.</summary>
internal sealed partial class RequestLoggingBehaviour<TRequest, TResponse>(ILogger<RequestLoggingBehaviour<TRequest, TResponse>> logger, TimeProvider clock)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
    where TResponse : IFailable<TResponse>
{
    private static readonly string Name = typeof(TRequest).Name;
    private static readonly bool IsQuery = typeof(TRequest).GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IQuery<>));

    private static readonly bool IsPeriodic = typeof(TRequest).IsAssignableTo(typeof(IPeriodic));

    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var started = clock.GetTimestamp();
        TResponse response;
        try
        {
            response = await next();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogThrown(Name, exception.GetType().Name, clock.GetElapsedTime(started).TotalMilliseconds);
            throw;
        }

        // Anybody can send queries that fail for want of a good token or id, as often as he likes.
        var level = IsQuery && (response.Error is null or { Kind: ErrorKind.Unauthenticated or ErrorKind.NotFound }) || (IsPeriodic && response.Error is null) ? LogLevel.Debug : LogLevel.Information;
        if (logger.IsEnabled(level))
        {
            LogOutcome(level, Name, response.Error?.Code ?? "ok", clock.GetElapsedTime(started).TotalMilliseconds);
        }

        return response;
    }

    [LoggerMessage(Message = "{Request} {Outcome} in {Milliseconds:0.0} ms")]
    private partial void LogOutcome(LogLevel level, string request, string outcome, double milliseconds);

    [LoggerMessage(LogLevel.Information, "{Request} threw {Exception} after {Milliseconds:0.0} ms")]
    private partial void LogThrown(string request, string exception, double milliseconds);
}
