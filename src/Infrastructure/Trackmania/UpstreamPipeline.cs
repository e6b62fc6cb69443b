using System.Net;
using Backend.Application.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.Timeout;

namespace Backend.Infrastructure.Trackmania;

/// <summary>What every request passes through, from outside in: retry, slot of the budget, time limit of the attempt, whole answer, connection.</summary>
internal static class UpstreamPipeline
{
    private static readonly TimeSpan s_longestBackoff = TimeSpan.FromSeconds(15);

    public static IHttpClientBuilder AddUpstreamPipeline(
        this IHttpClientBuilder client, UpstreamService service, UpstreamPriority priority, TimeSpan timeout, long maxBytes, TrackmaniaOptions options)
    {
        client
            .ConfigureHttpClient(http =>
            {
                http.Timeout = Timeout.InfiniteTimeSpan;
                // Without validation, because the operator's text need not follow the grammar of the header.
                http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", options.UserAgent);
                http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/json");
            })
            .ConfigurePrimaryHttpMessageHandler(provider => Connection(service, provider.GetRequiredService<IUpstreamBudget>(), options))
            // The connection pool renews itself, so that a client may live as long as the singleton that holds it.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // The standard loggers write addresses with their queries.
            .RemoveAllLoggers();
        client.AddResilienceHandler("retry", (pipeline, context) => AddRetry(pipeline, service, options, context.ServiceProvider));
        client.AddHttpMessageHandler(provider => new BudgetHandler(
            service,
            priority,
            provider.GetRequiredService<IUpstreamBudget>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BudgetHandler>>()));
        client.AddResilienceHandler("attempt", (pipeline, context) => Quiet(pipeline, context.ServiceProvider).AddTimeout(timeout));
        client.AddHttpMessageHandler(() => new WholeAnswerHandler(maxBytes));
        return client;
    }

    /// <summary>Worth another attempt: no answer in time, no connection, a body cut short, 408, 429, 5xx.</summary>
    private static bool IsTransient(Outcome<HttpResponseMessage> outcome, TimeProvider time) => outcome switch
    {
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } } => false,
        { Exception: HttpRequestException or TimeoutRejectedException or IOException } => true,
        { Result: { } response } when QuietTime.RetryAfter(response, time) > QuietTime.Longest => false,
        { Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } => true,
        _ => false,
    };

    private static void AddRetry(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, UpstreamService service, TrackmaniaOptions options, IServiceProvider provider)
    {
        if (options.MaxRetries == 0)
        {
            return;
        }

        var time = provider.GetRequiredService<TimeProvider>();
        var logger = provider.GetRequiredService<ILogger<BudgetHandler>>();
        Quiet(pipeline, provider).AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = options.MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.RetryDelay,
            MaxDelay = s_longestBackoff,
            // Replaced below: the built-in reading of the header knows neither our clock nor our limit.
            ShouldRetryAfterHeader = false,
            DelayGenerator = attempt => ValueTask.FromResult(
                attempt.Outcome.Result is { } response && QuietTime.RetryAfter(response, time) is { } wait && wait > TimeSpan.Zero ? wait : (TimeSpan?)null),
            ShouldHandle = attempt => ValueTask.FromResult(IsTransient(attempt.Outcome, time)),
            OnRetry = attempt =>
            {
                UpstreamLog.Retrying(logger, service.Name, attempt.AttemptNumber + 1, Reason(attempt.Outcome), attempt.RetryDelay.TotalSeconds);
                return ValueTask.CompletedTask;
            },
        });
    }

    private static string Reason(Outcome<HttpResponseMessage> outcome) =>
        outcome.Result is { } response ? ((int)response.StatusCode).ToString() : UpstreamCall.Reason(outcome.Exception!);

    /// <summary>On the injected clock, and without the library's own log lines, which would say everything a second time.</summary>
    private static ResiliencePipelineBuilder<HttpResponseMessage> Quiet(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, IServiceProvider provider)
    {
        pipeline.TimeProvider = provider.GetRequiredService<TimeProvider>();
        return pipeline.ConfigureTelemetry(NullLoggerFactory.Instance);
    }

    private static SocketsHttpHandler Connection(UpstreamService service, IUpstreamBudget budget, TrackmaniaOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = new LoopbackBypassingProxy(HttpClient.DefaultProxy),
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // A request that must first open its connection arrives late; without this the next one would follow it too closely.
        PlaintextStreamFilter = async (context, cancellationToken) =>
        {
            await budget.PauseAsync(service.Host, options.SpacingOf(service.Host), cancellationToken);
            return context.PlaintextStream;
        },
    };
}
