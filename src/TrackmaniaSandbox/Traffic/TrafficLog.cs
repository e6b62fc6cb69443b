namespace Backend.TrackmaniaSandbox;

/// <summary>One request, stamped on arrival.</summary>
/// <param name="Host">The host it was sent to.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="PathAndQuery">Path and query as sent, without the base path of the host.</param>
/// <param name="At">Arrival on the sandbox's clock.</param>
/// <param name="Timestamp">Arrival as <see cref="TimeProvider.GetTimestamp"/> of that clock.</param>
/// <param name="UserAgent">The User-Agent header; null without one.</param>
public sealed record TrafficEntry(SandboxHost Host, string Method, string PathAndQuery, DateTimeOffset At, long Timestamp, string? UserAgent)
{
    private int _status;

    /// <summary>Status of the answer; 0 while there is none, and for connections that were cut.</summary>
    public int Status => Volatile.Read(ref _status);

    internal void Complete(int status) => Volatile.Write(ref _status, status);
}

/// <summary>Every request to the four hosts, oldest first. Safe for concurrent use and bounded.</summary>
public sealed class TrafficLog
{
    // Position batches have long queries; without a cap on text a full log could take hundreds of megabytes.
    private const long MaxCharacters = 16_000_000;

    private readonly Lock _lock = new();
    private readonly Queue<TrafficEntry> _entries = new();
    private readonly TimeProvider _clock;
    private readonly int _capacity;
    private long _characters;

    internal TrafficLog(TimeProvider clock, int capacity)
    {
        _clock = clock;
        _capacity = capacity;
    }

    /// <summary>A copy of the log.</summary>
    public IReadOnlyList<TrafficEntry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>How many requests a host got whose path and query (raw or unescaped) contain a text; null for all.</summary>
    public int Count(SandboxHost host, string? pathContains = null)
    {
        lock (_lock)
        {
            return _entries.Count(e => e.Host == host && (pathContains is null || FaultPlan.Contains(e.PathAndQuery, pathContains)));
        }
    }

    /// <summary>
    /// The most requests that arrived within any sliding window of this length, over the given hosts together (all
    /// hosts when none is given). Two requests exactly one window apart do not share a window.
    /// </summary>
    public int MaxInWindow(TimeSpan window, params SandboxHost[] hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        var ticks = window.TotalSeconds * _clock.TimestampFrequency;
        var arrivals = new Queue<long>();
        var most = 0;
        foreach (var entry in Entries)
        {
            if (hosts.Length > 0 && !hosts.Contains(entry.Host))
            {
                continue;
            }

            arrivals.Enqueue(entry.Timestamp);
            while (entry.Timestamp - arrivals.Peek() >= ticks)
            {
                arrivals.Dequeue();
                if (arrivals.Count == 0)
                {
                    break;
                }
            }

            most = Math.Max(most, arrivals.Count);
        }

        return most;
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _entries.Clear();
            _characters = 0;
        }
    }

    internal TrafficEntry Arrive(SandboxHost host, string method, string pathAndQuery, string? userAgent)
    {
        lock (_lock)
        {
            // Stamped under the lock, so the log is in order of its own stamps.
            var entry = new TrafficEntry(host, method, pathAndQuery, _clock.GetUtcNow(), _clock.GetTimestamp(), userAgent);
            _entries.Enqueue(entry);
            _characters += pathAndQuery.Length;
            while (_entries.Count > _capacity || _characters > MaxCharacters)
            {
                _characters -= _entries.Dequeue().PathAndQuery.Length;
            }

            return entry;
        }
    }
}
