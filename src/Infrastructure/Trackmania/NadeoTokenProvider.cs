using Backend.Application.Ports;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

/// <summary>The token for Nadeo's live services: refreshed when it may be, otherwise got by login.</summary>
internal sealed class NadeoTokenProvider : IDisposable
{
    private readonly NadeoAuthenticationClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger<NadeoTokenProvider> _logger;

    public NadeoTokenProvider(NadeoAuthenticationClient client, IUpstreamTokenStore store, TimeProvider time, ILogger<NadeoTokenProvider> logger)
    {
        (_client, _time, _logger) = (client, time, logger);
        Tokens = new UpstreamTokens(UpstreamTokenKind.NadeoLiveServices, store, time, RenewAsync);
    }

    public UpstreamTokens Tokens { get; }

    public void Dispose() => Tokens.Dispose();

    private async Task<Result<UpstreamToken>> RenewAsync(UpstreamToken? current, CancellationToken cancellationToken)
    {
        if (current is { RefreshToken: not null } && _time.GetUtcNow() < current.RefreshExpiresAt)
        {
            var refreshed = Logged("refresh", await _client.RefreshAsync(current, cancellationToken));
            if (refreshed.IsSuccess)
            {
                return refreshed;
            }
        }

        return Logged("login", await _client.LoginAsync(cancellationToken));
    }

    private Result<UpstreamToken> Logged(string means, Result<UpstreamToken> result)
    {
        if (result.IsSuccess)
        {
            UpstreamLog.TokenRenewed(_logger, UpstreamService.Nadeo.Name, means, result.Value.ExpiresAt);
        }
        else
        {
            UpstreamLog.TokenNotRenewed(_logger, UpstreamService.Nadeo.Name, means, result.Error.Code);
        }

        return result;
    }
}
