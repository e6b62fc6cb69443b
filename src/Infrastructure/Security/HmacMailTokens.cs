using System.Buffers.Binary;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Infrastructure.Security;

/// <summary>The user's id, big-endian, as <see cref="SignedBytes"/>.</summary>
internal sealed class HmacMailTokens(SigningKeyRing keys) : IMailTokens
{
    public Secret Issue(UserId userId)
    {
        Span<byte> content = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(content, userId.Value);
        return SignedBytes.Sign(content, keys.Current.MailToken);
    }

    public UserId? Read(string? token)
    {
        Span<byte> content = stackalloc byte[sizeof(long)];
        return SignedBytes.TryRead(token, keys.All.Select(key => key.MailToken), content) ? new UserId(BinaryPrimitives.ReadInt64BigEndian(content)) : null;
    }
}
