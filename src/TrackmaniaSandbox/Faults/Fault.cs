namespace Backend.TrackmaniaSandbox;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>429, with <c>Retry-After</c> when <see cref="Fault.RetryAfter"/> is set.</summary>
    TooManyRequests,

    /// <summary>500 with an HTML body.</summary>
    InternalServerError,

    /// <summary>502 with an HTML body.</summary>
    BadGateway,

    /// <summary>503 with an HTML body, and <c>Retry-After</c> when <see cref="Fault.RetryAfter"/> is set.</summary>
    ServiceUnavailable,

    /// <summary>401, as if the token had been withdrawn.</summary>
    Unauthorized,

    /// <summary>The connection is cut before any answer.</summary>
    ConnectionReset,

    /// <summary>No answer until the client gives up or the fault is removed; then the normal answer.</summary>
    Hang,

    /// <summary>Half of the normal answer under its full Content-Length, then the connection is cut.</summary>
    TruncatedBody,

    /// <summary>A complete HTTP answer whose JSON stops in the middle.</summary>
    CutJson,

    /// <summary>The normal answer after <see cref="Fault.Delay"/>, measured on the sandbox's clock.</summary>
    Slow,

    /// <summary><c>[]</c> from the live position batch, for no reason.</summary>
    EmptyPositions,

    /// <summary>Live leaderboards and positions as they were <see cref="Fault.Delay"/> ago.</summary>
    Stale,
}

/// <summary>A rule that spoils some requests to one host.</summary>
/// <param name="Host">The host it applies to.</param>
/// <param name="Kind">What goes wrong.</param>
public sealed record Fault(SandboxHost Host, FaultKind Kind)
{
    /// <summary>Only requests whose path and query (raw or unescaped) contain this text; null for all.</summary>
    public string? Match { get; init; }

    /// <summary>How many requests it spoils; null until it is removed.</summary>
    public int? Times { get; init; }

    /// <summary>Spoil only every n-th matching request; 1 spoils each.</summary>
    public int EveryNth { get; init; } = 1;

    /// <summary>Value of the <c>Retry-After</c> header, sent in whole seconds; null sends none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Latency of <see cref="FaultKind.Slow"/>, age of <see cref="FaultKind.Stale"/>.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(5);
}
