using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Infrastructure.Security;

/// <summary><c>base64url(user id ‖ HMAC-SHA256)</c>, the number big-endian.</summary>
internal sealed class HmacMailTokens(SigningKeyRing keys) : IMailTokens
{
    private const int ContentLength = sizeof(long);
    private const int Length = ContentLength + HMACSHA256.HashSizeInBytes;

    public Secret Issue(UserId userId)
    {
        Span<byte> token = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(token, userId.Value);
        HMACSHA256.HashData(keys.Current.MailToken, token[..ContentLength], token[ContentLength..]);
        return new Secret(Base64Url.EncodeToString(token));
    }

    public UserId? Read(string? token)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (token is not { Length: <= 64 } || !Base64Url.IsValid(token, out var length) || length != Length)
        {
            return null;
        }

        Base64Url.DecodeFromChars(token, bytes);
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var key in keys.All)
        {
            HMACSHA256.HashData(key.MailToken, bytes[..ContentLength], expected);
            if (CryptographicOperations.FixedTimeEquals(expected, bytes[ContentLength..]))
            {
                return new UserId(BinaryPrimitives.ReadInt64BigEndian(bytes));
            }
        }

        return null;
    }
}
