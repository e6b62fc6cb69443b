using System.Diagnostics.CodeAnalysis;

namespace Backend.Domain.Accounts;

/// <summary>An e-mail address, kept exactly as typed and compared without regard to case.</summary>
public sealed record EmailAddress
{
    /// <summary>Longest path that SMTP carries (RFC 5321, 4.5.3.1.3, less the angle brackets).</summary>
    public const int MaxLength = 254;

    private EmailAddress(string value) => Value = value;

    public string Value { get; }

    /// <summary>What addresses are compared by.</summary>
    public string Key => TextKey.Of(Value);

    /// <summary>Outer white space is dropped. One <c>@</c> with something before it and a dotted host after it, no white space.</summary>
    public static bool TryCreate(string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        var trimmed = text?.Trim();
        address = trimmed is { Length: > 0 and <= MaxLength } && HasAddressShape(trimmed) ? new EmailAddress(trimmed) : null;
        return address is not null;
    }

    public bool Equals(EmailAddress? other) => other is not null && Key == other.Key;

    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;

    private static bool HasAddressShape(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at != text.LastIndexOf('@') || text.Any(char.IsWhiteSpace) || !TextKey.IsWellFormed(text))
        {
            return false;
        }

        var host = text.AsSpan(at + 1);
        var dot = host.LastIndexOf('.');
        return dot > 0 && dot < host.Length - 1 && host[0] != '.' && !host.Contains("..", StringComparison.Ordinal);
    }
}
