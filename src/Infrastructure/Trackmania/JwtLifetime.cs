using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Backend.Infrastructure.Trackmania;

/// <summary>The dates inside a Nadeo token. Its signature cannot be checked here and need not be: the token came from its issuer.</summary>
internal sealed record JwtLifetime(DateTimeOffset RefreshAfter, DateTimeOffset ExpiresAt)
{
    /// <param name="receivedAt">The dates are counted from here, so that a clock that differs from Nadeo's does no harm.</param>
    public static bool TryRead(string token, DateTimeOffset receivedAt, [NotNullWhen(true)] out JwtLifetime? lifetime)
    {
        lifetime = null;
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
        {
            return false;
        }

        try
        {
            var claims = JsonSerializer.Deserialize(Base64Url.DecodeFromUtf8(Encoding.ASCII.GetBytes(parts[1])), UpstreamJson.Default.NadeoClaims);
            if (claims?.Exp is not { } expires)
            {
                return false;
            }

            var skew = claims.Iat is { } issued ? receivedAt - DateTimeOffset.FromUnixTimeSeconds(issued) : TimeSpan.Zero;
            var expiresAt = DateTimeOffset.FromUnixTimeSeconds(expires) + skew;
            var refreshAfter = claims.Rat is { } refresh ? DateTimeOffset.FromUnixTimeSeconds(refresh) + skew : expiresAt;
            lifetime = new JwtLifetime(refreshAfter, expiresAt);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
