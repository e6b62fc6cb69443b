using Backend.Application;
using Backend.Application.Common.Behaviours;
using Backend.Infrastructure;
using Backend.Unit.Selection;
using Backend.Unit.Support;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Unit.Architecture;

/// <summary>The container as the product builds it: a behaviour whose constraint a request does not meet is skipped without a word.</summary>
public sealed class ContainerTests
{
    private static readonly Type[] Types = typeof(Backend.Application.DependencyInjection).Assembly.GetTypes();
    private static readonly List<Type> Requests = [.. Rules.Requests(Types)];
    private static readonly Type[] Expected = [typeof(RequestLoggingBehaviour<,>), typeof(ValidationBehaviour<,>)];

    [Fact]
    public async Task Every_request_passes_exactly_the_two_behaviours_logging_outermost()
    {
        await using var provider = Build();
        Requests.Count.ShouldBeGreaterThanOrEqualTo(15);
        BehaviourViolations(provider, Requests).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_behaviour_rule_notices_a_request_that_skips_the_behaviours_and_one_behaviour_too_many()
    {
        await using var provider = Build();
        BehaviourViolations(provider, [typeof(Violators.BareAnswerQuery)]).ShouldHaveSingleItem().ShouldStartWith("BareAnswerQuery passes []");

        await using var changed = Build(services => services.AddSingleton(typeof(IPipelineBehavior<,>), typeof(Violators.SilentBehaviour<,>)));
        BehaviourViolations(changed, [typeof(Backend.Application.Sessions.LoginCommand)]).ShouldHaveSingleItem().ShouldContain("SilentBehaviour");
    }

    [Fact]
    public async Task Every_handler_and_validator_can_be_built_and_is_the_one_of_the_assembly()
    {
        await using var provider = Build();
        foreach (var request in Requests)
        {
            var handler = typeof(IRequestHandler<,>).MakeGenericType(request, AnswerOf(request));
            provider.GetServices(handler).Count().ShouldBe(1, request.Name);
        }

        foreach (var validator in Types.Where(Rules.IsValidator))
        {
            provider.GetServices(validator.GetInterfaces().Single(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(FluentValidation.IValidator<>))).Select(v => v!.GetType()).ShouldBe([validator]);
        }
    }

    [Fact]
    public async Task Every_port_is_registered_once()
    {
        await using var provider = Build();
        var ports = Types.Where(t => t is { IsInterface: true, Namespace: "Backend.Application.Ports" }).ToList();

        ports.ShouldNotBeEmpty();
        ports.Where(p => provider.GetServices(p).Count() != 1).Select(p => p.Name).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_sent_through_the_real_mediator_is_validated()
    {
        await using var provider = Build();
        var result = await provider.GetRequiredService<IMediator>().Send(new Backend.Application.MapSearches.SubmitMapSearchCommand(Make.UserId, null, "1d"));

        result.Error!.Code.ShouldBe("validation.failed");
        result.Error.Fields!.Keys.ShouldBe(["mapper"]);
    }

    private static Type AnswerOf(Type request) =>
        request.GetInterfaces().Single(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>)).GenericTypeArguments[0];

    private static List<string> BehaviourViolations(IServiceProvider provider, IEnumerable<Type> requests)
    {
        var violations = new List<string>();
        foreach (var request in requests)
        {
            var behaviours = provider.GetServices(typeof(IPipelineBehavior<,>).MakeGenericType(request, AnswerOf(request))).Select(b => b!.GetType().GetGenericTypeDefinition()).ToList();
            if (!behaviours.SequenceEqual(Expected))
            {
                violations.Add($"{request.Name} passes [{string.Join(", ", behaviours.Select(b => b.Name))}]");
            }
        }

        return violations;
    }

    private static ServiceProvider Build(Action<IServiceCollection>? change = null)
    {
        var errors = new List<string>();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddApplication();
        services.AddInfrastructure(Settings.Of(AddInfrastructureTests.Complete), isDevelopment: false, runsSearches: true, errors);
        change?.Invoke(services);
        errors.ShouldBeEmpty();
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
