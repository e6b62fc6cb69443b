namespace Backend.Domain.Tracks;

/// <summary>A player of Trackmania.</summary>
/// <param name="DisplayName">As it is spelled now. Names change; the account id is the identity.</param>
public sealed record Player(AccountId AccountId, string DisplayName);
