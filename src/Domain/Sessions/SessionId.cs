namespace Backend.Domain.Sessions;

/// <summary>One sign-in of one user on one client.</summary>
public readonly record struct SessionId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}
