using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Backend.Domain.Common;

/// <summary>Text that must never reach a log, a trace or an error body.</summary>
/// <remarks>
/// Every text form is redacted; <see cref="Reveal"/> is the only way to the content, so its uses can be found by name. Two
/// secrets of the same content are equal; the comparison takes as long for a near miss as for a far one.
/// </remarks>
public sealed class Secret(string content) : IEquatable<Secret>
{
    private readonly string _content = content;

    public bool IsEmpty => _content.Length == 0;

    public string Reveal() => _content;

    public bool Equals(Secret? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(_content.AsSpan()), MemoryMarshal.AsBytes(other._content.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => _content.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => "[secret]";
}
