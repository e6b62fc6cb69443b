namespace Backend.Domain.Tracks;

/// <summary>A Trackmania account. Assigned once, never changes; written as a lower-case UUID.</summary>
public readonly record struct AccountId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}
