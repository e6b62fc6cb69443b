using System.Security.Cryptography;

namespace Backend.Integration.Support;

/// <summary>Unique keys, so that tests can share a store and assert on their own data only.</summary>
internal static class Ids
{
    public static Guid Next() => new(RandomNumberGenerator.GetBytes(16));
}
