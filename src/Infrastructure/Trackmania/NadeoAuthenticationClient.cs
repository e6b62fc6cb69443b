using System.Net.Http.Headers;
using System.Text.Json;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

/// <summary>Gets tokens for Nadeo's live services.</summary>
internal sealed class NadeoAuthenticationClient(HttpClient http, TrackmaniaAddresses addresses, TrackmaniaOptions options, TimeProvider time, ILogger<NadeoAuthenticationClient> logger)
{
    private const string Audience = "NadeoLiveServices";

    public Task<Result<UpstreamToken>> LoginAsync(CancellationToken cancellationToken)
    {
        // Bytes rather than JsonContent, which would be sent in chunks.
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new NadeoLogin(Audience), UpstreamJson.Default.NadeoLogin));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, addresses.Core.Below("/v2/authentication/token/basic")) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", options.ServerAuthorization.Reveal());
        return SendAsync(request, previous: null, cancellationToken);
    }

    /// <param name="current">Has a refresh token, which is kept when the answer brings no new one.</param>
    public Task<Result<UpstreamToken>> RefreshAsync(UpstreamToken current, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, addresses.Core.Below("/v2/authentication/token/refresh")) { Content = new ByteArrayContent([]) };
        request.Headers.Authorization = NadeoAuthorization.Header(current.RefreshToken!);
        return SendAsync(request, current, cancellationToken);
    }

    private async Task<Result<UpstreamToken>> SendAsync(HttpRequestMessage request, UpstreamToken? previous, CancellationToken cancellationToken)
    {
        var answer = await http.FetchAsync(UpstreamService.Nadeo, request, UpstreamJson.Default.NadeoTokens, time, logger, cancellationToken);
        if (!answer.IsSuccess)
        {
            return answer.Error;
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var (accessToken, refreshToken) = answer.Value.Body;
        if (accessToken is null || !JwtLifetime.TryRead(accessToken, now, out var access))
        {
            return UpstreamErrors.Unintelligible(UpstreamService.Nadeo);
        }

        // A refresh token without readable dates is no reason to refuse the access token; it just cannot be used.
        return refreshToken is not null && JwtLifetime.TryRead(refreshToken, now, out var refresh)
            ? new UpstreamToken(new Secret(accessToken), access.RefreshAfter, access.ExpiresAt, new Secret(refreshToken), refresh.ExpiresAt)
            : new UpstreamToken(new Secret(accessToken), access.RefreshAfter, access.ExpiresAt, previous?.RefreshToken, previous?.RefreshExpiresAt);
    }
}

internal static class NadeoAuthorization
{
    public static AuthenticationHeaderValue Header(Secret token) => new("nadeo_v1", "t=" + token.Reveal());
}
