using System.Reflection;
using Backend.Application.Accounts;
using Backend.Application.Administration;
using Backend.Application.Common.Behaviours;
using Backend.Application.DailyEmails;
using Backend.Application.DailyRuns;
using Backend.Application.Leaderboards;
using Backend.Application.MailLinks;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Application;

public static class DependencyInjection
{
    /// <summary>Registers the mediator, its two behaviours in their order, and every handler and validator of this assembly.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        // Stateless, and registered once: a request then costs no allocation for its handlers.
        services.AddSingleton<ServiceFactory>(provider => provider.GetService!);
        services.AddSingleton<IMediator, Mediator>();
        services.AddSingleton(typeof(IPipelineBehavior<,>), typeof(RequestLoggingBehaviour<,>));
        services.AddSingleton(typeof(IPipelineBehavior<,>), typeof(ValidationBehaviour<,>));
        foreach (var (service, handler) in FindHandlers(typeof(DependencyInjection).Assembly))
        {
            services.AddSingleton(service, handler);
        }

        services.AddValidatorsFromAssembly(typeof(DependencyInjection).Assembly, ServiceLifetime.Singleton, includeInternalTypes: true);
        services.AddSingleton<LeaderboardReader>();
        services.AddSingleton<SiteLimits>();
        services.AddSingleton<PasswordConfirmation>();
        services.AddSingleton<AccountRemoval>();
        services.AddSingleton<DailyBoardReader>();
        services.AddSingleton<ChangeProbe>();
        services.AddSingleton<MapPages>();
        services.AddSingleton<EmailLinks>();
        services.AddSingleton<MailLinkHolder>();
        return services;
    }

    private static IEnumerable<(Type Service, Type Handler)> FindHandlers(Assembly assembly) =>
        from type in assembly.GetTypes()
        where type is { IsClass: true, IsAbstract: false }
        from contract in type.GetInterfaces()
        where contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)
        select (contract, type);
}
