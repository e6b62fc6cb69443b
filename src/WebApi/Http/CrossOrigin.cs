using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;

namespace Backend.WebApi.Http;

/// <summary>Pages of which other origins may use the service from a browser (setting <c>ALLOWED_ORIGIN</c>). Without the setting none, and no answer says anything about it.</summary>
internal static class CrossOrigin
{
    public const string Setting = "ALLOWED_ORIGIN";

    private static readonly TimeSpan s_preflightAge = TimeSpan.FromMinutes(10);

    /// <param name="errors">Gets one sentence for each entry that is no origin.</param>
    public static IReadOnlyList<string> ReadOrigins(IConfiguration configuration, ICollection<string> errors)
    {
        var origins = new List<string>();
        foreach (var entry in (configuration[Setting] ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IsOrigin(entry))
            {
                origins.Add(entry);
            }
            else
            {
                errors.Add($"{Setting} holds '{entry}', which is no origin such as https://app.example.org: scheme, host and, unless it is the usual one, port, with nothing behind them.");
            }
        }

        return origins;
    }

    /// <summary>No credentials: this service uses neither cookies nor client certificates.</summary>
    public static void Allow(CorsPolicyBuilder policy, IReadOnlyList<string> origins) => policy
        .WithOrigins([.. origins])
        .WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Delete, HttpMethods.Options)
        .WithHeaders(HeaderNames.ContentType, HeaderNames.Authorization, HeaderNames.IfNoneMatch, "X-Amz-Date", "X-Api-Key", "X-Amz-Security-Token")
        .WithExposedHeaders(HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter, RateLimitHeaders.CurrentName, RateLimitHeaders.PolicyName, HeaderNames.WWWAuthenticate)
        .SetPreflightMaxAge(s_preflightAge);

    /// <summary>As browsers write it, since it is compared with what they send.</summary>
    private static bool IsOrigin(string entry) =>
        Uri.TryCreate(entry, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0
        && !entry.Contains('*', StringComparison.Ordinal)
        && uri.GetLeftPart(UriPartial.Authority).Equals(entry, StringComparison.OrdinalIgnoreCase);
}
