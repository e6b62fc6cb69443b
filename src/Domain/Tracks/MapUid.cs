using System.Diagnostics.CodeAnalysis;

namespace Backend.Domain.Tracks;

/// <summary>
/// Identity of a map file. Opaque and case-sensitive; usually 26 or 27 characters, but shorter base64url ones and
/// hand-made ones exist.
/// </summary>
public readonly record struct MapUid
{
    public const int MaxLength = 100;

    private MapUid(string value) => Value = value;

    public string Value { get; }

    /// <summary>Letters, digits, <c>_</c> and <c>-</c> only, so that a UID can never change the meaning of a URL.</summary>
    public static bool TryCreate([NotNullWhen(true)] string? text, out MapUid uid)
    {
        var valid = text is { Length: > 0 and <= MaxLength } && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        uid = valid ? new MapUid(text!) : default;
        return valid;
    }

    public override string ToString() => Value;
}
