using System.Net;

namespace Backend.Infrastructure.Trackmania;

/// <summary>How long a service wants to be left alone.</summary>
internal static class QuietTime
{
    /// <summary>No longer pause is imposed on the other callers, whatever one answer says.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_unasked = TimeSpan.FromSeconds(2);

    /// <summary>The answer's <c>Retry-After</c>, counted from now; null without one.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date - time.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The pause an answer calls for; null when it calls for none.</summary>
    /// <param name="attempt">Of the same request; one that meets 429 again and again waits longer each time.</param>
    public static TimeSpan? AskedBy(HttpResponseMessage response, int attempt, TimeProvider time)
    {
        var asked = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => RetryAfter(response, time) ?? s_unasked * (1 << Math.Clamp(attempt - 1, 0, 5)),
            HttpStatusCode.ServiceUnavailable => RetryAfter(response, time),
            _ => null,
        };
        return asked > Longest ? Longest : asked;
    }
}
