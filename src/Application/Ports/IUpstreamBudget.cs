namespace Backend.Application.Ports;

/// <summary>
/// Paces the requests to the other services: for each of them slots lie at least <c>1/rate</c> apart, without bursts,
/// over all that share the budget. Within one process waiters of one priority are served in the order of their calls.
/// </summary>
public interface IUpstreamBudget
{
    /// <summary>Waits for the next slot and takes it. A cancelled wait takes none.</summary>
    Task TakeSlotAsync(UpstreamHost host, UpstreamPriority priority, CancellationToken cancellationToken);

    /// <summary>No slot is given before <paramref name="duration"/> from now, because the service asked for quiet. Never shortens a longer pause.</summary>
    Task PauseAsync(UpstreamHost host, TimeSpan duration, CancellationToken cancellationToken);
}

/// <summary>Who is served first when several wait for a slot of one host, in whatever process.</summary>
public enum UpstreamPriority
{
    /// <summary>Everybody waits for it: the renewal of a token.</summary>
    Renewal,

    /// <summary>Somebody waits for the answer.</summary>
    Interactive,

    /// <summary>Nobody waits; gets only slots that no interactive caller wants.</summary>
    Nightly,
}

/// <summary>What is paced together.</summary>
public enum UpstreamHost
{
    /// <summary>All Nadeo hosts, authentication included. Default 2 requests per second.</summary>
    Nadeo,

    /// <summary>Trackmania Exchange. Default 1 request per second.</summary>
    Tmx,

    /// <summary>Trackmania's OAuth host. Default 2 requests per second.</summary>
    OAuth,
}
