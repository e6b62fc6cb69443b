using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

internal sealed class TrackmaniaExchangeClient(HttpClient http, TrackmaniaAddresses addresses, TimeProvider time, ILogger<TrackmaniaExchangeClient> logger) : IMapDirectory
{
    private const int PageSize = 1000;
    private const int MaxPages = 100;

    private static readonly string s_fields = Uri.EscapeDataString("MapId,MapUid,Name,Authors,Uploader.Name");

    public async Task<Result<IReadOnlyList<MapListing>>> ListMapsAsync(string mapper, CancellationToken cancellationToken)
    {
        var name = mapper.Trim();
        if (name.Length == 0 || !TextKey.IsWellFormed(name))
        {
            return Array.Empty<MapListing>();
        }

        var key = TextKey.Of(name);
        var query = $"/api/maps?fields={s_fields}&count={PageSize}&author={Uri.EscapeDataString(name)}";
        var seen = new HashSet<long>();
        var maps = new List<MapListing>();
        long? cursor = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, addresses.Tmx.Below(cursor is null ? query : $"{query}&after={cursor}"));
            var answer = await http.FetchAsync(UpstreamService.Tmx, request, UpstreamJson.Default.TmxPage, time, logger, cancellationToken);
            if (!answer.IsSuccess)
            {
                return answer.Error;
            }

            var (more, rows) = answer.Value.Body;
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

        UpstreamLog.ListingCutShort(logger, UpstreamService.Tmx.Name, MaxPages);
        return maps;
    }

    /// <summary>The site answers an unknown filter with everybody's maps, so that the filter's effect has to be checked.</summary>
    private static bool IsBy(TmxMap map, string key) =>
        Matches(map.Uploader, key) || (map.Authors?.Any(author => Matches(author?.User, key)) ?? false);

    private static bool Matches(TmxUser? user, string key) => user?.Name is { } name && TextKey.Of(name.Trim()) == key;
}
