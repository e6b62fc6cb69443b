using System.Buffers.Binary;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;

namespace Backend.Infrastructure.Security;

/// <summary><c>user id ‖ session id ‖ counter</c>, numbers big-endian, as <see cref="SignedBytes"/>.</summary>
internal sealed class HmacRefreshTokens(SigningKeyRing keys) : IRefreshTokens
{
    private const int UserIdLength = sizeof(long);
    private const int SessionIdLength = 16;
    private const int Length = UserIdLength + SessionIdLength + sizeof(long);

    public Secret Issue(RefreshTokenContent content)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, content.UserId.Value);
        content.SessionId.Value.TryWriteBytes(bytes[UserIdLength..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[(UserIdLength + SessionIdLength)..], content.Counter);
        return SignedBytes.Sign(bytes, keys.Current.RefreshToken);
    }

    public RefreshTokenContent? Read(Secret token)
    {
        Span<byte> bytes = stackalloc byte[Length];
        return SignedBytes.TryRead(token.Reveal(), keys.All.Select(key => key.RefreshToken), bytes)
            ? new RefreshTokenContent(
                new UserId(BinaryPrimitives.ReadInt64BigEndian(bytes)),
                new SessionId(new Guid(bytes.Slice(UserIdLength, SessionIdLength), bigEndian: true)),
                BinaryPrimitives.ReadInt64BigEndian(bytes[(UserIdLength + SessionIdLength)..]))
            : null;
    }
}
