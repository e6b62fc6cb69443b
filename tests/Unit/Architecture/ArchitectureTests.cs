using System.Reflection;
using Backend.Application.Common.Behaviours;
using Backend.Infrastructure;
using Backend.Unit.Selection;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Unit.Architecture;

public sealed class ArchitectureTests
{
    private static readonly Assembly Domain = typeof(Backend.Domain.Common.Secret).Assembly;
    private static readonly Assembly Application = typeof(Backend.Application.DependencyInjection).Assembly;
    private static readonly Assembly Infrastructure = typeof(InfrastructureSummary).Assembly;
    private static readonly Assembly WebApi = typeof(Backend.WebApi.Http.Problem).Assembly;

    private static readonly string Root = FindRoot();
    private static readonly List<Source> Sources = Read("*.cs");
    private static readonly Type[] ApplicationTypes = Application.GetTypes();
    private static readonly List<Type> Requests = [.. Rules.Requests(ApplicationTypes)];

    [Fact]
    public void The_domain_knows_only_the_framework()
    {
        var references = Names(Domain);
        references.ShouldNotBeEmpty();
        references.ShouldAllBe(n => n!.StartsWith("System.", StringComparison.Ordinal));
        Names(Application).ShouldContain(n => !n!.StartsWith("System.", StringComparison.Ordinal), "the rule must be able to fail");
    }

    [Fact]
    public void References_point_inwards()
    {
        string[] outer = ["Backend.Infrastructure", "Backend.WebApi", "Backend.TrackmaniaSandbox", "Microsoft.AspNetCore"];
        Rules.References(Names(Application), outer).ShouldHold();
        Rules.References(Names(Infrastructure), "Backend.WebApi", "Backend.TrackmaniaSandbox").ShouldHold();
        Rules.References(Names(WebApi), outer[0]).ShouldBite();
        Rules.References(Names(Infrastructure), "Backend.Application").ShouldBite();
    }

    [Theory]
    [InlineData("Npgsql", "Postgres")]
    [InlineData("EntityFrameworkCore", "Postgres")]
    [InlineData("Amazon", "Aws")]
    [InlineData("MailKit", "Email")]
    public void A_technology_stays_in_its_folder(string technology, string folder)
    {
        Rules.TechnologyStaysInItsFolder(Sources, technology, folder).ShouldHold();
        Source[] wrong =
        [
            new("src/Infrastructure/InMemory/A.cs", $"using System;\nusing {technology}.Client;\n"),
            new("src/Infrastructure/InMemory/B.cs", $"using static Microsoft.{technology};\n"),
            new($"src/Infrastructure/{folder}/C.cs", $"using {technology};\n"),
            new("src/Infrastructure/InMemory/D.cs", $"// {technology} is not used here\n"),
        ];
        Rules.TechnologyStaysInItsFolder(wrong, technology, folder).ShouldBite(2);
    }

    [Fact]
    public void The_mediator_is_named_only_at_the_seams()
    {
        string[] seams =
        [
            "src/Application/Common/Messaging/", "src/Application/Common/Behaviours/", "src/Application/DependencyInjection.cs",
            "src/WebApi/Endpoints/", "src/WebApi/Workers/", "src/WebApi/Http/SessionAuthentication.cs",
        ];
        Rules.MediatRIsNamedOnlyIn(Sources, seams).ShouldHold();
        Rules.MediatRIsNamedOnlyIn([new("src/Application/Accounts/Register.cs", "using MediatR;")], seams).ShouldBite();
    }

    [Fact]
    public void Every_request_is_a_command_or_a_query_and_is_named_so()
    {
        Rules.RequestsAreCommandsOrQueries(ApplicationTypes).ShouldHold();
        Rules.RequestsAreCommandsOrQueries([typeof(Violators.PlainRequest), typeof(Violators.MisnamedQuery), typeof(Violators.OrphanQuery)]).ShouldBite(2);
    }

