using System.Collections.Concurrent;
using Backend.Application.Ports;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryUpstreamTokenStore : IUpstreamTokenStore
{
    private readonly ConcurrentDictionary<UpstreamTokenKind, UpstreamToken> _tokens = new();

    public Task<UpstreamToken?> FindAsync(UpstreamTokenKind kind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_tokens.GetValueOrDefault(kind));
    }

    public Task SaveAsync(UpstreamTokenKind kind, UpstreamToken token, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _tokens[kind] = token;
        return Task.CompletedTask;
    }
}
