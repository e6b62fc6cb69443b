using Backend.Application.Ports;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryUpstreamTokenStore(TimeProvider clock) : IUpstreamTokenStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UpstreamTokenKind, UpstreamToken> _tokens = [];
    private readonly Dictionary<UpstreamTokenKind, (long Number, long StartedAt)> _renewals = [];
    private long _lastRenewal;

    public Task<UpstreamToken?> FindAsync(UpstreamTokenKind kind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(_tokens.GetValueOrDefault(kind));
        }
    }

    public Task SaveAsync(UpstreamTokenKind kind, UpstreamToken token, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            _tokens[kind] = token;
            _renewals.Remove(kind);
        }

        return Task.CompletedTask;
    }

    public Task<long?> TryStartRenewalAsync(UpstreamTokenKind kind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_renewals.TryGetValue(kind, out var held) && clock.GetElapsedTime(held.StartedAt) < IUpstreamTokenStore.RenewalLease)
            {
                return Task.FromResult<long?>(null);
            }

            _renewals[kind] = (++_lastRenewal, clock.GetTimestamp());
            return Task.FromResult<long?>(_lastRenewal);
        }
    }

    public Task EndRenewalAsync(UpstreamTokenKind kind, long renewal, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_renewals.TryGetValue(kind, out var held) && held.Number == renewal)
            {
                _renewals.Remove(kind);
            }
        }

        return Task.CompletedTask;
    }
}
