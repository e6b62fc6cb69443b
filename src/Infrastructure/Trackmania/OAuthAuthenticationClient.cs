using Backend.Application.Ports;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

/// <summary>Gets tokens for Trackmania's OAuth API by client credentials, a grant without refresh tokens.</summary>
internal sealed class OAuthAuthenticationClient(HttpClient http, TrackmaniaAddresses addresses, TrackmaniaOptions options, TimeProvider time, ILogger<OAuthAuthenticationClient> logger)
{
    public async Task<Result<UpstreamToken>> LoginAsync(CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, addresses.OAuth.Below("/api/access_token"))
        {
            Content = new FormUrlEncodedContent(
            [
                new("grant_type", "client_credentials"),
                new("client_id", options.OAuthClientId),
                new("client_secret", options.OAuthClientSecret.Reveal()),
            ]),
        };
        var answer = await http.FetchAsync(UpstreamService.OAuth, request, UpstreamJson.Default.OAuthToken, time, logger, cancellationToken);
        if (!answer.IsSuccess)
        {
            return answer.Error;
        }

        if (answer.Value.Body is not { AccessToken: { Length: > 0 } token, ExpiresIn: > 0 and < 1e9 and var seconds })
        {
            return UpstreamErrors.Unintelligible(UpstreamService.OAuth);
        }

        // There is no date from which on a new token may be asked for; the last tenth of its life is early enough.
        var lifetime = TimeSpan.FromMilliseconds(Math.Floor(seconds * 1000));
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        return new UpstreamToken(new Secret(token), now + (lifetime * 0.9), now + lifetime, RefreshToken: null, RefreshExpiresAt: null);
    }
}
