namespace Backend.Domain.Accounts;

/// <summary>Identity of a user of Trackmania Exchange; positive.</summary>
public readonly record struct TmxUserId(long Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>A user of Trackmania Exchange, which is neither a user of this service nor a Trackmania account.</summary>
/// <param name="Name">As it is spelled now.</param>
public sealed record TmxUser(TmxUserId Id, string Name);