    [Fact]
    public void Every_request_has_exactly_one_handler()
    {
        Rules.RequestsHaveOneHandler(ApplicationTypes).ShouldHold();
        Type[] none = [typeof(Violators.OrphanQuery)];
        Type[] two = [typeof(Violators.TwiceQuery), typeof(Violators.FirstHandler), typeof(Violators.SecondHandler)];
        Rules.RequestsHaveOneHandler(none).ShouldBite();
        Rules.RequestsHaveOneHandler(two).ShouldBite();
        Rules.RequestsHaveOneHandler(two[..2]).ShouldHold();
    }

    [Fact]
    public void Handlers_validators_and_adapters_are_internal_and_sealed()
    {
        var ports = ApplicationTypes.Where(t => t is { IsInterface: true, Namespace: "Backend.Application.Ports" }).ToList();
        Rules.AreInternalAndSealed(ApplicationTypes.Where(Rules.IsHandler)).ShouldHold();
        Rules.AreInternalAndSealed(ApplicationTypes.Where(Rules.IsValidator)).ShouldHold();
        Rules.AreInternalAndSealed(Infrastructure.GetTypes().Where(t => t.IsClass && ports.Any(p => p.IsAssignableFrom(t)))).ShouldHold();

        Type[] wrong = [typeof(Violators.FirstHandler), typeof(Violators.SecondHandler), typeof(Violators.OpenValidator), typeof(Violators)];
        Rules.AreInternalAndSealed(wrong.Where(Rules.IsHandler)).ShouldBite(2);
        Rules.AreInternalAndSealed(wrong.Where(Rules.IsValidator)).ShouldBite();
    }

    [Fact]
    public void Every_request_passes_the_same_behaviours_in_the_same_order()
    {
        var services = new ServiceCollection().AddLogging();
        Backend.Application.DependencyInjection.AddApplication(services);
        List<string> errors = [];
        services.AddInfrastructure(Settings.Of(AddInfrastructureTests.Complete), mayInventSecret: false, errors);
        errors.ShouldBeEmpty();

        Pipelines(services).ShouldHold();
        services.AddSingleton(typeof(IPipelineBehavior<,>), typeof(ValidationBehaviour<,>));
        Pipelines(services).ShouldBite(Requests.Count);
    }

    [Fact]
    public void Every_command_with_free_input_has_a_validator()
    {
        Rules.CommandsWithFreeInputHaveValidators(ApplicationTypes).ShouldHold();
        Type[] wrong = [typeof(Violators.UncheckedCommand), typeof(Violators.UncheckedSecretCommand), typeof(Violators.FixedCommand)];
        Rules.CommandsWithFreeInputHaveValidators(wrong).ShouldBite(2);
    }

    [Fact]
    public void One_use_case_is_one_file()
    {
        Rules.OneUseCaseOneFile(Requests, Sources).ShouldHold();
        Type[] wrong = [typeof(Violators.UncheckedCommand)];
        Rules.OneUseCaseOneFile(wrong, []).ShouldBite();
        Rules.OneUseCaseOneFile(wrong, [new("src/Unchecked.cs", "record UncheckedCommand(string? Text)")]).ShouldBite();
        Rules.OneUseCaseOneFile(wrong, [new("src/Unchecked.cs", "record UncheckedCommand(string? Text) class UncheckedHandler()")]).ShouldHold();
    }

    [Fact]
    public void Secrets_in_requests_are_of_the_type_that_never_shows_them()
    {
        Rules.SecretsAreSecret(Requests).ShouldHold();
        Rules.SecretsAreSecret([typeof(Violators.LeakyCommand)]).ShouldBite(3);
    }

