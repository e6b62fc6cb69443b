using System.Security.Cryptography;
using System.Text;
using Backend.Domain.Common;

namespace Backend.Infrastructure.Email;

/// <summary>The password that SES takes over SMTP: made of a secret access key, good in one region.</summary>
internal static class SesPassword
{
    /// <summary>Names the way it is made, in front of it.</summary>
    private const byte Version = 0x04;

    /// <summary>What AWS documents under "Obtaining Amazon SES SMTP credentials".</summary>
    private static readonly string[] s_rest = ["ses", "aws4_request", "SendRawEmail"];

    public static Secret Of(Secret accessKey, string region)
    {
        var signature = Encoding.UTF8.GetBytes($"AWS4{accessKey.Reveal()}");
        foreach (var part in s_rest.Prepend(region).Prepend("11111111"))
        {
            signature = HMACSHA256.HashData(signature, Encoding.UTF8.GetBytes(part));
        }

        return new Secret(Convert.ToBase64String([Version, .. signature]));
    }
}
