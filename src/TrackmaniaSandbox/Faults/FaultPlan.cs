using System.Globalization;

namespace Backend.TrackmaniaSandbox;

/// <summary>The faults in force. Safe for concurrent use; the first matching rule wins.</summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private readonly List<FaultRule> _rules = [];
    private readonly Dictionary<SandboxHost, Revocation> _revocations = [];
    private readonly TimeProvider _clock;

    internal FaultPlan(TimeProvider clock) => _clock = clock;

    /// <summary>The rules in force, spent ones included, in the order they were added.</summary>
    public IReadOnlyList<FaultRule> Rules
    {
        get
        {
            lock (_lock)
            {
                return [.. _rules];
            }
        }
    }

    /// <summary>Puts a fault in force.</summary>
    /// <returns>The rule, to watch how often it bit or to remove it.</returns>
    public FaultRule Add(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (fault.EveryNth < 1)
        {
            throw new ArgumentException("EveryNth must be at least 1.", nameof(fault));
        }

        var rule = new FaultRule(fault);
        lock (_lock)
        {
            _rules.Add(rule);
        }

        return rule;
    }

    /// <summary>Ends one fault; requests hanging on it go on.</summary>
    public void Remove(FaultRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        lock (_lock)
        {
            _rules.Remove(rule);
        }

        rule.Release();
    }

    /// <summary>Ends every fault and forgets every revocation; hanging requests go on.</summary>
    public void Clear()
    {
        FaultRule[] ended;
        lock (_lock)
        {
            ended = [.. _rules];
            _rules.Clear();
            _revocations.Clear();
        }

        foreach (var rule in ended)
        {
            rule.Release();
        }
    }

    /// <summary>
    /// From now on the host refuses every token issued so far; tokens issued later are fine.
    /// On <see cref="SandboxHost.Core"/> this covers refresh tokens too.
    /// </summary>
    public void RevokeTokens(SandboxHost host)
    {
        lock (_lock)
        {
            _revocations[host] = new Revocation(_clock.GetUtcNow().ToUnixTimeSeconds());
        }
    }

    internal void TokenIssued(string tokenId)
    {
        lock (_lock)
        {
            foreach (var revocation in _revocations.Values)
            {
                revocation.IssuedSince.Add(tokenId);
            }
        }
    }

    internal bool IsRevoked(SandboxHost host, string tokenId, long issuedAt)
    {
        lock (_lock)
        {
            // Issue times are whole seconds, so a token of the same second is told apart by its id.
            return _revocations.TryGetValue(host, out var revocation)
                && issuedAt <= revocation.At
                && !revocation.IssuedSince.Contains(tokenId);
        }
    }

    internal FaultRule? Take(SandboxHost host, string target, Func<FaultKind, bool> kinds)
    {
        lock (_lock)
        {
            foreach (var rule in _rules)
            {
                if (rule.Fault.Host == host && kinds(rule.Fault.Kind) && Matches(rule.Fault, target) && rule.TryApply())
                {
                    return rule;
                }
            }
        }

        return null;
    }

    internal static bool Contains(string target, string text) =>
        target.Contains(text, StringComparison.Ordinal)
        || (target.AsSpan().ContainsAny('%', '+')
            && Uri.UnescapeDataString(target.Replace('+', ' ')).Contains(text, StringComparison.Ordinal));

    private static bool Matches(Fault fault, string target) => fault.Match is null || Contains(target, fault.Match);

    private sealed class Revocation(long at)
    {
        public long At { get; } = at;

        public HashSet<string> IssuedSince { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>A fault in force and how often it has bitten.</summary>
public sealed class FaultRule
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _seen;
    private int _applied;

    internal FaultRule(Fault fault) => Fault = fault;

    /// <summary>What was asked for.</summary>
    public Fault Fault { get; }

    /// <summary>How many requests matched so far.</summary>
    public int Seen => Volatile.Read(ref _seen);

    /// <summary>How many requests were spoilt so far.</summary>
    public int Applied => Volatile.Read(ref _applied);

    /// <summary>Completes when the fault is removed.</summary>
    internal Task Released => _released.Task;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Fault.Host} {Fault.Kind} applied {Applied} of {Fault.Times?.ToString(CultureInfo.InvariantCulture) ?? "any"}");

    internal bool TryApply()
    {
        if (Fault.Times is { } times && _applied >= times)
        {
            return false;
        }

        if (++_seen % Fault.EveryNth != 0)
        {
            return false;
        }

        _applied++;
        return true;
    }

    internal void Release() => _released.TrySetResult();
}
