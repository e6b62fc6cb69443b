using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Backend.Unit.Architecture;

/// <summary>WebApi → Application → Domain, WebApi → Infrastructure for composition only, Infrastructure → Application and Domain.</summary>
public sealed partial class LayerTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Backend.Domain"] = [],
        ["Backend.Application"] =
            ["Backend.Domain", "MediatR", "FluentValidation", "FluentValidation.DependencyInjectionExtensions", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions"],
        ["Backend.Infrastructure"] =
        [
            "Backend.Domain", "Backend.Application", "AWSSDK.Core", "AWSSDK.DynamoDBv2", "AWSSDK.SQS", "AWSSDK.SimpleSystemsManagement", "BCrypt-Net-Next", "MailKit", "MimeKit", "Microsoft.AspNetCore.Components", "Microsoft.AspNetCore.Components.Web", "Npgsql", "Npgsql.EntityFrameworkCore.PostgreSQL", "Microsoft.EntityFrameworkCore", "Microsoft.EntityFrameworkCore.Relational", "Microsoft.Extensions.Hosting.Abstractions", "dbup-core", "dbup-postgresql", "System.Threading.RateLimiting", "Polly.Core", "Polly.Extensions", "Polly",
            "Microsoft.Extensions.Caching.Abstractions", "Microsoft.Extensions.Caching.Memory", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.Configuration.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Http", "Microsoft.Extensions.Http.Resilience",
            "Microsoft.Extensions.Http.Diagnostics", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.Options", "Microsoft.Extensions.Resilience", "Microsoft.Extensions.Telemetry.Abstractions", "Microsoft.Extensions.Primitives",
            "Microsoft.IdentityModel.Abstractions", "Microsoft.IdentityModel.JsonWebTokens", "Microsoft.IdentityModel.Tokens",
        ],
    };

    private static readonly Assembly[] Layers =
        [typeof(Backend.Domain.Common.Result<>).Assembly, typeof(Backend.Application.DependencyInjection).Assembly, typeof(Backend.Infrastructure.DependencyInjection).Assembly];

    [Fact]
    public void Each_layer_references_only_what_it_may()
    {
        Layers.Select(l => l.GetName().Name!).ShouldBe(Allowed.Keys);
        foreach (var layer in Layers)
        {
            var references = layer.GetReferencedAssemblies().Select(r => r.Name!).ToList();

            references.ShouldNotBeEmpty();
            Violations(layer.GetName().Name!, references).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_layer_rule_notices_a_violator()
    {
        Violations("Backend.Domain", ["System.Runtime", "System.Text.Json", "MediatR"]).ShouldBe(["Backend.Domain references MediatR"]);
        Violations("Backend.Application", ["Backend.Domain", "Backend.Infrastructure", "Microsoft.AspNetCore.Http"]).Count.ShouldBe(2);
        Violations("Backend.Infrastructure", ["Backend.Application", "Backend.WebApi", "Backend.TrackmaniaSandbox", "MediatR", "FluentValidation"]).Count.ShouldBe(4);

        // A real assembly that references the framework's web parts and everything below it.
        Violations("Backend.Domain", [.. typeof(LayerTests).Assembly.GetReferencedAssemblies().Select(r => r.Name!)]).Count.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Each_project_file_references_only_the_projects_it_may()
    {
        // Unused references do not show in an assembly, but invite use.
        var projects = SourceTree.Read("src", "*.csproj").ToDictionary(f => f.Path, f => References(f.Text));

        projects.Count.ShouldBe(5);
        projects["src/Domain/Domain.csproj"].ShouldBeEmpty();
        projects["src/Application/Application.csproj"].Where(IsProject).ShouldBe(["Domain.csproj"]);
        projects["src/Infrastructure/Infrastructure.csproj"].Where(IsProject).ShouldBe(["Application.csproj", "Domain.csproj"], ignoreOrder: true);
        projects["src/TrackmaniaSandbox/TrackmaniaSandbox.csproj"].ShouldBeEmpty();
        projects["src/WebApi/WebApi.csproj"].Where(IsProject).ShouldBe(["Application.csproj", "Infrastructure.csproj", "TrackmaniaSandbox.csproj"], ignoreOrder: true);

        // No part of the product: it reads what the adapters need, and none of the projects above knows of it.
        References(SourceTree.Open("deploy/aws/Deploy.csproj").Text).ShouldBe(["Infrastructure.csproj", "Amazon.CDK.Lib", "Constructs"]);
    }

    [Fact]
    public void The_project_rule_notices_a_violator() =>
        References("""<Project><ItemGroup><ProjectReference Include="../Infrastructure/Infrastructure.csproj" /><PackageReference Include="MediatR" /></ItemGroup></Project>""")
            .ShouldBe(["Infrastructure.csproj", "MediatR"]);

    [Fact]
    public void The_web_layer_sees_infrastructure_only_where_it_is_composed()
    {
        var web = SourceTree.Product.Where(f => f.Path.StartsWith("src/WebApi/", StringComparison.Ordinal)).ToList();

        web.Count(UsesInfrastructure).ShouldBeGreaterThan(0);
        InfrastructureOutsideComposition(web).ShouldBeEmpty();
    }

    [Fact]
    public void The_composition_rule_notices_a_violator()
    {
        InfrastructureOutsideComposition([new("src/WebApi/Endpoints/BadEndpoints.cs", "using Backend.Infrastructure.InMemory;")]).ShouldBe(["src/WebApi/Endpoints/BadEndpoints.cs"]);
        InfrastructureOutsideComposition([new("src/WebApi/Http/Bad.cs", "var store = new Infrastructure.InMemory.InMemoryUserStore();")]).ShouldBe(["src/WebApi/Http/Bad.cs"]);
    }

    private static List<string> Violations(string layer, IReadOnlyCollection<string> references) =>
        [.. references.Where(r => !IsFramework(r) && !Allowed[layer].Contains(r)).Select(r => $"{layer} references {r}")];

    private static bool IsFramework(string name) =>
        (name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib" or "netstandard" or "Microsoft.CSharp" or "Microsoft.Win32.Primitives")
        && File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, $"{name}.dll"));

    private static List<string> References(string project) =>
        [.. XDocument.Parse(project).Descendants().Where(e => e.Name.LocalName is "ProjectReference" or "PackageReference" or "FrameworkReference").Select(e => e.Attribute("Include")!.Value.Split('/')[^1])];

    private static bool IsProject(string reference) => reference.EndsWith(".csproj", StringComparison.Ordinal);

    private static bool UsesInfrastructure(SourceFile file) => InfrastructureParts().IsMatch(file.Code);

    /// <summary>The summary in the root namespace is what composition tells the rest; adapters and their settings lie below it.</summary>
    private static List<string> InfrastructureOutsideComposition(IEnumerable<SourceFile> files) =>
        [.. files.Where(UsesInfrastructure)
            .Select(f => f.Path)
            .Where(p => p is not ("src/WebApi/Program.cs" or "src/WebApi/DependencyInjection.cs" or "src/WebApi/Commands/MigrateCommand.cs" or "src/WebApi/Commands/AwsProvisionCommand.cs" or "src/WebApi/Commands/MakeAdminCommand.cs") && !p.StartsWith("src/WebApi/Workers/", StringComparison.Ordinal))];

    [GeneratedRegex(@"\bInfrastructure\.[A-Z]")]
    private static partial Regex InfrastructureParts();
}
