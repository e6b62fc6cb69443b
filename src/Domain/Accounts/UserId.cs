namespace Backend.Domain.Accounts;

/// <summary>A user of this service. Positive, assigned by the user store, never reused.</summary>
public readonly record struct UserId(long Value)
{
    public override string ToString() => Value.ToString();
}
