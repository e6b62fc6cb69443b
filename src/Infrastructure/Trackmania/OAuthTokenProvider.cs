using Backend.Application.Ports;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

/// <summary>The token for Trackmania's OAuth API.</summary>
internal sealed class OAuthTokenProvider : IDisposable
{
    private readonly OAuthAuthenticationClient _client;
    private readonly ILogger<OAuthTokenProvider> _logger;

    public OAuthTokenProvider(OAuthAuthenticationClient client, IUpstreamTokenStore store, TimeProvider time, ILogger<OAuthTokenProvider> logger)
    {
        (_client, _logger) = (client, logger);
        Tokens = new UpstreamTokens(UpstreamTokenKind.TrackmaniaOAuth, store, time, RenewAsync);
    }

    public UpstreamTokens Tokens { get; }

    public void Dispose() => Tokens.Dispose();

    private async Task<Result<UpstreamToken>> RenewAsync(UpstreamToken? current, CancellationToken cancellationToken)
    {
        var result = await _client.LoginAsync(cancellationToken);
        if (result.IsSuccess)
        {
            UpstreamLog.TokenRenewed(_logger, UpstreamService.OAuth.Name, "login", result.Value.ExpiresAt);
        }
        else
        {
            UpstreamLog.TokenNotRenewed(_logger, UpstreamService.OAuth.Name, "login", result.Error.Code);
        }

        return result;
    }
}
