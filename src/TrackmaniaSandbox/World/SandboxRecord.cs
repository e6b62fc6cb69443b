namespace Backend.TrackmaniaSandbox;

/// <summary>A row of a board as seen from outside.</summary>
/// <param name="Position">Place, from 1, without gaps.</param>
/// <param name="AccountId">Who drove it.</param>
/// <param name="Score">Milliseconds, or -1 when the time is secret.</param>
/// <param name="Timestamp">When it was driven, in whole seconds.</param>
public sealed record SandboxRecord(int Position, Guid AccountId, int Score, DateTimeOffset Timestamp)
{
    /// <summary>Whether the time is hidden by the map's author.</summary>
    public bool IsSecret => Score < 0;
}
