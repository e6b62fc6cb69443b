using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Backend.Application.Ports;

namespace Backend.Infrastructure.Security;

/// <summary>The keys of <see cref="IRateLimiter"/>, as stores keep them.</summary>
internal static class LimitKey
{
    /// <summary>The first line.</summary>
    public static string OwnerOf(string key) => key.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var end ? key[..end] : key;

    /// <summary>Of the characters as they are: a key may hold what no encoding can write, and is nobody's business in a table.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan()));
}
