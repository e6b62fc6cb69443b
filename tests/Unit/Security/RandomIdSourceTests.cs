using Backend.Infrastructure.Security;

namespace Backend.Unit.Security;

public sealed class RandomIdSourceTests
{
    [Fact]
    public void Ids_are_random_ones_and_never_come_twice()
    {
        var source = new RandomIdSource();
        var ids = Enumerable.Range(0, 10_000).Select(_ => source.Next()).ToList();

        ids.Distinct().Count().ShouldBe(ids.Count);
        ids.ShouldAllBe(id => id.Version == 4);
    }
}
