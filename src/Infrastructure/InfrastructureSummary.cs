namespace Backend.Infrastructure;

/// <summary>What was chosen at start-up, for the log and for health answers.</summary>
/// <param name="Reason">Why these adapters.</param>
/// <param name="Adapters">One entry a port, with what serves it.</param>
/// <param name="KeepsSearchesInMemory">No other process can run them.</param>
/// <param name="TakesMessages">The messages of both queues can be handed to this process, see <see cref="IMapSearchMessages"/> and <see cref="IDailyCheckMessages"/>.</param>
/// <param name="SecretInvented">The signing secret is a random one that nobody else has.</param>
/// <param name="IsVolatile">Something is kept in memory only and is lost when the process ends.</param>
/// <param name="KeepsUsersInMemory">No other process sees them.</param>
public sealed record InfrastructureSummary(
    string Reason, IReadOnlyList<(string Port, string Adapter)> Adapters, bool IsVolatile, bool UsesPostgres, bool KeepsSearchesInMemory, bool TakesMessages, bool SecretInvented, bool KeepsUsersInMemory);
