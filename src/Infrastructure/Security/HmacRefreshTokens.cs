using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;

namespace Backend.Infrastructure.Security;

/// <summary><c>base64url(user id ‖ session id ‖ counter ‖ HMAC-SHA256)</c>, numbers big-endian.</summary>
internal sealed class HmacRefreshTokens(SigningKeyRing keys) : IRefreshTokens
{
    private const int UserIdLength = sizeof(long);
    private const int SessionIdLength = 16;
    private const int ContentLength = UserIdLength + SessionIdLength + sizeof(long);
    private const int Length = ContentLength + HMACSHA256.HashSizeInBytes;
    private const int TextLength = 86;

    public Secret Issue(RefreshTokenContent content)
    {
        Span<byte> token = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(token, content.UserId.Value);
        content.SessionId.Value.TryWriteBytes(token[UserIdLength..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(token[(UserIdLength + SessionIdLength)..], content.Counter);
        HMACSHA256.HashData(keys.Current.RefreshToken, token[..ContentLength], token[ContentLength..]);
        return new Secret(Base64Url.EncodeToString(token));
    }

    public RefreshTokenContent? Read(Secret token)
    {
        var text = token.Reveal();
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length != TextLength || !Base64Url.IsValid(text, out var length) || length != Length)
        {
            return null;
        }

        Base64Url.DecodeFromChars(text, bytes);
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var key in keys.All)
        {
            HMACSHA256.HashData(key.RefreshToken, bytes[..ContentLength], expected);
            if (CryptographicOperations.FixedTimeEquals(expected, bytes[ContentLength..]))
            {
                return new RefreshTokenContent(
                    new UserId(BinaryPrimitives.ReadInt64BigEndian(bytes)),
                    new SessionId(new Guid(bytes.Slice(UserIdLength, SessionIdLength), bigEndian: true)),
                    BinaryPrimitives.ReadInt64BigEndian(bytes[(UserIdLength + SessionIdLength)..]));
            }
        }

        return null;
    }
}
