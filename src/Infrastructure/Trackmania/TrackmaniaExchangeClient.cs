using System.Globalization;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

internal sealed class TrackmaniaExchangeClient(
    HttpClient http, TrackmaniaAddresses addresses, MapSnapshots snapshots, TimeProvider time, ILogger<TrackmaniaExchangeClient> logger) : IMapDirectory
{
    private const int ListingPageSize = 1000;
    private const int MaxListingPages = 100;

    private static readonly string s_listingFields = Uri.EscapeDataString("MapId,MapUid,Name,Authors,Uploader.Name");

    private static readonly string s_searchFields = Uri.EscapeDataString(
        "MapId,MapUid,Name,Authors,Uploader.Name,UploadedAt,DownloadCount,Medals.Author,Medals.Gold,Medals.Silver,Medals.Bronze");

    public async Task<Result<IReadOnlyList<MapListing>>> ListMapsAsync(string mapper, CancellationToken cancellationToken)
    {
        var name = mapper.Trim();
        if (name.Length == 0 || !TextKey.IsWellFormed(name))
        {
            return Array.Empty<MapListing>();
        }

        var key = TextKey.Of(name);
        var query = $"/api/maps?fields={s_listingFields}&count={ListingPageSize}&author={Uri.EscapeDataString(name)}";
        var seen = new HashSet<long>();
        var maps = new List<MapListing>();
        long? cursor = null;
        for (var page = 0; page < MaxListingPages; page++)
        {
            var answer = await AskAsync(query, cursor, cancellationToken);
            if (!answer.IsSuccess)
            {
                return answer.Error;
            }

            var (more, rows) = answer.Value;
            if (rows is null)
            {
                return UpstreamErrors.Unintelligible(UpstreamService.Tmx);
            }

            var advanced = false;
            foreach (var row in rows)
            {
                if (row?.MapId is { } id && seen.Add(id))
                {
                    advanced = true;
                    if (IsBy(row, key))
                    {
                        maps.Add(new MapListing(id, MapUid.TryCreate(row.MapUid, out var uid) ? uid : null, row.Name ?? ""));
                    }
                }
            }

            // A page of nothing but known maps means that the cursor stands still or runs in a circle.
            if (more != true || !advanced || rows[^1]?.MapId is not { } last || last == cursor)
            {
                return maps;
            }

            cursor = last;
        }

        UpstreamLog.ListingCutShort(logger, UpstreamService.Tmx.Name, MaxListingPages);
        return maps;
    }

    public async Task<Result<FoundMaps>> SearchAsync(MapFilter filter, int page, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(page, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(page, IMapDirectory.MaxPages);
        var asked = filter.MapUid is { } uid ? MapFilter.ByUid(uid) : MapFilter.ByName(filter.Name!.Trim());
        if (asked.Name is { } name && (name.Length == 0 || !TextKey.IsWellFormed(name)))
        {
            return new FoundMaps([], HasMore: false);
        }

        var snapshot = snapshots.Open(asked, startedAt => new MapSnapshot(
            startedAt, (cursor, count, cancelled) => AskAsync(asked, cursor, count, cancelled), row => Found(row, asked.MapUid), logger));
        try
        {
            return await snapshot.ReadAsync(page, cancellationToken);
        }
        finally
        {
            snapshots.Weigh(asked, snapshot);
        }
    }

    private async Task<Result<TmxPage>> AskAsync(MapFilter filter, long? cursor, int count, CancellationToken cancellationToken)
    {
        if (filter.MapUid is not { } uid)
        {
            return await AskAsync($"/api/maps?fields={s_searchFields}&count={count}&name={Uri.EscapeDataString(filter.Name!)}", cursor, cancellationToken);
        }

        // The site answers an unknown filter with everybody's maps: more than a page of one UID could only be that.
        var answer = await AskAsync($"/api/maps?fields={s_searchFields}&count={IMapDirectory.PageSize}&uid={Uri.EscapeDataString(uid.Value)}", cursor: null, cancellationToken);
        return answer.IsSuccess ? answer.Value with { More = false } : answer;
    }

    /// <param name="cursor">The map after which to go on.</param>
    private async Task<Result<TmxPage>> AskAsync(string query, long? cursor, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, addresses.Tmx.Below(cursor is null ? query : $"{query}&after={cursor}"));
        var answer = await http.FetchAsync(UpstreamService.Tmx, request, UpstreamJson.Default.TmxPage, time, logger, cancellationToken);
        return answer.IsSuccess ? answer.Value.Body : answer.Error;
    }

    /// <summary>Null for a map that nobody can follow or date, and for one with another UID than the wanted one.</summary>
    private static FoundMap? Found(TmxMap row, MapUid? wanted) =>
        row.MapId is { } id && MapUid.TryCreate(row.MapUid, out var uid) && (wanted is null || uid == wanted) && UploadedAt(row) is { } uploadedAt
            ? new FoundMap(id, uid, row.Name ?? "", AuthorsOf(row), MedalsOf(row), uploadedAt, (int)Math.Clamp(row.DownloadCount ?? 0, 0, int.MaxValue))
            : null;

    /// <summary>Said to be UTC: a date without a zone would else be taken for one of the machine's.</summary>
    private static DateTimeOffset? UploadedAt(TmxMap row) =>
        DateTimeOffset.TryParse(row.UploadedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment.ToWholeMilliseconds()
            : null;

    private static IReadOnlyList<string> AuthorsOf(TmxMap row)
    {
        var authors = (row.Authors ?? []).Select(author => author?.User?.Name).Append(row.Authors is { Count: > 0 } ? null : row.Uploader?.Name);
        return [.. authors.Where(name => !string.IsNullOrWhiteSpace(name)).Select(name => name!).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>A negative time stands for none.</summary>
    private static Medals MedalsOf(TmxMap row) => new(Time(row.Medals?.Author), Time(row.Medals?.Gold), Time(row.Medals?.Silver), Time(row.Medals?.Bronze));

    private static long? Time(long? medal) => medal >= 0 ? medal : null;

    /// <summary>The site answers an unknown filter with everybody's maps, so that the filter's effect has to be checked.</summary>
    private static bool IsBy(TmxMap map, string key) =>
        Matches(map.Uploader, key) || (map.Authors?.Any(author => Matches(author?.User, key)) ?? false);

    private static bool Matches(TmxUserRow? user, string key) => user?.Name is { } name && TextKey.Of(name.Trim()) == key;
}
