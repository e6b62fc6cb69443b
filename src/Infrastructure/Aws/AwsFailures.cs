using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Backend.Application.Ports;

namespace Backend.Infrastructure.Aws;

/// <summary>Tells a service that is away, or overloaded, from a request that is wrong.</summary>
internal static class AwsFailures
{
    /// <summary>
    /// Requests must be answered within 5 s whatever AWS does. The SDK repeats what may be repeated within that time, with pauses that grow.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Parts of the codes of a service that has no capacity, lacks what we look for, or is closed to us.</summary>
    private static readonly string[] s_passing =
    [
        "Throttl",
        "LimitExceeded",
        "ProvisionedThroughputExceeded",
        "ResourceNotFound",
        "NonExistentQueue",
        "QueueDoesNotExist",
        "TransactionInProgress",
        "ExpiredToken",
        "UnrecognizedClient",
        "AccessDenied",
        "NotAuthorized",
        "Signature",
        "AuthenticationToken",
        "InvalidClientTokenId",
        "RequestTimeout",
    ];

    /// <summary>
    /// Runs a call to its end even when the caller has gone, so that it is known what became of it, but no longer than the time limit,
    /// which counts in real time, as the SDK does.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The service cannot be reached, throttles or fails.</exception>
    public static async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(patience ?? Patience, TimeProvider.System);
        try
        {
            return await call(limit.Token);
        }
        catch (Exception exception) when (IsUnavailable(exception) || exception is OperationCanceledException)
        {
            throw new StoreUnavailableException($"AWS cannot be reached or does not answer: {ReasonOf(exception)}", exception);
        }
    }

    public static bool IsUnavailable(Exception exception) => exception switch
    {
        // A table or queue that is missing or closed to us is an outage too: it is no request's fault, and may be mended while we run.
        AmazonServiceException service => (int)service.StatusCode >= 500 || service.StatusCode is default(HttpStatusCode) or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests || IsPassing(service.ErrorCode),
        AmazonClientException => true,
        HttpRequestException or SocketException or IOException or TimeoutException => true,
        _ => false,
    };

    /// <summary>For people and logs; what the SDK says of a request holds no secret.</summary>
    private static string ReasonOf(Exception exception) => exception switch
    {
        OperationCanceledException or TimeoutException => "no answer in time",
        AmazonServiceException service => $"{service.ErrorCode}, {service.Message.TrimEnd('.')}",
        _ => exception.GetBaseException().Message.TrimEnd('.'),
    };

    private static bool IsPassing(string? code) => code is not null && s_passing.Any(part => code.Contains(part, StringComparison.Ordinal));
}
