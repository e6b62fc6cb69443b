using System.Buffers.Text;
using Backend.Infrastructure.Security;

namespace Backend.Unit.Security;

public sealed class RandomSecretSourceTests
{
    [Fact]
    public void Secrets_are_32_random_bytes_that_an_address_can_hold_and_never_come_twice()
    {
        var source = new RandomSecretSource();
        var secrets = Enumerable.Range(0, 1000).Select(_ => source.Next().Reveal()).ToList();

        secrets.Distinct().Count().ShouldBe(secrets.Count);
        secrets.ShouldAllBe(secret => Base64Url.DecodeFromChars(secret).Length == 32 && Uri.EscapeDataString(secret) == secret);
    }
}
