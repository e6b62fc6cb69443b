using Backend.Infrastructure.Selection;

namespace Backend.Integration.Contracts;

/// <summary>Every adapter that can be chosen is held to its port's contract.</summary>
public sealed class ContractCoverageTests
{
    [Fact]
    public void Every_adapter_of_every_port_has_a_contract_test()
    {
        var expected = (from entry in PortTable.Ports
                        from port in entry.Ports
                        from kind in entry.Kinds
                        select (Contract: $"{port.Name[1..]}Contract", Namespace: $"Backend.Integration.{kind}")).ToList();

        expected.Count.ShouldBeGreaterThanOrEqualTo(8);
        Missing(expected).ShouldBeEmpty();
    }

    [Fact]
    public void A_port_without_a_contract_test_is_noticed() =>
        Missing([("NoSuchContract", "Backend.Integration.InMemory"), ("SessionStoreContract", "Backend.Integration.Nowhere")]).Count().ShouldBe(2);

    [Fact]
    public void A_contract_test_only_constructs()
    {
        var contracts = typeof(ContractCoverageTests).Assembly.GetTypes().Where(t => t is { IsAbstract: true, IsSealed: false } && t.Name.EndsWith("Contract", StringComparison.Ordinal)).ToList();
        var tests = typeof(ContractCoverageTests).Assembly.GetTypes().Where(t => contracts.Contains(t.BaseType!)).ToList();

        contracts.Count.ShouldBeGreaterThanOrEqualTo(8);
        tests.Count.ShouldBeGreaterThanOrEqualTo(8);
        tests.ShouldAllBe(t => t.IsSealed);
        contracts.SelectMany(t => t.GetMethods()).Where(m => m.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0 && m.IsVirtual).ShouldBeEmpty();
    }

    private static IEnumerable<(string Contract, string Namespace)> Missing(IEnumerable<(string Contract, string Namespace)> expected) =>
        expected.Where(e => !typeof(ContractCoverageTests).Assembly.GetTypes().Any(t => t.Namespace == e.Namespace && t.BaseType?.Name == e.Contract && t.IsSealed));
}
