using System.Text.RegularExpressions;

namespace Backend.Unit.Architecture;

/// <summary>A technology is named only in its folder, so that it can be exchanged there.</summary>
public sealed class TechnologyFolderTests
{
    private static readonly (string Technology, string Names, string Places)[] Rules =
    [
        ("Postgres", @"Npgsql|Microsoft\.EntityFrameworkCore|DbUp", "^src/Infrastructure/Postgres/"),
        ("Amazon", "Amazon", "^src/Infrastructure/Aws/"),
        ("MailKit", "MailKit|MimeKit", "^src/Infrastructure/Email/"),
        ("Mapster", "Mapster", "^src/Infrastructure/(Postgres|Aws)/"),
        ("bcrypt", "BCrypt", "^src/Infrastructure/Security/"),
        ("JSON web tokens", @"Microsoft\.IdentityModel|System\.IdentityModel", "^src/Infrastructure/Security/"),
        ("HTTP resilience", @"Polly|Microsoft\.Extensions\.Http\.Resilience", "^src/Infrastructure/Trackmania/"),
        ("MediatR", "MediatR", @"^src/(Application/Common/(Messaging|Behaviours)/|[^/]+/DependencyInjection\.cs$|WebApi/(Endpoints|Workers|Commands)/|WebApi/Http/SessionAuthentication\.cs$)"),
        ("FluentValidation", "FluentValidation", "^src/Application/"),
        ("Serilog", "Serilog", @"^src/WebApi/(DependencyInjection|Program)\.cs$"),
        ("API description", @"Scalar|Microsoft\.OpenApi", "^src/WebApi/(Endpoints|OpenApi)/"),
        ("page components", @"Microsoft\.AspNetCore\.Components", "^src/Infrastructure/Email/"),
        ("web framework", @"Microsoft\.AspNetCore(?!\.Components)", "^src/(WebApi|TrackmaniaSandbox)/"),
        ("in-memory adapters", @"Backend\.Infrastructure\.InMemory", "^src/Infrastructure/(InMemory|Selection)/"),
    ];

    private static readonly string[] NotYetUsed = ["Mapster"];

    public static TheoryData<string> Technologies => [.. Rules.Select(r => r.Technology)];

    [Theory]
    [MemberData(nameof(Technologies))]
    public void A_technology_is_named_only_in_its_folder(string technology)
    {
        var rule = Rules.Single(r => r.Technology == technology);

        Violations(rule, SourceTree.Product).ShouldBeEmpty();
        if (!NotYetUsed.Contains(technology))
        {
            SourceTree.Product.Count(f => Names(rule).IsMatch(f.Code)).ShouldBeGreaterThan(0, "the rule selects nothing");
        }
    }

    [Theory]
    [InlineData("Postgres", "src/Application/Accounts/Register.cs", "using Npgsql;")]
    [InlineData("Postgres", "src/Infrastructure/InMemory/X.cs", "using Microsoft.EntityFrameworkCore;")]
    [InlineData("Postgres", "src/Infrastructure/Aws/X.cs", "var c = new Npgsql.NpgsqlConnection();")]
    [InlineData("Postgres", "src/WebApi/Commands/X.cs", "using DbUp.Engine;")]
    [InlineData("Amazon", "src/Infrastructure/Postgres/X.cs", "using Amazon.DynamoDBv2;")]
    [InlineData("MailKit", "src/WebApi/Workers/X.cs", "using static MailKit.Net.Smtp.SmtpClient;")]
    [InlineData("Mapster", "src/Application/X.cs", "global using Mapster;")]
    [InlineData("bcrypt", "src/Application/Sessions/Login.cs", "BCrypt.Net.BCrypt.Verify(a, b);")]
    [InlineData("JSON web tokens", "src/WebApi/Http/X.cs", "using T = Microsoft.IdentityModel.Tokens.SecurityToken;")]
    [InlineData("HTTP resilience", "src/Application/X.cs", "using Polly;")]
    [InlineData("MediatR", "src/Application/Sessions/Login.cs", "using MediatR;")]
    [InlineData("MediatR", "src/Infrastructure/InMemory/X.cs", "using MediatR;")]
    [InlineData("MediatR", "src/WebApi/Http/Problem.cs", "using MediatR;")]
    [InlineData("FluentValidation", "src/WebApi/Endpoints/X.cs", "using FluentValidation;")]
    [InlineData("Serilog", "src/Application/X.cs", "Serilog.Log.Information(1);")]
    [InlineData("API description", "src/WebApi/Http/X.cs", "using Scalar.AspNetCore;")]
    [InlineData("page components", "src/WebApi/Endpoints/X.cs", "using Microsoft.AspNetCore.Components.Web;")]
    [InlineData("web framework", "src/Infrastructure/X.cs", "using Microsoft.AspNetCore.Http;")]
    [InlineData("in-memory adapters", "src/WebApi/Workers/X.cs", "using Backend.Infrastructure.InMemory;")]
    public void The_rule_notices_a_violator(string technology, string path, string text) =>
        Violations(Rules.Single(r => r.Technology == technology), [new SourceFile(path, text)]).ShouldBe([path]);

    [Fact]
    public void The_rule_does_not_mind_the_right_folder_comments_or_longer_names()
    {
        Violations(Rules[0], [new SourceFile("src/Infrastructure/Postgres/X.cs", "using Npgsql;")]).ShouldBeEmpty();
        Violations(Rules[0], [new SourceFile("src/Domain/X.cs", "// using Npgsql;\nvar x = MyNpgsql.Y; var t = \"Npgsql.Z\";")]).ShouldBeEmpty();
    }

    [Fact]
    public void Every_rule_has_a_violator()
    {
        var proven = typeof(TechnologyFolderTests).GetMethod(nameof(The_rule_notices_a_violator))!.GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => (string)((IReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!).First().Value!);

        Rules.Select(r => r.Technology).Except(proven).ShouldBeEmpty();
    }

    private static List<string> Violations((string Technology, string Names, string Places) rule, IEnumerable<SourceFile> files) =>
        [.. files.Where(f => Names(rule).IsMatch(f.Code) && !Regex.IsMatch(f.Path, rule.Places, RegexOptions.None, Timeout)).Select(f => f.Path)];

    private static Regex Names((string Technology, string Names, string Places) rule) => new($@"(?<![\w.])({rule.Names})(?=\s*[.;])", RegexOptions.None, Timeout);

    private static TimeSpan Timeout => TimeSpan.FromSeconds(10);
}
