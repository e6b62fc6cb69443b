using System.Security.Cryptography;
using System.Text;
using Backend.Domain.Common;

namespace Backend.Infrastructure.Security;

/// <summary>
/// The keys made from one <c>JWT_SECRET</c>. Each purpose has its own, so that what is signed for one can never pass
/// for the other.
/// </summary>
internal sealed class SigningKeys
{
    /// <summary>Below the hash's own length HMAC-SHA256 is weaker than it looks (RFC 7518, 3.2).</summary>
    public const int MinSecretBytes = 32;

    public SigningKeys(Secret secret)
    {
        var material = Encoding.UTF8.GetBytes(secret.Reveal());
        AccessToken = material;
        RefreshToken = Derive(material, "backend refresh token v1", 32);
        MailToken = Derive(material, "backend mail token v1", 32);
        Id = Convert.ToHexStringLower(Derive(material, "backend key id v1", 4));
    }

    /// <summary>The secret itself, as in the reference system.</summary>
    public byte[] AccessToken { get; }

    public byte[] RefreshToken { get; }

    public byte[] MailToken { get; }

    /// <summary>Public name of the key (<c>kid</c>); tells nothing about it.</summary>
    public string Id { get; }

    private static byte[] Derive(byte[] material, string purpose, int length) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, material, length, info: Encoding.UTF8.GetBytes(purpose));
}

/// <summary>The key that signs, and the one that did before, whose tokens are still good.</summary>
internal sealed record SigningKeyRing(SigningKeys Current, SigningKeys? Previous)
{
    public IEnumerable<SigningKeys> All => Previous is null ? [Current] : [Current, Previous];
}
