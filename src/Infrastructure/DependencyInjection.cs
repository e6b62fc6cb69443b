using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Email;
using Backend.Infrastructure.Postgres;
using Backend.Infrastructure.Security;
using Backend.Infrastructure.Selection;
using Backend.Infrastructure.Trackmania;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Backend.Infrastructure;

public static class DependencyInjection
{
    /// <summary>Registers an adapter for every port, as configured.</summary>
    /// <param name="isDevelopment">A missing <c>JWT_SECRET</c> is replaced by a random one if everything else ends with the process too, the schema of a database is brought up to date at start, and mails are put into a folder if nothing says how to send them.</param>
    /// <param name="runsSearches">This process takes searches from the queue by itself, all the time.</param>
    /// <param name="errors">Gets one sentence for each problem; the caller reports them together with its own.</param>
    /// <returns>What was chosen, for the start-up log.</returns>
    public static InfrastructureSummary AddInfrastructure(
        this IServiceCollection services, IConfiguration configuration, bool isDevelopment, bool runsSearches, ICollection<string> errors)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IIdSource, RandomIdSource>();
        services.AddSingleton<ISecretSource, RandomSecretSource>();
        services.AddSettings(configuration, errors);

        var selection = AdapterSelection.Read(configuration, errors);
        services.AddSecurity(configuration, isDevelopment && selection.Choices.All(c => c.Kind == AdapterKind.InMemory), errors, out var secretInvented);
        if (selection.Uses(AdapterKind.Postgres) && PostgresSettings.Read(configuration, isDevelopment, errors) is { } postgres)
        {
            services.AddPostgres(postgres);
        }

        var aws = selection.Uses(AdapterKind.Aws) ? AwsSettings.Read(configuration, errors) : null;
        if (aws is not null)
        {
            var ports = selection.Choices.Where(c => c.Kind == AdapterKind.Aws).Select(c => c.Port).ToList();
            services.AddAws(aws, new AwsNeeds([.. ports.Select(p => p.AwsTable).OfType<AwsTable>()], [.. ports.Select(p => p.AwsQueue).OfType<AwsQueue>()]));
        }

        foreach (var (port, kind) in selection.Choices)
        {
            port.Registration(kind)?.Invoke(services);
        }

        if (runsSearches && selection.KindOf<IMapSearchQueue>() == AdapterKind.Aws)
        {
            services.AddSingleton<IHostedService, MapSearchWatch>();
        }

        services.AddTrackmania(configuration, errors);
        var email = services.AddEmail(configuration, isDevelopment, errors);
        var summary = new InfrastructureSummary(
            selection.Reason,
            [.. selection.Choices.Select(c => (c.Port.Name, c.Kind == AdapterKind.Aws ? aws!.Describe(c.Port) : c.Kind.ToString())), (PortTable.Email, email)],
            selection.Uses(AdapterKind.InMemory),
            selection.Uses(AdapterKind.Postgres),
            selection.KindOf<IMapSearchQueue>() == AdapterKind.InMemory,
            selection.KindOf<IMapSearchQueue>() == AdapterKind.Aws && selection.KindOf<IDailyCheckQueue>() == AdapterKind.Aws,
            secretInvented,
            selection.KindOf<IUserStore>() == AdapterKind.InMemory);
        services.AddSingleton(summary);
        return summary;
    }

    /// <summary>None of the credentials that the real Trackmania services ask for are configured.</summary>
    public static bool LacksTrackmaniaCredentials(IConfiguration configuration) =>
        TrackmaniaConfiguration.Read(configuration).Credentials == TrackmaniaCredentials.None;

    private static void AddSecurity(
        this IServiceCollection services, IConfiguration configuration, bool mayInventSecret, ICollection<string> errors, out bool secretInvented)
    {
        var (keys, invented) = SecurityConfiguration.ReadKeys(configuration, mayInventSecret, errors);
        secretInvented = invented;
        if (keys is not null)
        {
            services.AddSingleton(keys);
        }

        services.AddSingleton(SecurityConfiguration.ReadPasswords(configuration, errors));
        services.AddSingleton<IAccessTokens, JwtAccessTokens>();
        services.AddSingleton<IRefreshTokens, HmacRefreshTokens>();
        services.AddSingleton<IMailTokens, HmacMailTokens>();
        services.AddSingleton<IPasswordHasher, BcryptPasswordHasher>();
        services.AddSingleton<ICommonPasswords, CommonPasswords>();
    }

    private static void AddSettings(this IServiceCollection services, IConfiguration configuration, ICollection<string> errors)
    {
        services.AddSingleton(RateLimitOptions.Read(configuration, errors));
        services.AddSingleton(new AccountOptions
        {
            MaxUsers = Setting.Read(configuration, "Accounts:MaxUsers", new AccountOptions().MaxUsers, 1, 10_000_000, errors),
            InitialAdmin = configuration["Administration:InitialAdmin"],
        });
        services.AddSingleton(MapSearchConfiguration.Read(configuration, errors));
        services.AddSingleton(DailyRunConfiguration.Read(configuration, errors));
    }

    private static void AddTrackmania(this IServiceCollection services, IConfiguration configuration, ICollection<string> errors)
    {
        var trackmania = TrackmaniaConfiguration.Read(configuration);
        foreach (var error in trackmania.Errors)
        {
            errors.Add(error);
        }

        if (trackmania.Credentials == TrackmaniaCredentials.None)
        {
            errors.Add("The credentials of the Trackmania services are missing; set AUTHORIZATION, OCLIENT_ID, OCLIENT_SECRET and USER_AGENT, or Trackmania:Sandbox=true for the sandbox.");
        }

        services.AddTrackmaniaClients(trackmania.Options);
    }
}
