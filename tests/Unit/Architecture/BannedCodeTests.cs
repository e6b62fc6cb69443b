using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Backend.Unit.Architecture;

/// <summary>No ambient clock, chance or console, and no blocked or unobserved work.</summary>
public sealed class BannedCodeTests
{
    private static readonly (string Name, string Pattern, string Violator)[] Bans =
    [
        ("ambient clock", @"\bDateTime(Offset)?\s*\.\s*(UtcNow|Now|Today)\b", "var now = $\"{DateTimeOffset.UtcNow}\";"),
        ("ambient clock of the process", @"\bEnvironment\s*\.\s*TickCount|\bStopwatch\s*\.", "var t = Stopwatch.GetTimestamp();"),
        ("system clock", @"\bTimeProvider\s*\.\s*System\b", "var now = TimeProvider.System.GetUtcNow();"),
        ("ambient ids", @"\bGuid\s*\.\s*(NewGuid|CreateVersion7)\b", "var id = Guid.NewGuid();"),
        ("ambient chance", @"\bRandom\s*\.\s*Shared\b|\bnew\s+(System\.)?Random\s*\(\s*\)", "var dice = new Random();"),
        ("console", @"\bConsole\s*\.", "Console.WriteLine(1);"),
        ("async void", @"\basync\s+void\b", "private async void OnTick() { }"),
        ("blocking on a result", @"\.\s*Result\b(?!\s*[(<])|\bGetResult\s*\(", "if (task.Result is null) { }"),
        ("blocking on a task", @"\.\s*Wait(All|Any)?\s*\(", "task.Wait();"),
        ("sleeping", @"\bThread\s*\.\s*Sleep\b", "Thread . Sleep(1);"),
        ("own HTTP clients", @"\bnew\s+(System\.Net\.Http\.)?HttpClient\s*\(", "using var client = new HttpClient();"),
        ("lost compiler warnings", @"#pragma\s+warning\s+disable|#nullable\s+disable", "#pragma warning disable RS0030\nvar x = 1;"),
    ];

    private static readonly (string Ban, string File, string Reason)[] Exceptions =
    [
        ("ambient ids", "src/Infrastructure/Security/RandomIdSource.cs", "the one place that ids come from"),
        ("system clock", "src/Infrastructure/DependencyInjection.cs", "the clock that everything else is given"),
        ("system clock", "src/Infrastructure/Postgres/PostgresProbe.cs", "a time limit beside the driver's, which goes by real time"),
        ("system clock", "src/Infrastructure/Postgres/PostgresDatabase.cs", "pauses inside the driver's time limits, which go by real time"),
        ("system clock", "src/Infrastructure/Aws/AwsFailures.cs", "a time limit beside the SDK's, which goes by real time"),
        ("system clock", "src/Infrastructure/Aws/AwsProbes.cs", "a time limit beside the SDK's, which goes by real time"),
        ("system clock", "src/Infrastructure/Aws/AwsProvisioning.cs", "waiting for AWS to make a table"),
        ("system clock", "src/Infrastructure/Aws/DynamoDatabase.cs", "pauses inside the time limits, which go by real time"),
        ("system clock", "src/Infrastructure/Trackmania/TrackmaniaClients.cs", "the default for clients that are registered alone"),
        ("system clock", "src/TrackmaniaSandbox/Program.cs", "the sandbox's own composition"),
        ("console", "src/WebApi/Program.cs", "why the service cannot start, before there is a log, and the output of commands"),
        ("console", "src/TrackmaniaSandbox/Program.cs", "a command-line program's own output"),
        ("own HTTP clients", "src/WebApi/Commands/HealthcheckCommand.cs", "a process that makes one call and ends, and composes nothing"),
        ("blocking on a result", "src/Infrastructure/Trackmania/UpstreamPipeline.cs", "a finished attempt's outcome, not a task"),
    ];

