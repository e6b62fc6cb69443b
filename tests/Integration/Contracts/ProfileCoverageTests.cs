using System.Reflection;
using Backend.Integration.Support;

namespace Backend.Integration.Contracts;

/// <summary>Every test of the whole service runs on every profile.</summary>
public sealed class ProfileCoverageTests
{
    private static readonly Type[] s_types = typeof(ProfileCoverageTests).Assembly.GetTypes();

    [Fact]
    public void Every_suite_runs_on_every_profile()
    {
        var suites = s_types.Where(t => t.IsAbstract && t.IsSubclassOf(typeof(ProfileSuite))).ToList();

        suites.Count.ShouldBeGreaterThanOrEqualTo(13);
        Missing(from suite in suites from profile in HostProfile.All select (suite, profile.Name)).ShouldBeEmpty();
    }

    [Fact]
    public void A_suite_that_lacks_a_profile_is_noticed() =>
        Missing([(typeof(Http.SessionTests), "Nowhere"), (typeof(ProfileSuite), HostProfile.InMemory.Name)]).Count().ShouldBe(2);

    /// <summary>One that started a host on its own would run on one profile only.</summary>
    [Fact]
    public void Every_test_of_the_whole_service_is_such_a_suite() =>
        s_types.Where(t => t.Namespace is "Backend.Integration.Http" or "Backend.Integration.Workflows")
            .Where(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance).Any(m => m.GetCustomAttributes<FactAttribute>().Any()))
            .ShouldAllBe(t => t.IsAbstract && t.IsSubclassOf(typeof(ProfileSuite)));

    private static IEnumerable<string> Missing(IEnumerable<(Type Suite, string Profile)> expected) =>
        expected.Where(e => !s_types.Any(t => t.IsSealed && t.BaseType == e.Suite && t.FullName == $"Backend.Integration.{e.Profile}.{e.Profile}{e.Suite.Name}")).Select(e => $"{e.Suite.Name} on {e.Profile}");
}
