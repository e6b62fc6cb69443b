using System.Text;

namespace Backend.Domain.Accounts;

/// <summary>What a new password must be. Old passwords are never checked against these rules, only against their hash.</summary>
public static class PasswordRules
{
    /// <summary>In characters (OWASP ASVS 5.0, 6.2.1).</summary>
    public const int MinLength = 8;

    /// <summary>bcrypt reads no further than this many bytes of UTF-8, so a longer password would be cut silently.</summary>
    public const int MaxBytes = 72;

    public static bool IsLongEnough(string password) => password.Length >= MinLength;

    public static bool FitsHash(string password) => Encoding.UTF8.GetByteCount(password) <= MaxBytes;

    /// <summary>bcrypt implementations differ in what they make of a NUL, some stop there.</summary>
    public static bool HasNul(string password) => password.Contains('\0', StringComparison.Ordinal);
}
