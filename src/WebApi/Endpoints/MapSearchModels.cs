using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;

namespace Backend.WebApi.Endpoints;

/// <param name="Mapper">Whole name on Trackmania Exchange, in any case.</param>
/// <param name="Period">How far back to look: a day, a week or a month.</param>
internal sealed record SubmitMapSearchBody(string? Mapper, [property: PeriodName] string? Period);

/// <param name="Results">Path of the results.</param>
/// <param name="Error">Why the search failed; absent otherwise.</param>
internal sealed record MapSearchResponse(
    string Id,
    string Mapper,
    [property: PeriodName] string Period,
    [property: MapSearchStateName] string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    ProgressResponse Progress,
    string Results,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error)
{
    public static MapSearchResponse From(MapSearchJob job, int? queuePlace) => new(
        job.Id.ToString(),
        job.Mapper,
        job.Period.Name,
        NameOf(job.State),
        job.CreatedAt,
        job.UpdatedAt,
        ProgressResponse.From(job, queuePlace),
        $"/api/v1/map-searches/{job.Id}/results",
        job.Failure);

    public static string NameOf(MapSearchState state) => state switch
    {
        MapSearchState.Pending => "pending",
        MapSearchState.Processing => "processing",
        MapSearchState.Completed => "completed",
        MapSearchState.Failed => "failed",
        MapSearchState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No name is known for this state."),
    };
}

internal sealed record MapSearchListResponse(IEnumerable<MapSearchResponse> Items);

/// <param name="MapsDone">Maps whose rows are in the results; never shrinks.</param>
/// <param name="MapsTotal">Null until the maps are listed.</param>
/// <param name="MapsFailed">Maps among those done whose leaderboard could not be read.</param>
/// <param name="Attempt">From 1; grows when a run ends without progress.</param>
/// <param name="SecondsLeft">Estimate; null while nothing is known.</param>
/// <param name="QueuePlace">Searches that will be started before this one; null when it does not wait or nobody can tell.</param>
internal sealed record ProgressResponse([property: MapSearchPhaseName] string Phase, int MapsDone, int? MapsTotal, int MapsFailed, long RecordsFound, int Attempt, int? SecondsLeft, int? QueuePlace)
{
    public static ProgressResponse From(MapSearchJob job, int? queuePlace) =>
        new(NameOf(job.Phase), job.MapsDone, job.MapsTotal, job.MapsFailed, job.RecordsFound, job.Attempt, job.SecondsLeft(), queuePlace);

    private static string NameOf(MapSearchPhase phase) => phase switch
    {
        MapSearchPhase.Queued => "queued",
        MapSearchPhase.ListingMaps => "listing-maps",
        MapSearchPhase.ReadingLeaderboards => "reading-leaderboards",
        MapSearchPhase.ResolvingNames => "resolving-names",
        MapSearchPhase.Finished => "finished",
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "No name is known for this phase."),
    };
}

/// <param name="Status">State of the search when the rows were read.</param>
/// <param name="Next">Pass it as <c>after</c> to read on; the index of the last map that this page covers.</param>
/// <param name="Complete">The search is over and this page reaches its end.</param>
/// <param name="Items">The page's maps that have new records or could not be read, in order.</param>
internal sealed record MapSearchResultsResponse([property: MapSearchStateName] string Status, int Next, bool Complete, IAsyncEnumerable<MapResultResponse> Items)
{
    public static MapSearchResultsResponse From(MapSearchResults results, int after, int limit)
    {
        var last = results.Job.MapsDone - 1;
        var next = after >= last ? Math.Min(after, Math.Max(last, -1)) : (int)Math.Min((long)after + limit, last);
        return new(
            MapSearchResponse.NameOf(results.Job.State),
            next,
            results.Job.IsFinished && next >= last,
            results.Rows
                .TakeWhile(named => named.Row.Index <= next)
                .Where(static named => named.Row.Entries.Count > 0 || named.Row.Failure is not null)
                .Select(MapResultResponse.From));
    }
}

/// <param name="Index">Place among the mapper's maps, newest upload first, from 0.</param>
/// <param name="MapId">Trackmania Exchange's number of the map.</param>
/// <param name="Error">Why the map's leaderboard could not be read; absent otherwise.</param>
internal sealed record MapResultResponse(
    int Index,
    long MapId,
    string? MapUid,
    string MapName,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error,
    IEnumerable<LeaderboardEntryResponse> Leaderboard)
{
    public static MapResultResponse From(NamedMapSearchRow named)
    {
        var row = named.Row;
        return new(row.Index, row.Map.MapId, row.Map.MapUid?.Value, row.Map.Name, row.Failure, row.Entries.Select(e => LeaderboardEntryResponse.From(e, named.Names)));
    }
}

/// <param name="Score">Milliseconds; -1 when the mapper keeps times secret.</param>
/// <param name="Timestamp">When the record was driven, unix seconds.</param>
/// <param name="PlayerName">Absent when the account has no known name.</param>
internal sealed record LeaderboardEntryResponse(
    string AccountId,
    string ZoneId,
    string ZoneName,
    int Position,
    long Score,
    long? Timestamp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PlayerName)
{
    public static LeaderboardEntryResponse From(LeaderboardEntry entry, IReadOnlyDictionary<AccountId, string> names) => new(
        entry.AccountId.ToString(),
        entry.ZoneId,
        entry.ZoneName,
        entry.Position,
        entry.Time.OnTheWire,
        entry.DrivenAt?.ToUnixTimeSeconds(),
        names.GetValueOrDefault(entry.AccountId));
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class PeriodNameAttribute() : AllowedValuesAttribute("1d", "1w", "1m");

[AttributeUsage(AttributeTargets.Property)]
internal sealed class MapSearchStateNameAttribute() : AllowedValuesAttribute("pending", "processing", "completed", "failed", "cancelled");

[AttributeUsage(AttributeTargets.Property)]
internal sealed class MapSearchPhaseNameAttribute() : AllowedValuesAttribute("queued", "listing-maps", "reading-leaderboards", "resolving-names", "finished");
