namespace Backend.Domain.Common;

/// <summary>An expected failure. Returned, never thrown.</summary>
/// <param name="Kind">What the caller can do about it.</param>
/// <param name="Code">Stable dotted code, for example <c>session.refresh_token_reused</c>; clients may depend on it.</param>
/// <param name="Message">One sentence for people; clients must not parse it.</param>
public sealed record Error(ErrorKind Kind, string Code, string Message)
{
    /// <summary>Input that breaks rules.</summary>
    /// <param name="message">The first of the messages.</param>
    /// <param name="fields">All messages by input field.</param>
    public static Error Invalid(string message, IReadOnlyDictionary<string, string[]> fields) =>
        new(ErrorKind.Validation, "validation.failed", message) { Fields = fields };

    /// <summary>Messages by input field, for <see cref="ErrorKind.Validation"/> only.</summary>
    public IReadOnlyDictionary<string, string[]>? Fields { get; init; }

    /// <summary>The same request may well succeed later; nothing about it was wrong.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Earliest sensible moment to try again, counted from now.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