    public static TheoryData<string, string, string[]> Shortcuts { get; } = new()
    {
        { @"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b|\bStopwatch\.|Environment\.TickCount", "var now = DateTimeOffset.UtcNow;", [] },
        // Each composes a program: the service, its clients where no clock was given, the sandbox on its own.
        { @"TimeProvider\.System\b", "var now = TimeProvider.System.GetUtcNow();", ["src/Infrastructure/DependencyInjection.cs", "src/Infrastructure/Trackmania/TrackmaniaClients.cs", "src/TrackmaniaSandbox/Program.cs"] },
        // The one adapter that ids come from.
        { @"Guid\.(NewGuid|CreateVersion7)\b", "var id = Guid.NewGuid();", ["src/Infrastructure/Security/RandomIdSource.cs"] },
        // Programs speak to the terminal where no logger exists: before the host stands, and for the sandbox's own usage.
        { @"\bConsole\.", "Console.WriteLine();", ["src/WebApi/Program.cs", "src/TrackmaniaSandbox/Program.cs"] },
        { @"\basync\s+void\b", "private async void Go()", [] },
        // 'Outcome.Result' is the value of Polly's outcome, which is there already.
        { @"(?<!\bOutcome|\boutcome)\.Result\b(?!\s*<)|\.Wait\(|GetAwaiter\(\)\.GetResult", "var x = LoadAsync().Result;", [] },
    };

    [Theory]
    [MemberData(nameof(Shortcuts))]
    public void Shortcuts_stand_only_where_there_is_a_reason(string pattern, string violation, string[] allowed)
    {
        Rules.NowhereStands(pattern, Sources, [.. allowed.Select(a => (a, "see the table"))]).ShouldHold();
        Rules.NowhereStands(pattern, [new("src/Domain/A.cs", $"// {violation}\n{violation}\n")]).ShouldBite();
        foreach (var path in allowed)
        {
            Rules.NowhereStands(pattern, Sources.Where(s => s.Path == path)).Violations.ShouldNotBeEmpty($"{path} needs no exception any more");
        }
    }

    [Fact]
    public void Folders_are_named_after_what_they_are_about()
    {
        Rules.FoldersAreNamedAfterTheirMatter(Sources).ShouldHold();
        Rules.FoldersAreNamedAfterTheirMatter([new("src/Application/Services/A.cs", ""), new("src/helpers/B.cs", ""), new("src/Utils.cs", "")]).ShouldBite(2);
    }

    [Fact]
    public void Only_tests_see_internals()
    {
        Rules.OnlyTestsSeeInternals(Read("*.csproj").Concat(Sources)).ShouldHold();
        Rules.OnlyTestsSeeInternals([new("a.csproj", "<InternalsVisibleTo Include=\"Backend.WebApi\" />"), new("a.cs", "[assembly: InternalsVisibleTo(\"Backend.Other\")]")]).ShouldBite(2);
    }

    [Fact]
    public void Every_setting_is_documented()
    {
        foreach (var assembly in new[] { Application, Infrastructure })
        {
            Rules.SettingsAreDocumented(assembly.GetTypes(), Documentation(assembly)).ShouldHold();
        }

        Rules.SettingsAreDocumented([typeof(Violators.BareOptions)], Documentation(typeof(Violators).Assembly)).ShouldBite();
    }

    private static Finding Pipelines(IServiceCollection services)
    {
        using var provider = services.BuildServiceProvider();
        return Finding.Of(
            Requests,
            request =>
            {
                var response = request.GetInterfaces().Single(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>)).GenericTypeArguments[0];
                return !provider.GetServices(typeof(IPipelineBehavior<,>).MakeGenericType(request, response))
                    .Select(b => b!.GetType().GetGenericTypeDefinition())
                    .SequenceEqual([typeof(RequestLoggingBehaviour<,>), typeof(ValidationBehaviour<,>)]);
            },
            t => t.Name);
    }

    private static List<string?> Names(Assembly assembly) => [.. assembly.GetReferencedAssemblies().Select(a => a.Name)];

    private static string Documentation(Assembly assembly) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml"));

    private static List<Source> Read(string pattern) =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), pattern, SearchOption.AllDirectories)
            .Select(path => (Full: path, Relative: Path.GetRelativePath(Root, path).Replace('\\', '/')))
            .Where(p => !p.Relative.Contains("/obj/", StringComparison.Ordinal) && !p.Relative.Contains("/bin/", StringComparison.Ordinal))
            .Select(p => new Source(p.Relative, File.ReadAllText(p.Full)))];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Backend.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
