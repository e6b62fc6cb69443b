namespace Backend.Domain.Tracks;

/// <summary>
/// The time of a record in whole milliseconds, or a secret one. Map authors can hide times; upstream then sends -1 on
/// leaderboards and 4294967295 in record documents, neither of which may ever be compared with a real time.
/// </summary>
public readonly record struct RecordTime
{
    /// <summary>How a secret time is written to clients, as upstream writes it on leaderboards.</summary>
    public const long SecretOnTheWire = -1;

    private const long SecretInDocuments = 4294967295;

    private readonly long _milliseconds;

    private RecordTime(long milliseconds, bool secret)
    {
        _milliseconds = milliseconds;
        IsSecret = secret;
    }

    public static RecordTime Secret { get; } = new(0, secret: true);

    public bool IsSecret { get; }

    /// <summary>The time.</summary>
    /// <exception cref="InvalidOperationException">The time is secret.</exception>
    public long Milliseconds => IsSecret ? throw new InvalidOperationException("A secret time has no value.") : _milliseconds;

    /// <summary>What clients are sent: milliseconds, or <see cref="SecretOnTheWire"/>.</summary>
    public long OnTheWire => IsSecret ? SecretOnTheWire : _milliseconds;

    /// <summary>Reads upstream's number, whichever of its two marks for a secret time it uses.</summary>
    public static RecordTime FromUpstream(long score) => score is < 0 or SecretInDocuments ? Secret : new RecordTime(score, secret: false);

    public static RecordTime FromMilliseconds(long milliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        return new RecordTime(milliseconds, secret: false);
    }

    /// <summary>For people: <c>S.mmm</c>, from a minute on <c>M:SS.mmm</c>, from an hour on <c>H:MM:SS.mmm</c>; a secret time reads as 0.000.</summary>
    public string ToText()
    {
        var milliseconds = IsSecret ? 0 : _milliseconds;
        var (hours, minutes, seconds, rest) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60, milliseconds / 1000 % 60, milliseconds % 1000);
        return hours > 0 ? FormattableString.Invariant($"{hours}:{minutes:00}:{seconds:00}.{rest:000}")
            : minutes > 0 ? FormattableString.Invariant($"{minutes}:{seconds:00}.{rest:000}")
            : FormattableString.Invariant($"{seconds}.{rest:000}");
    }

    public override string ToString() => IsSecret ? "secret" : $"{_milliseconds} ms";
}
