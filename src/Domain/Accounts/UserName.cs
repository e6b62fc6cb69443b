using System.Diagnostics.CodeAnalysis;

namespace Backend.Domain.Accounts;

/// <summary>
/// A user's name, kept exactly as typed because it is usually the name on Trackmania Exchange, where names hold
/// spaces, dots and letters of any script. Two names that differ only in case are the same name.
/// </summary>
public sealed record UserName
{
    /// <summary>In UTF-16 code units.</summary>
    public const int MaxLength = 100;

    private UserName(string value) => Value = value;

    public string Value { get; }

    /// <summary>What names are compared by.</summary>
    public string Key => TextKey.Of(Value);

    /// <summary>Outer white space is dropped. Refused: empty, too long, control characters, and anything that reads as an e-mail address (it could shadow somebody's login).</summary>
    public static bool TryCreate(string? text, [NotNullWhen(true)] out UserName? name)
    {
        var trimmed = text?.Trim();
        name = string.IsNullOrEmpty(trimmed) || trimmed.Length > MaxLength || !TextKey.IsWellFormed(trimmed) || EmailAddress.TryCreate(trimmed, out _)
            ? null
            : new UserName(trimmed);
        return name is not null;
    }

    /// <summary>
    /// What an earlier system made of a name at registration: everything but ASCII letters, digits, <c>_</c> and <c>-</c> was
    /// dropped, and what was left cut to 50.
    /// </summary>
    public static string Stripped(string name)
    {
        const int CutTo = 50;
        var left = new string([.. name.Trim().Where(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')]);
        return left.Length > CutTo ? left[..CutTo] : left;
    }

    public bool Equals(UserName? other) => other is not null && Key == other.Key;

    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;
}
