using System.Collections.Frozen;
using System.Text.Json;
using Backend.Application.Ports;
using Backend.Domain.Common;

namespace Backend.WebApi.Http;

/// <summary>
/// How a caller stands with the limits of a route, as draft-ietf-httpapi-ratelimit-headers-11 writes it:
/// <c>RateLimit-Policy: "login";q=5;w=300</c> is the rule and <c>RateLimit: "login";r=4;t=300</c> says that in the next 300
/// seconds 4 calls are left. A limit that is switched off, or that a request did not come to, is not there.
/// </summary>
internal static class RateLimitHeaders
{
    public const string CurrentName = "RateLimit";
    public const string PolicyName = "RateLimit-Policy";

    /// <summary>For the API document.</summary>
    private static readonly Error s_refusal = new RateLimitVerdict(IsAllowed: false, TimeSpan.FromSeconds(42)).Refusal!;

    private static readonly FrozenDictionary<RateLimit, string> s_names =
        Enum.GetValues<RateLimit>().ToFrozenDictionary(limit => limit, limit => JsonNamingPolicy.KebabCaseLower.ConvertName(limit.ToString()));

    /// <summary>Declares the limits that the route's handler takes. Its answers then tell how the caller stands with those it took.</summary>
    public static RouteHandlerBuilder Limited(this RouteHandlerBuilder route, params RateLimit[] limits) => route.Limited(limits, untold: []);

    /// <param name="limits">Told in the answer.</param>
    /// <param name="untold">Taken as well, but nobody may learn from an answer how much of them is left.</param>
    /// <inheritdoc cref="Limited(RouteHandlerBuilder, RateLimit[])"/>
    public static RouteHandlerBuilder Limited(this RouteHandlerBuilder route, RateLimit[] limits, RateLimit[] untold)
    {
        var declared = new RouteLimits(limits.ToFrozenSet(), untold.ToFrozenSet());
        return route.WithMetadata(declared).Fails(s_refusal).AddEndpointFilter(async (context, next) =>
        {
            var taken = TakenLimits.Begin(declared);
            var result = await next(context);
            Write(taken.Told(), context.HttpContext.Response.Headers);
            return result;
        });
    }

    /// <param name="quotas">Nothing is written when there are none.</param>
    public static void Write(IReadOnlyCollection<KeyValuePair<RateLimit, RateLimitQuota>> quotas, IHeaderDictionary headers)
    {
        if (quotas.Count == 0)
        {
            return;
        }

        headers[PolicyName] = string.Join(", ", quotas.Select(q => $"\"{s_names[q.Key]}\";q={q.Value.Calls};w={WholeSeconds.From(q.Value.Window)}"));
        headers[CurrentName] = string.Join(", ", quotas.Select(q => $"\"{s_names[q.Key]}\";r={q.Value.Remaining};t={WholeSeconds.From(q.Value.Reset)}"));
    }
}

/// <summary>The limits that a route declares.</summary>
/// <param name="Untold">Declared, but not told to callers.</param>
internal sealed record RouteLimits(FrozenSet<RateLimit> Told, FrozenSet<RateLimit> Untold)
{
    public bool Declares(RateLimit limit) => Told.Contains(limit) || Untold.Contains(limit);
}

/// <summary>The limits that were taken for one request of a route that declares some.</summary>
internal sealed class TakenLimits
{
    private static readonly AsyncLocal<TakenLimits?> s_current = new();

    private readonly RouteLimits _declared;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<RateLimit, RateLimitQuota> _told = [];

    private TakenLimits(RouteLimits declared) => _declared = declared;

    /// <summary>Those of the request that runs now; null outside the routes that declare limits.</summary>
    public static TakenLimits? Current => s_current.Value;

    /// <summary>From here to the end of the calling method they are <see cref="Current"/>.</summary>
    public static TakenLimits Begin(RouteLimits declared) => s_current.Value = new TakenLimits(declared);

    public bool MayTake(RateLimit limit) => _declared.Declares(limit);

    /// <summary>Of a limit that is taken more than once for different keys, the scarcest is kept.</summary>
    public void Add(RateLimit limit, RateLimitQuota quota)
    {
        if (!_declared.Told.Contains(limit))
        {
            return;
        }

        lock (_lock)
        {
            if (!_told.TryGetValue(limit, out var other) || quota.Remaining <= other.Remaining)
            {
                _told[limit] = quota;
            }
        }
    }

    public IReadOnlyCollection<KeyValuePair<RateLimit, RateLimitQuota>> Told()
    {
        lock (_lock)
        {
            return [.. _told];
        }
    }
}

/// <summary>Lets routes see the verdicts that their handlers get, without the handlers knowing.</summary>
/// <param name="isStrict">A limit that the route does not declare is a bug to be thrown; otherwise it is only not told.</param>
internal sealed class ObservedRateLimiter(IRateLimiter limiter, bool isStrict) : IRateLimiter
{
    public async Task<RateLimitVerdict> TryTakeAsync(RateLimit limit, string key, CancellationToken cancellationToken)
    {
        var taken = TakenLimits.Current;
        if (isStrict && taken?.MayTake(limit) != true)
        {
            throw new InvalidOperationException($"The limit {limit} is taken for a route that does not declare it with {nameof(RateLimitHeaders.Limited)}.");
        }

        var verdict = await limiter.TryTakeAsync(limit, key, cancellationToken);
        if (verdict.Quota is { } quota)
        {
            taken?.Add(limit, quota);
        }

        return verdict;
    }

    public Task ForgetAsync(string owner, CancellationToken cancellationToken) => limiter.ForgetAsync(owner, cancellationToken);
}

internal static class RateLimitObservation
{
    /// <summary>Puts <see cref="ObservedRateLimiter"/> before the adapter that was chosen, in its place.</summary>
    public static void ObserveRateLimits(this IServiceCollection services, bool isStrict)
    {
        // With a wrong configuration there is none, which has a sentence of its own.
        if (services.SingleOrDefault(service => service.ServiceType == typeof(IRateLimiter)) is not { } chosen)
        {
            return;
        }

        // By its type, so that what it needs is still checked when the container is built.
        var adapter = chosen.ImplementationType ?? throw new InvalidOperationException($"{nameof(IRateLimiter)} is not registered by its type.");
        services.Remove(chosen);
        services.AddSingleton(adapter);
        services.AddSingleton<IRateLimiter>(provider => new ObservedRateLimiter((IRateLimiter)provider.GetRequiredService(adapter), isStrict));
    }
}
