using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Support;

/// <summary>A clock of the tests that the clock of a database can keep up with.</summary>
internal interface IFollowedClock
{
    /// <summary>Of its seconds in one real second; none when it stands still.</summary>
    double Speed { get; }

    /// <summary>Called before time is skipped, so that whoever is woken by the jump finds the followers there already.</summary>
    Action<TimeSpan>? Jumped { get; set; }

    DateTimeOffset GetUtcNow();
}

/// <summary>Stands still until it is moved, and says so.</summary>
internal sealed class StandingClock(DateTimeOffset start) : FakeTimeProvider(start), IFollowedClock
{
    public Action<TimeSpan>? Jumped { get; set; }

    public double Speed => 0;

    public new void Advance(TimeSpan duration)
    {
        Jumped?.Invoke(duration);
        base.Advance(duration);
    }
}
