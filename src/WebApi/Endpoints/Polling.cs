using Backend.Domain.MapSearches;
using Backend.WebApi.Http;
using Microsoft.Net.Http.Headers;

namespace Backend.WebApi.Endpoints;

/// <summary>What all answers about a search share: its version as ETag, and when to ask again.</summary>
internal static class Polling
{
    private const int SecondsBetweenPolls = 2;

    /// <summary>Documents that the route answers 304 to whoever knows the current version already.</summary>
    public static RouteHandlerBuilder IsPolled(this RouteHandlerBuilder route) => route.Produces(StatusCodes.Status304NotModified);

    public static void Describe(HttpResponse response, MapSearchJob job)
    {
        response.Headers.ETag = $"\"{job.Version}\"";
        if (!job.IsFinished)
        {
            response.Headers.RetryAfter = SecondsBetweenPolls.ToString();
        }
    }

    /// <summary>The version in If-None-Match, if there is just one and it is one of ours.</summary>
    public static long? KnownVersion(HttpRequest request) =>
        EntityTagHeaderValue.TryParse(request.Headers.IfNoneMatch.ToString(), out var tag)
        && long.TryParse(tag.Tag.AsSpan().Trim('"'), out var version)
        && tag.Tag == $"\"{version}\""
            ? version
            : null;

    /// <summary>False for an id that no search can have.</summary>
    public static bool TryReadKey(string id, CurrentUser caller, out MapSearchKey key)
    {
        var valid = Guid.TryParseExact(id, "D", out var guid);
        key = new MapSearchKey(caller.Id, new MapSearchId(guid));
        return valid;
    }
}
