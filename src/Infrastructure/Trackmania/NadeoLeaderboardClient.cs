using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

internal sealed class NadeoLeaderboardClient(HttpClient http, TrackmaniaAddresses addresses, NadeoTokenProvider provider, TimeProvider time, ILogger<NadeoLeaderboardClient> logger) : ILeaderboardSource, IPositionSource
{
    public async Task<Result<Leaderboard>> ReadAsync(MapUid mapUid, CancellationToken cancellationToken)
    {
        var address = addresses.Live.Below($"/api/token/leaderboard/group/{Leaderboard.Group}/map/{Uri.EscapeDataString(mapUid.Value)}/top?length=100&onlyWorld=true");
        var answer = await http.FetchAsync(
            UpstreamService.Nadeo,
            provider.Tokens,
            token =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Authorization = NadeoAuthorization.Header(token);
                return request;
            },
            UpstreamJson.Default.NadeoTop,
            time,
            logger,
            cancellationToken);
        if (!answer.IsSuccess)
        {
            return answer.Error;
        }

        // A map without records has a World element with an empty list. No World element at all is what an unknown
        // group gets, and says nothing about the map.
        var world = answer.Value.Body.Tops?.FirstOrDefault(static zone => string.Equals(zone?.ZoneId, Leaderboard.WorldZoneId, StringComparison.OrdinalIgnoreCase));
        if (world?.Top is null)
        {
            return UpstreamErrors.Unintelligible(UpstreamService.Nadeo);
        }

        var readAt = DateTimeOffset.FromUnixTimeMilliseconds(answer.Value.AskedAt.ToUnixTimeMilliseconds());
        return new Leaderboard(mapUid, readAt, [.. world.Top.Select(Entry).OfType<LeaderboardEntry>()]);
    }

    public async Task<Result<IReadOnlyDictionary<MapUid, int>>> ReadPositionsAsync(IReadOnlyDictionary<MapUid, long> times, CancellationToken cancellationToken)
    {
        if (times.Count > IPositionSource.MaxMaps)
        {
            throw new ArgumentException($"At most {IPositionSource.MaxMaps} maps can be asked for.", nameof(times));
        }

        if (times.Count == 0)
        {
            return new Dictionary<MapUid, int>();
        }

        var query = string.Join('&', times.Select(of => string.Create(CultureInfo.InvariantCulture, $"scores%5B{Uri.EscapeDataString(of.Key.Value)}%5D={of.Value}")));
        var address = addresses.Live.Below($"/api/token/leaderboard/group/map?{query}");
        var body = JsonSerializer.SerializeToUtf8Bytes(new NadeoMaps([.. times.Keys.Select(uid => new NadeoMap(uid.Value, Leaderboard.Group))]), UpstreamJson.Default.NadeoMaps);
        var answer = await http.FetchAsync(
            UpstreamService.Nadeo,
            provider.Tokens,
            token =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                request.Headers.Authorization = NadeoAuthorization.Header(token);
                return request;
            },
            UpstreamJson.Default.NadeoPositionArray,
            time,
            logger,
            cancellationToken);
        if (!answer.IsSuccess)
        {
            return answer.Error;
        }

        var positions = new Dictionary<MapUid, int>();
        foreach (var row in answer.Value.Body)
        {
            var world = row?.Zones?.FirstOrDefault(static zone => string.Equals(zone?.ZoneId, Leaderboard.WorldZoneId, StringComparison.OrdinalIgnoreCase));
            if (world?.Ranking?.Position is >= 1 and var position && MapUid.TryCreate(row!.MapUid, out var uid) && times.TryGetValue(uid, out var asked) && row.Score == asked)
            {
                positions[uid] = position;
            }
        }

        return positions;
    }

    /// <summary>Null for a row that cannot be told apart from others; one bad row does not spoil the board.</summary>
    private static LeaderboardEntry? Entry(NadeoRow? row) =>
        row is { Position: >= 1 and var position, Score: { } score } && Guid.TryParseExact(row.AccountId, "D", out var account)
            ? new LeaderboardEntry(new AccountId(account), row.ZoneId ?? "", row.ZoneName ?? "", position, RecordTime.FromUpstream(score), DrivenAt(row.Timestamp))
            : null;

    private static DateTimeOffset? DrivenAt(long? timestamp) =>
        timestamp is > 0 and <= 253402300799 ? DateTimeOffset.FromUnixTimeSeconds(timestamp.Value) : null;
}
