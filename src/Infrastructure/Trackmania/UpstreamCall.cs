using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;
using Polly.Timeout;

namespace Backend.Infrastructure.Trackmania;

/// <summary>An answer of the agreed shape.</summary>
/// <param name="AskedAt">When the attempt that succeeded was sent.</param>
internal sealed record UpstreamAnswer<T>(T Body, DateTimeOffset AskedAt);

/// <summary>The only place that turns what can go wrong on the network into errors.</summary>
internal static class UpstreamCall
{
    /// <summary>Sends the request and reads its answer. Disposes the request.</summary>
    public static async Task<Result<UpstreamAnswer<T>>> FetchAsync<T>(
        this HttpClient http,
        UpstreamService service,
        HttpRequestMessage request,
        JsonTypeInfo<T> shape,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
        where T : class
    {
        using (request)
        {
            var (answer, error, reason) = await TryFetchAsync(http, service, request, shape, time, cancellationToken);
            if (answer is not null)
            {
                return answer;
            }

            UpstreamLog.GivenUp(logger, service.Name, Attempts.Count(request), reason);
            return error!;
        }
    }

    /// <summary>The same with a token. A refused token is replaced once and the request repeated once.</summary>
    public static async Task<Result<UpstreamAnswer<T>>> FetchAsync<T>(
        this HttpClient http,
        UpstreamService service,
        UpstreamTokens tokens,
        Func<Secret, HttpRequestMessage> request,
        JsonTypeInfo<T> shape,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
        where T : class
    {
        var token = await tokens.GetAsync(cancellationToken);
        if (!token.IsSuccess)
        {
            return token.Error;
        }

        var first = await http.FetchAsync(service, request(token.Value), shape, time, logger, cancellationToken);
        if (first.IsSuccess || first.Error.Code != UpstreamErrors.Unauthorized(service).Code)
        {
            return first;
        }

        token = await tokens.ReplaceAsync(token.Value, cancellationToken);
        return token.IsSuccess
            ? await http.FetchAsync(service, request(token.Value), shape, time, logger, cancellationToken)
            : token.Error;
    }

    /// <summary>An exception in a word or two; messages of exceptions may hold addresses.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        TimeoutRejectedException or OperationCanceledException => "timeout",
        HttpRequestException http => http.HttpRequestError.ToString(),
        _ => exception.GetType().Name,
    };

    private static async Task<(UpstreamAnswer<T>? Answer, Error? Error, string Reason)> TryFetchAsync<T>(
        HttpClient http,
        UpstreamService service,
        HttpRequestMessage request,
        JsonTypeInfo<T> shape,
        TimeProvider time,
        CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return (null, ErrorOf(service, response, time), ((int)response.StatusCode).ToString());
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var value = await JsonSerializer.DeserializeAsync(body, shape, cancellationToken);
            return value is null
                ? (null, UpstreamErrors.Unintelligible(service), "null")
                : (new UpstreamAnswer<T>(value, Attempts.LastAt(request)), null, "");
        }
        catch (JsonException)
        {
            return (null, UpstreamErrors.Unintelligible(service), "unexpected shape");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.InvalidResponse)
        {
            return (null, UpstreamErrors.Unintelligible(service), Reason(exception));
        }
        catch (TimeoutRejectedException exception)
        {
            return (null, UpstreamErrors.TimedOut(service), Reason(exception));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, UpstreamErrors.Unavailable(service), Reason(exception));
        }
    }

    private static Error ErrorOf(UpstreamService service, HttpResponseMessage response, TimeProvider time) => response.StatusCode switch
    {
        HttpStatusCode.Unauthorized => UpstreamErrors.Unauthorized(service),
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
            UpstreamErrors.Unavailable(service, QuietTime.RetryAfter(response, time)),
        _ => UpstreamErrors.Refused(service),
    };
}
