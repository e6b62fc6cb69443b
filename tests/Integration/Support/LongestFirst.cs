using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Backend.Integration.Support.LongestFirst))]

namespace Backend.Integration.Support;

/// <summary>Classes that take a minute or more begin first, for otherwise the run would end with one of them alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] s_longest =
    [
        typeof(Aws.OutageTests),
        typeof(Hosting.RoleTests),
        typeof(Aws.LambdaTests),
        typeof(Postgres.OutageTests),
        typeof(Aws.SweepTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(s_longest, type => collection.TestCollectionDisplayName.Contains(type.FullName!, StringComparison.Ordinal)) is var place and >= 0 ? place : s_longest.Length)];
}
