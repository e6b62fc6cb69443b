using System.Security.Cryptography;
using Backend.Application.Ports;
using Backend.Domain.Common;

namespace Backend.Infrastructure.Trackmania;

/// <summary>
/// One current token, shared by all callers. However many ask at once, in however many processes, one renewal runs; it
/// belongs to none of its callers, so one that gives up does not end it for the others.
/// </summary>
/// <param name="renew">Gets a new token. Its argument is the token in the store, if there is one and upstream has not refused it.</param>
internal sealed class UpstreamTokens(
    UpstreamTokenKind kind,
    IUpstreamTokenStore store,
    TimeProvider time,
    Func<UpstreamToken?, CancellationToken, Task<Result<UpstreamToken>>> renew) : IDisposable
{
    /// <summary>A token this close to its end may be dead before the request that carries it has waited for its slot and arrived.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_pauseWhileOthersRenew = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private UpstreamToken? _current;
    private DateTimeOffset _renewAt;
    private string? _refused;
    private volatile Refusal? _refusal;
    private Task<Result<UpstreamToken>>? _renewal;

    /// <summary>A token that is good as far as can be told from here.</summary>
    public async ValueTask<Result<Secret>> GetAsync(CancellationToken cancellationToken)
    {
        Task<Result<UpstreamToken>> renewal;
        lock (_gate)
        {
            if (_current is { } current && time.GetUtcNow() < _renewAt)
            {
                return current.AccessToken;
            }

            renewal = Renewal();
        }

        var renewed = await renewal.WaitAsync(cancellationToken);
        return renewed.IsSuccess ? renewed.Value.AccessToken : renewed.Error;
    }

    /// <summary>Another token than the one upstream has just refused.</summary>
    public async Task<Result<Secret>> ReplaceAsync(Secret refused, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            Task<Result<UpstreamToken>> renewal;
            lock (_gate)
            {
                if (_current is { } current && !Is(current, refused.Reveal()))
                {
                    return current.AccessToken;
                }

                _refused = refused.Reveal();
                _current = null;
                renewal = Renewal();
            }

            var renewed = await renewal.WaitAsync(cancellationToken);
            if (!renewed.IsSuccess)
            {
                return renewed.Error;
            }

            // A renewal that was already under way may have come back with the very token from the store.
            if (round == 2 || !Is(renewed.Value, refused.Reveal()))
            {
                return renewed.Value.AccessToken;
            }
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private static bool Is(UpstreamToken token, string accessToken) => string.Equals(token.AccessToken.Reveal(), accessToken, StringComparison.Ordinal);

    private Task<Result<UpstreamToken>> Renewal() => _renewal ??= Task.Run(() => RenewAsync(_stopping.Token));

    private async Task<Result<UpstreamToken>> RenewAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                if (await FindGoodAsync(stopping) is { } found)
                {
                    return found;
                }

                if (_refusal is { } refusal && time.GetUtcNow() < refusal.Until)
                {
                    return refusal.Error;
                }

                if (await store.TryStartRenewalAsync(kind, stopping) is { } renewal)
                {
                    return await RenewAsync(renewal, stopping);
                }

                // Another process is at it, and its token will be everybody's.
                await Task.Delay(s_pauseWhileOthersRenew, time, stopping);
            }
        }
        finally
        {
            lock (_gate)
            {
                _renewal = null;
            }
        }
    }

    private async Task<UpstreamToken?> FindGoodAsync(CancellationToken stopping) =>
        await FindStoredAsync(stopping) is { } stored && TryKeep(stored, RenewalTime(stored), time.GetUtcNow()) ? stored : null;

    private async Task<UpstreamToken?> FindStoredAsync(CancellationToken stopping) =>
        await store.FindAsync(kind, stopping) is { } stored && !IsRefused(stored) ? stored : null;

    private async Task<Result<UpstreamToken>> RenewAsync(long renewal, CancellationToken stopping)
    {
        var saved = false;
        try
        {
            // Another process may have ended its renewal just before this one began.
            if (await FindGoodAsync(stopping) is { } found)
            {
                return found;
            }

            var stored = await FindStoredAsync(stopping);
            var renewed = await renew(stored, stopping);

            // An account whose password is wrong may be locked by those who keep trying.
            _refusal = !renewed.IsSuccess && UpstreamErrors.IsUnauthorized(renewed.Error) ? new Refusal(renewed.Error, time.GetUtcNow() + s_pauseAfterFailure) : null;
            if (renewed.IsSuccess)
            {
                Adopt(renewed.Value);
                await store.SaveAsync(kind, renewed.Value, stopping);
                saved = true;
                return renewed;
            }

            // Upstream gives no new token, but the old one still works: carry on with it for a while.
            var now = time.GetUtcNow();
            return stored is not null && stored.ExpiresAt - s_margin > now && TryKeep(stored, Earlier(now + s_pauseAfterFailure, stored.ExpiresAt - s_margin), now)
                ? stored
                : renewed;
        }
        finally
        {
            if (!saved)
            {
                await store.EndRenewalAsync(kind, renewal, CancellationToken.None);
            }
        }
    }

    private sealed record Refusal(Error Error, DateTimeOffset Until);

    private bool IsRefused(UpstreamToken token)
    {
        lock (_gate)
        {
            return _refused is not null && Is(token, _refused);
        }
    }

    private void Adopt(UpstreamToken token)
    {
        lock (_gate)
        {
            _current = token;
            _renewAt = RenewalTime(token);
            _refused = null;
        }
    }

    private bool TryKeep(UpstreamToken token, DateTimeOffset renewAt, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (renewAt <= now || (_refused is not null && Is(token, _refused)))
            {
                return false;
            }

            _current = token;
            _renewAt = renewAt;
            return true;
        }
    }

    /// <summary>With jitter, so that several instances that share a token do not renew it at the same moment.</summary>
    private static DateTimeOffset RenewalTime(UpstreamToken token) =>
        Earlier(token.RefreshAfter + TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(60_000)), token.ExpiresAt - s_margin);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
