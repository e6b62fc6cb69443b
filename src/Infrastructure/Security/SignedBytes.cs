using System.Buffers.Text;
using System.Security.Cryptography;
using Backend.Domain.Common;

namespace Backend.Infrastructure.Security;

/// <summary>Tokens that prove themselves: <c>base64url(content ‖ HMAC-SHA256)</c>.</summary>
internal static class SignedBytes
{
    public static Secret Sign(ReadOnlySpan<byte> content, byte[] key)
    {
        Span<byte> token = stackalloc byte[content.Length + HMACSHA256.HashSizeInBytes];
        content.CopyTo(token);
        HMACSHA256.HashData(key, content, token[content.Length..]);
        return new Secret(Base64Url.EncodeToString(token));
    }

    /// <param name="content">As long as the content must be; undefined unless the token is good.</param>
    /// <param name="keys">One of them must have signed it.</param>
    public static bool TryRead(string? token, IEnumerable<byte[]> keys, Span<byte> content)
    {
        Span<byte> bytes = stackalloc byte[content.Length + HMACSHA256.HashSizeInBytes];

        // The exact length of the text leaves no room for whitespace, which would be another token of the same content.
        if (token?.Length != Base64Url.GetEncodedLength(bytes.Length) || !Base64Url.IsValid(token, out var length) || length != bytes.Length)
        {
            return false;
        }

        Base64Url.DecodeFromChars(token, bytes);
        bytes[..content.Length].CopyTo(content);
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var key in keys)
        {
            HMACSHA256.HashData(key, content, expected);
            if (CryptographicOperations.FixedTimeEquals(expected, bytes[content.Length..]))
            {
                return true;
            }
        }

        return false;
    }
}
