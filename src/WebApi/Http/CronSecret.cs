using System.Security.Cryptography;
using System.Text;
using Backend.Domain.Common;

namespace Backend.WebApi.Http;

/// <summary>What a scheduler outside proves itself with (setting <c>CRON_SECRET</c>): in the <c>Authorization</c> header, as a bearer token, and nowhere else.</summary>
/// <param name="Secret">Null: nobody can.</param>
internal sealed record CronSecret(Secret? Secret)
{
    public const string Setting = "CRON_SECRET";
    private const string Scheme = "Bearer ";
    private const int MinLength = 16;

    /// <param name="errors">Gets a sentence when it is too easy to guess.</param>
    public static CronSecret Read(IConfiguration configuration, ICollection<string> errors)
    {
        var text = configuration[Setting];
        if (string.IsNullOrEmpty(text))
        {
            return new CronSecret(Secret: null);
        }

        if (text.Length < MinLength)
        {
            errors.Add($"{Setting} is too short: it needs at least {MinLength} characters.");
        }

        return new CronSecret(new Secret(text));
    }

    /// <summary>Takes as long for every answer.</summary>
    public bool IsProvenBy(string? authorization)
    {
        var isBearer = authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ?? false;
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(isBearer ? authorization![Scheme.Length..].Trim() : string.Empty));
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes(Secret?.Reveal() ?? string.Empty));
        return CryptographicOperations.FixedTimeEquals(given, expected) && Secret is not null && isBearer;
    }
}
