using Backend.Infrastructure.Security;

namespace Backend.Unit.Security;

public sealed class RandomIdSourceTests
{
    [Fact]
    public void Ids_are_version_4_and_never_the_same()
    {
        var ids = Enumerable.Range(0, 1_000).Select(_ => new RandomIdSource().Next()).ToList();

        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => id.Version == 4);
    }
}
