using System.Reflection;
using Backend.Infrastructure;

namespace Backend.Unit.Architecture;

public sealed class ArchitectureTests
{
    private static readonly Assembly Application = typeof(Backend.Application.DependencyInjection).Assembly;
    private static readonly Assembly Infrastructure = typeof(InfrastructureSummary).Assembly;

    private static readonly IReadOnlyList<SourceFile> Sources = SourceTree.Product;
    private static readonly Type[] ApplicationTypes = Application.GetTypes();
    private static readonly List<Type> Requests = [.. Rules.Requests(ApplicationTypes)];

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
    public void Every_command_with_free_input_has_a_validator()
    {
        Rules.CommandsWithFreeInputHaveValidators(ApplicationTypes).ShouldHold();
        Type[] wrong = [typeof(Violators.UncheckedCommand), typeof(Violators.UncheckedSecretCommand), typeof(Violators.FixedCommand), typeof(Violators.UncheckedListCommand), typeof(Violators.KeyCommand)];
        Rules.CommandsWithFreeInputHaveValidators(wrong).ShouldBite(4);
        Rules.CommandsWithFreeInputHaveValidators([.. ApplicationTypes.Where(t => !Rules.IsValidator(t))]).Violations.ShouldContain("SubmitMapSearchCommand");
    }

    [Fact]
    public void One_use_case_is_one_file()
    {
        Rules.OneUseCaseOneFile(Requests, Sources).ShouldHold();
        Type[] wrong = [typeof(Violators.UncheckedCommand)];
        Rules.OneUseCaseOneFile(wrong, []).ShouldBite();
        Rules.OneUseCaseOneFile(wrong, [new("src/Unit/Architecture/Unchecked.cs", "record UncheckedCommand(string? Text)")]).ShouldBite();
        Rules.OneUseCaseOneFile(wrong, [new("src/Unit/Architecture/Unchecked.cs", "record UncheckedCommand(string? Text) class UncheckedHandler()")]).ShouldHold();
    }

    [Fact]
    public void Secrets_in_requests_are_of_the_type_that_never_shows_them()
    {
        Rules.SecretsAreSecret(Requests).ShouldHold();
        Rules.SecretsAreSecret([typeof(Violators.LeakyCommand)]).ShouldBite(3);
    }

    [Fact]
    public void Only_tests_see_internals()
    {
        Rules.OnlyTestsSeeInternals(SourceTree.Read("src", "*.csproj").Concat(Sources)).ShouldHold();
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

    private static string Documentation(Assembly assembly) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml"));
}
