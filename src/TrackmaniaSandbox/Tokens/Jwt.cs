using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Backend.TrackmaniaSandbox;

/// <summary>Three-part HS256 tokens; stateless, so any sandbox of the same seed accepts them.</summary>
internal static class Jwt
{
    public static string Sign(string header, Action<Utf8JsonWriter> writeClaims, byte[] key)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writeClaims(writer);
            writer.WriteEndObject();
        }

        var unsigned = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(buffer.WrittenSpan);
        return unsigned + "." + Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(unsigned)));
    }

    /// <summary>The claims of a token whose signature is right; null otherwise.</summary>
    public static JsonElement? Read(string token, byte[] key)
    {
        var lastDot = token.LastIndexOf('.');
        var firstDot = token.IndexOf('.', StringComparison.Ordinal);
        if (firstDot <= 0 || lastDot <= firstDot + 1)
        {
            return null;
        }

        try
        {
            var expected = HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(token[..lastDot]));
            var claims = Base64Url.DecodeFromChars(token.AsSpan(firstDot + 1, lastDot - firstDot - 1));
            if (!CryptographicOperations.FixedTimeEquals(expected, Base64Url.DecodeFromChars(token.AsSpan(lastDot + 1))))
            {
                return null;
            }

            using var document = JsonDocument.Parse(claims);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    public static byte[] Key(int seed, string purpose) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(
            $"sandbox {purpose} {Hash.Of(seed, HashTag.SigningKey, 1):x16}{Hash.Of(seed, HashTag.SigningKey, 2):x16}"));

    public static string NewId() => MapGenerator.MakeGuid(RandomWord(), RandomWord()).ToString("D");

    private static ulong RandomWord() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
}
