using System.Globalization;
using System.Text;

namespace Backend.TrackmaniaSandbox;

/// <summary>Public test credentials of one sandbox; they open nothing but a sandbox of the same seed.</summary>
/// <param name="ServerLogin">Login of the dedicated server account.</param>
/// <param name="ServerPassword">Password of the dedicated server account.</param>
/// <param name="OAuthClientId">Identifier of the registered application.</param>
/// <param name="OAuthClientSecret">Secret of the registered application.</param>
public sealed record SandboxCredentials(string ServerLogin, string ServerPassword, string OAuthClientId, string OAuthClientSecret)
{
    /// <summary>Base64 of <c>login:password</c>, without the <c>Basic</c> prefix.</summary>
    public string BasicAuthorization => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ServerLogin}:{ServerPassword}"));

    /// <summary>The credentials of every sandbox with this seed.</summary>
    public static SandboxCredentials FromSeed(int seed) => new(
        $"sandbox-server-{seed.ToString(CultureInfo.InvariantCulture)}",
        "password-" + Hex(seed, 1),
        Hex(seed, 2) + "cafe",
        "secret-" + Hex(seed, 3) + Hex(seed, 4));

    private static string Hex(int seed, ulong part) =>
        Hash.Of(seed, HashTag.Credentials, part).ToString("x16", CultureInfo.InvariantCulture);
}