    public static TheoryData<string> Names => [.. Bans.Select(b => b.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_product_keeps_to_the_ban(string name) =>
        Violations(name, SourceTree.Product).Except(Exceptions.Where(e => e.Ban == name).Select(e => e.File)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void The_ban_notices_a_violator_and_no_mere_mention(string name)
    {
        var violator = Bans.Single(b => b.Name == name).Violator;

        Violations(name, [new SourceFile("src/Domain/Bad.cs", violator)]).ShouldBe(["src/Domain/Bad.cs"]);
        Violations(name, [new SourceFile("src/Domain/Good.cs", "// " + violator.Replace("\n", "\n// ", StringComparison.Ordinal))]).ShouldBeEmpty();
    }

    [Fact]
    public void No_exception_is_out_of_date()
    {
        Exceptions.Length.ShouldBeGreaterThan(0);
        Exceptions.Where(e => !Violations(e.Ban, SourceTree.Product).Contains(e.File)).ShouldBeEmpty();
        Exceptions.ShouldAllBe(e => e.Reason.Length > 10);
    }

    [Fact]
    public void The_analyzer_of_banned_symbols_is_wired_into_every_project()
    {
        WiringViolations(SourceTree.Open("Directory.Build.props").Text).ShouldBeEmpty();
        File.Exists(Path.Combine(SourceTree.Root, "BannedSymbols.txt")).ShouldBeTrue();

        // A nearer file would replace the one above unless it imports it.
        SourceTree.Read("src", "Directory.Build.props").ShouldBeEmpty();
        SourceTree.Read("src", "BannedSymbols.txt").ShouldBeEmpty();
        SourceTree.Read("src", "*.csproj").ShouldNotBeEmpty();
        SourceTree.Read("src", "*.csproj").Append(SourceTree.Open("Directory.Build.props")).Append(SourceTree.Open(".editorconfig")).ShouldAllBe(f => !f.Text.Contains("RS0030", StringComparison.Ordinal));
    }

    [Fact]
    public void The_wiring_rule_notices_violators()
    {
        const string Analyzer = """<PackageReference Include="Microsoft.CodeAnalysis.BannedApiAnalyzers" PrivateAssets="all" />""";
        const string Symbols = """<AdditionalFiles Include="$(MSBuildThisFileDirectory)BannedSymbols.txt" />""";
        const string Strict = "<TreatWarningsAsErrors>true</TreatWarningsAsErrors>";

        WiringViolations($"<Project>{Analyzer}{Symbols}{Strict}</Project>").ShouldBeEmpty();
        WiringViolations($"<Project>{Symbols}{Strict}</Project>").ShouldBe(["the analyzer is missing"]);
        WiringViolations($"<Project>{Analyzer}{Strict}</Project>").ShouldBe(["the list is missing"]);
        WiringViolations($"<Project>{Analyzer}{Symbols}</Project>").ShouldBe(["warnings are no errors"]);
    }

    [Fact]
    public void Every_banned_symbol_exists_so_that_no_line_is_dead()
    {
        var symbols = SourceTree.Open("BannedSymbols.txt").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(';')[0]).ToList();

        symbols.Count.ShouldBeGreaterThanOrEqualTo(10);
        symbols.Where(s => !Exists(s)).ShouldBeEmpty();
        string[] needed = ["P:System.DateTime.UtcNow", "P:System.DateTimeOffset.UtcNow", "M:System.Guid.NewGuid", "M:System.Threading.Tasks.Task.Delay(System.TimeSpan)"];
        needed.Except(symbols).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("P:System.DateTime.Nov")]
    [InlineData("M:System.Guid.NewGuid(System.Int32)")]
    [InlineData("M:System.Threading.Tasks.Task.Delay(Int32)")]
    [InlineData("T:System.NoSuchType")]
    [InlineData("System.DateTime.Now")]
    public void The_rule_notices_a_dead_line(string symbol) => Exists(symbol).ShouldBeFalse();

    [Fact]
    public void Only_the_source_of_ids_suppresses_the_analyzer()
    {
        SuppressionViolations(SourceTree.Product).ShouldBe(["src/Infrastructure/Security/RandomIdSource.cs"]);
        SuppressionViolations([new SourceFile("src/Domain/Bad.cs", "[SuppressMessage(\"ApiDesign\", \"RS0030\")]")]).ShouldBe(["src/Domain/Bad.cs"]);
    }

    private static List<string> SuppressionViolations(IEnumerable<SourceFile> files) => [.. files.Where(f => f.Text.Contains("RS0030", StringComparison.Ordinal)).Select(f => f.Path)];

    private static List<string> Violations(string name, IEnumerable<SourceFile> files)
    {
        var ban = Bans.Single(b => b.Name == name);
        return [.. files.Where(f => Regex.IsMatch(f.Code, ban.Pattern, RegexOptions.None, TimeSpan.FromSeconds(10))).Select(f => f.Path)];
    }

    private static List<string> WiringViolations(string props)
    {
        var elements = XDocument.Parse(props).Descendants().ToList();
        var violations = new List<string>();
        if (!elements.Exists(e => e.Name.LocalName == "PackageReference" && e.Attribute("Include")?.Value == "Microsoft.CodeAnalysis.BannedApiAnalyzers" && e.Attribute("Condition") is null))
        {
            violations.Add("the analyzer is missing");
        }

        if (!elements.Exists(e => e.Name.LocalName == "AdditionalFiles" && e.Attribute("Include")?.Value == "$(MSBuildThisFileDirectory)BannedSymbols.txt"))
        {
            violations.Add("the list is missing");
        }

        if (!elements.Exists(e => e is { Name.LocalName: "TreatWarningsAsErrors", Value: "true" }))
        {
            violations.Add("warnings are no errors");
        }

        return violations;
    }

    private static bool Exists(string symbol)
    {
        var match = Regex.Match(symbol, @"^(?<kind>[PMTF]):(?<type>[\w.]+?)(\.(?<member>\w+))?(\((?<parameters>[\w.,]*)\))?$", RegexOptions.None, TimeSpan.FromSeconds(10));
        if (!match.Success)
        {
            return false;
        }

        var (kind, member) = (match.Groups["kind"].Value, match.Groups["member"].Value);
        var parameters = match.Groups["parameters"].Value;
        return kind switch
        {
            "T" => Type.GetType($"{match.Groups["type"].Value}.{member}") is not null,
            "P" => Type.GetType(match.Groups["type"].Value)?.GetProperty(member) is not null,
            "M" => Type.GetType(match.Groups["type"].Value)?.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance)
                .Any(m => m.Name == member && string.Join(',', m.GetParameters().Select(p => p.ParameterType.FullName)) == parameters) == true,
            _ => false,
        };
    }
}
