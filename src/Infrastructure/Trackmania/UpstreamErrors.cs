using Backend.Domain.Common;

namespace Backend.Infrastructure.Trackmania;

/// <summary>Every way in which a call to one of the Trackmania services can fail.</summary>
internal static class UpstreamErrors
{
    /// <summary>No connection, one that broke off, a 408, 429 or 5xx, after all attempts.</summary>
    public static Error Unavailable(UpstreamService service, TimeSpan? retryAfter = null) =>
        Of(service, "unavailable", "does not answer at the moment.") with { IsTransient = true, RetryAfter = retryAfter };

    /// <summary>No answer within our own time limit, after all attempts. Its code is that of <see cref="Unavailable"/>, because a client does the same about it.</summary>
    public static Error TimedOut(UpstreamService service) =>
        Unavailable(service) with { Kind = ErrorKind.UpstreamTimeout };

    /// <summary>A 401 although the token was renewed, or refused credentials.</summary>
    public static Error Unauthorized(UpstreamService service) =>
        Of(service, "unauthorized", "does not accept the credentials of this server.") with { IsTransient = true };

    /// <summary>Whether it is <see cref="Unauthorized"/> of any service.</summary>
    public static bool IsUnauthorized(Error error) => error.Code.EndsWith("_unauthorized", StringComparison.Ordinal);

    /// <summary>Any other 3xx or 4xx.</summary>
    public static Error Refused(UpstreamService service) =>
        Of(service, "refused", "refused a request of this server.");

    /// <summary>An answer that is too large, no JSON, or not of the agreed shape.</summary>
    public static Error Unintelligible(UpstreamService service) =>
        Of(service, "unintelligible", "gave an answer that this server does not understand.");

    private static Error Of(UpstreamService service, string code, string predicate) =>
        new(ErrorKind.Upstream, $"upstream.{service.Code}_{code}", $"{service.Name} {predicate}");
}
