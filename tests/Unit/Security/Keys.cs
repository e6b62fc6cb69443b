using Backend.Domain.Common;
using Backend.Infrastructure.Security;

namespace Backend.Unit.Security;

internal static class Keys
{
    /// <summary>Long enough for HS512 too: the library refuses that algorithm with a shorter key, whatever the validation allows.</summary>
    public const string FirstSecret = "the first secret, long enough for every algorithm that signs with one secret";
    public const string SecondSecret = "the second secret, long enough for HMAC-SHA256";

    public static SigningKeys First { get; } = new(new Secret(FirstSecret));

    public static SigningKeys Second { get; } = new(new Secret(SecondSecret));

    public static SigningKeyRing Ring { get; } = new(First, Previous: null);

    public static SigningKeyRing Rotated { get; } = new(Second, First);

    public static SigningKeyRing RotatedLongAgo { get; } = new(Second, Previous: null);
}
