using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Backend.Domain.Common;

namespace Backend.Domain.Accounts;

/// <summary>Names a user's wish for a new password.</summary>
public readonly record struct PasswordResetId(Guid Value)
{
    /// <summary>
    /// The left part of the Message-ID (RFC 5322, 3.6.4) of the mail that the wish leads to. Each attempt has another token, so the mails of
    /// two are not the same.
    /// </summary>
    public string MessageIdLeft(int attempt) => string.Create(CultureInfo.InvariantCulture, $"password.{Value:N}.{attempt}");
}

/// <summary>What a token for a new password is known by where it is kept: nobody finds the token from it.</summary>
/// <param name="Value">SHA-256, hexadecimal. No salt is needed, for the tokens are random.</param>
public readonly record struct ResetTokenHash(string Value)
{
    /// <param name="token">Anything; what is no token has a hash that no token has.</param>
    public static ResetTokenHash Of(Secret token) => new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token.Reveal()))));
}
