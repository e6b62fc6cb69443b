using System.Security.Cryptography;
using System.Text;
using Backend.Domain.Common;
using Backend.Infrastructure.Selection;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Security;

/// <summary>Reads the settings of keys and passwords.</summary>
internal static class SecurityConfiguration
{
    private const string SecretKey = "JWT_SECRET";
    private const string PreviousSecretKey = "JWT_SECRET_PREVIOUS";

    /// <param name="mayInvent">Without a secret, make one that lasts as long as the process.</param>
    /// <param name="errors">Gets one sentence for each bad setting.</param>
    public static (SigningKeyRing? Keys, bool Invented) ReadKeys(IConfiguration configuration, bool mayInvent, ICollection<string> errors)
    {
        var text = configuration[SecretKey];
        var previous = configuration[PreviousSecretKey];
        if (string.IsNullOrEmpty(text))
        {
            if (mayInvent)
            {
                return (new SigningKeyRing(new SigningKeys(new Secret(Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)))), Previous: null), Invented: true);
            }

            errors.Add($"{SecretKey} is missing; set it to at least {SigningKeys.MinSecretBytes} random bytes, such as the output of 'openssl rand -base64 48'.");
            return (null, Invented: false);
        }

        if (IsTooShort(text))
        {
            errors.Add($"{SecretKey} is too short: it needs at least {SigningKeys.MinSecretBytes} bytes.");
        }

        if (!string.IsNullOrEmpty(previous) && IsTooShort(previous))
        {
            errors.Add($"{PreviousSecretKey} is too short: it needs at least {SigningKeys.MinSecretBytes} bytes.");
        }

        var ring = new SigningKeyRing(
            new SigningKeys(new Secret(text)),
            string.IsNullOrEmpty(previous) || previous == text ? null : new SigningKeys(new Secret(previous)));
        return (ring, Invented: false);
    }

    /// <param name="errors">Gets one sentence for each bad setting.</param>
    public static PasswordOptions ReadPasswords(IConfiguration configuration, ICollection<string> errors)
    {
        var options = new PasswordOptions();
        options.Cost = Setting.Read(configuration, "Passwords:Cost", options.Cost, PasswordOptions.MinCost, PasswordOptions.MaxCost, errors);
        options.Workers = Setting.Read(configuration, "Passwords:Workers", options.Workers, 1, 256, errors);
        options.Queue = Setting.Read(configuration, "Passwords:Queue", options.Queue, 0, 10_000, errors);
        return options;
    }

    private static bool IsTooShort(string secret) => Encoding.UTF8.GetByteCount(secret) < SigningKeys.MinSecretBytes;
}
