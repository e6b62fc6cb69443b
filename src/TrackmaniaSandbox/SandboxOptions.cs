namespace Backend.TrackmaniaSandbox;

/// <summary>What a sandbox is started with. The clock is a separate argument.</summary>
public sealed record SandboxOptions
{
    /// <summary>World, credentials and token keys follow from this number; equal seeds give interchangeable sandboxes.</summary>
    public int Seed { get; init; } = 2020;

    /// <summary>TCP port on the loopback address; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether requests without a User-Agent are refused on every host.</summary>
    public bool RequireUserAgent { get; init; } = true;

    /// <summary>Status of a map search request without a User-Agent; the upstream status is not documented.</summary>
    public int TmxMissingUserAgentStatus { get; init; } = 403;

    /// <summary>Status of the live single-map route for an unknown map: 500 as documented, or 404 as also seen.</summary>
    public int LiveUnknownMapStatus { get; init; } = 500;

    /// <summary>How many requests the traffic log keeps; the oldest are dropped first.</summary>
    public int TrafficCapacity { get; init; } = 200_000;
}
