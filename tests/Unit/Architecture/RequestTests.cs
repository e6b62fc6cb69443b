using Backend.Application.Ports;
using Backend.Domain.Common;

namespace Backend.Unit.Architecture;

public sealed class RequestTests
{
    private static readonly Type[] Bad = [.. typeof(Violators).GetNestedTypes(), .. typeof(Violators).GetNestedTypes(System.Reflection.BindingFlags.NonPublic)];

    [Fact]
    public void Every_request_is_a_command_or_a_query_and_named_so()
    {
        RequestRules.Requests(RequestRules.Application).Count.ShouldBeGreaterThanOrEqualTo(15);
        RequestRules.KindViolations(RequestRules.Application).ShouldBeEmpty();
    }

    [Fact]
    public void The_kind_rule_notices_violators() => RequestRules.KindViolations(Bad).ShouldBe(
    [
        "NeitherCommandNorQuery is neither a command nor a query, or both",
        "BareAnswerQuery is neither a command nor a query, or both",
        "MisnamedRequest is not named after its kind",
        "UnsealedQuery is no sealed record",
    ]);

    [Fact]
    public void Every_request_has_exactly_one_handler()
    {
        RequestRules.Handlers(RequestRules.Application).Count.ShouldBe(RequestRules.Requests(RequestRules.Application).Count);
        RequestRules.HandlerViolations(RequestRules.Application).ShouldBeEmpty();
    }

    [Fact]
    public void The_handler_rule_notices_violators()
    {
        var violations = RequestRules.HandlerViolations(Bad);

        violations.ShouldContain("OrphanCommand has 0 handlers");
        violations.ShouldContain("TwiceHandledCommand has 2 handlers");
        violations.ShouldNotContain(v => v.StartsWith("MisnamedRequest", StringComparison.Ordinal));
    }

    [Fact]
    public void Handlers_and_validators_are_internal_and_sealed()
    {
        RequestRules.Validators(RequestRules.Application).Count.ShouldBeGreaterThanOrEqualTo(5);
        RequestRules.HiddenViolations([.. RequestRules.Handlers(RequestRules.Application), .. RequestRules.Validators(RequestRules.Application)]).ShouldBeEmpty();
    }

    [Fact]
    public void Adapters_are_internal_and_sealed_and_every_port_has_one()
    {
        var ports = RequestRules.Application.Where(t => t is { IsInterface: true, Namespace: "Backend.Application.Ports" }).ToList();
        var adapters = typeof(Backend.Infrastructure.DependencyInjection).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.GetInterfaces().Intersect(ports).Any()).ToList();

        ports.Count.ShouldBeGreaterThanOrEqualTo(15);
        ports.Where(p => !adapters.Any(p.IsAssignableFrom)).Select(p => p.Name).ShouldBeEmpty();
        RequestRules.HiddenViolations(adapters).ShouldBeEmpty();
    }

    [Fact]
    public void The_visibility_rule_notices_violators()
    {
        RequestRules.HiddenViolations([.. RequestRules.Handlers(Bad), .. RequestRules.Validators(Bad)]).ShouldBe(["PublicHandler is not internal and sealed", "OpenValidator is not internal and sealed"], ignoreOrder: true);
        RequestRules.HiddenViolations([.. Bad.Where(t => t.IsAssignableTo(typeof(IIdSource)))]).ShouldBe(["PublicAdapter is not internal and sealed"]);
    }

    [Fact]
    public void Every_command_with_free_input_has_a_validator()
    {
        RequestRules.Requests(RequestRules.Application).Count(RequestRules.IsCommand).ShouldBeGreaterThanOrEqualTo(8);
        RequestRules.ValidatorViolations(RequestRules.Application).ShouldBeEmpty();

        // Seen the other way: without its validators the same assembly breaks the rule.
        RequestRules.ValidatorViolations([.. RequestRules.Application.Except(RequestRules.Validators(RequestRules.Application))])
            .ShouldContain("SubmitMapSearchCommand.Mapper is free input that no validator looks at");
    }

    [Fact]
    public void The_validator_rule_notices_violators()
    {
        var violations = RequestRules.ValidatorViolations(Bad);

        violations.ShouldContain("FreeTextCommand.Text is free input that no validator looks at");
        violations.ShouldContain("SecretCommand.Secret is free input that no validator looks at");
        violations.ShouldContain("ListCommand.Texts is free input that no validator looks at");
        violations.ShouldContain("NestedTextCommand.Inner is free input that no validator looks at");
        violations.ShouldNotContain(v => v.StartsWith("ValidatedCommand", StringComparison.Ordinal) || v.StartsWith("OrphanCommand", StringComparison.Ordinal));
    }

    [Fact]
    public void What_looks_like_a_secret_is_one()
    {
        Type[] types = [.. RequestRules.Application, .. typeof(Secret).Assembly.GetTypes()];

        types.SelectMany(t => t.GetProperties()).Count(p => p.PropertyType == typeof(Secret)).ShouldBeGreaterThanOrEqualTo(8);
        RequestRules.SecretViolations(types).ShouldBeEmpty();
    }

    [Fact]
    public void The_secret_rule_notices_violators() => RequestRules.SecretViolations([typeof(Violators.LeakyCommand), typeof(Violators.SecretCommand)]).ShouldBe(
    [
        "LeakyCommand.Password looks like a secret and is a String",
        "LeakyCommand.RefreshToken looks like a secret and is a String",
        "LeakyCommand.ClientSecret looks like a secret and is a String",
        "LeakyCommand.AccessTokenText looks like a secret and is a String",
        "LeakyCommand.PasswordHash looks like a secret and is a Byte[]",
    ]);

    [Fact]
    public void One_use_case_is_one_file_of_its_name()
    {
        var requests = RequestRules.Requests(RequestRules.Application);

        requests.ShouldNotBeEmpty();
        RequestRules.FileViolations(requests, SourceTree.Product).ShouldBeEmpty();
    }

    [Fact]
    public void The_file_rule_notices_violators()
    {
        var request = typeof(Backend.Application.Accounts.GetProfileQuery);
        const string Path = "src/Application/Accounts/GetProfile.cs";

        RequestRules.FileViolations([request], []).ShouldBe([$"GetProfileQuery is not in {Path}"]);
        RequestRules.FileViolations([request], [new SourceFile(Path, "record GetProfileQuery; record OtherCommand; // class GetProfileHandler")])
            .ShouldBe([$"{Path} does not hold the class GetProfileHandler", $"{Path} also holds OtherCommand"]);
    }

    [Fact]
    public void Every_handler_has_a_test_file_of_its_own()
    {
        var tests = SourceTree.Read("tests/Unit/Application", "*Tests.cs").Select(f => f.Name).ToList();
        var handlers = RequestRules.Handlers(RequestRules.Application).Select(h => h.Name[..^"Handler".Length]).ToList();

        MissingTests(handlers, tests).ShouldBeEmpty();
        MissingTests(["Nothing"], tests).ShouldBe(["Nothing"]);
    }

    private static List<string> MissingTests(IEnumerable<string> useCases, IReadOnlyCollection<string> testFiles) => [.. useCases.Where(u => !testFiles.Contains($"{u}Tests.cs"))];
}
