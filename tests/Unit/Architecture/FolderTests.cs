namespace Backend.Unit.Architecture;

public sealed class FolderTests
{
    private static readonly string[] Nondescript = ["Interfaces", "Services", "Helpers", "Managers", "Utils", "Utilities", "Misc", "Shared"];

    /// <summary>"Common" is a closed list.</summary>
    private static readonly string[] Common = ["src/Application/Common", "src/Application/Common/Behaviours", "src/Application/Common/Messaging", "src/Domain/Common"];

    [Fact]
    public void No_folder_has_a_name_that_says_nothing()
    {
        SourceTree.Folders("src").Count().ShouldBeGreaterThan(20);
        NameViolations(SourceTree.Folders("src").Concat(SourceTree.Folders("tests"))).ShouldBeEmpty();
    }

    [Fact]
    public void The_folder_rule_notices_violators() =>
        NameViolations(["src/Domain/Accounts", "src/Domain/Helpers", "src/WebApi/Services/Email", "src/WebApi/utils"]).ShouldBe(["src/Domain/Helpers", "src/WebApi/Services/Email", "src/WebApi/utils"]);

    [Fact]
    public void Common_grows_no_new_folders()
    {
        CommonViolations(SourceTree.Folders("src")).ShouldBeEmpty();
        Common.Except(SourceTree.Folders("src")).ShouldBeEmpty();
        CommonViolations(["src/Application/Common/Extensions", "src/WebApi/Common"]).Count.ShouldBe(2);
    }

    /// <summary>The sandbox is a program of its own with one namespace, whose folders only sort its files.</summary>
    [Fact]
    public void Namespaces_follow_folders()
    {
        var files = SourceTree.Product
            .Where(f => f.Code.Contains("namespace ", StringComparison.Ordinal) && !f.Path.StartsWith("src/TrackmaniaSandbox/", StringComparison.Ordinal))
            .ToList();

        files.Count.ShouldBeGreaterThan(100);
        NamespaceViolations(files).ShouldBeEmpty();
        NamespaceViolations([new SourceFile("src/Domain/Accounts/X.cs", "namespace Backend.Domain.Sessions;")]).ShouldBe(["src/Domain/Accounts/X.cs"]);
    }

    [Fact]
    public void Every_handler_has_a_test_file_of_its_own()
    {
        var tests = SourceTree.Read("tests/Unit/Application", "*Tests.cs").Select(t => t.Name).ToList();
        var useCases = typeof(Backend.Application.DependencyInjection).Assembly.GetTypes().Where(Rules.IsHandler).Select(h => h.Name[..^"Handler".Length]).ToList();

        useCases.Count.ShouldBeGreaterThanOrEqualTo(15);
        WithoutTests(useCases, tests).ShouldBeEmpty();
        WithoutTests(["Nothing"], tests).ShouldBe(["Nothing"]);
    }

    private static List<string> WithoutTests(IEnumerable<string> useCases, IReadOnlyCollection<string> tests) => [.. useCases.Where(u => !tests.Contains($"{u}Tests.cs"))];

    private static List<string> NameViolations(IEnumerable<string> folders) => [.. folders.Where(f => f.Split('/').Intersect(Nondescript, StringComparer.OrdinalIgnoreCase).Any())];

    private static List<string> CommonViolations(IEnumerable<string> folders) => [.. folders.Where(f => f.Split('/').Contains("Common") && !Common.Contains(f))];

    private static List<string> NamespaceViolations(IEnumerable<SourceFile> files) =>
        [.. files.Where(f => !f.Code.Contains($"namespace Backend.{f.Folder["src/".Length..].Replace('/', '.')};", StringComparison.Ordinal)).Select(f => f.Path)];
}
