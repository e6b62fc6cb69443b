using Backend.Application.Maintenance;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Backend.Infrastructure.Postgres;

internal static class PostgresRegistration
{
    /// <summary>What all Postgres adapters share. The order of the hosted services matters: nothing may run before the schema is right.</summary>
    public static void AddPostgres(this IServiceCollection services, PostgresSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(provider =>
        {
            var source = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            source.UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>());
            return source.Build();
        });
        services.AddSingleton<PostgresDatabase>();
        services.AddPooledDbContextFactory<BackendContext>((provider, options) => options
            .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())

            // Troubles are logged once, by whoever answers for them.
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.ConnectionError, RelationalEventId.CommandError, CoreEventId.SaveChangesFailed, CoreEventId.QueryIterationFailed)));
        services.AddSingleton<IHostedService, PostgresStart>();
        services.AddSingleton<IUpkeep, PostgresHousekeeping>();
        services.AddSingleton<IReadinessProbe, PostgresProbe>();
    }

    /// <summary>The bell of the queue, for hosts that have the queue here.</summary>
    public static IServiceCollection AddMapSearchBell(this IServiceCollection services) =>
        services.AddSingleton<MapSearchBell>().AddSingleton<IHostedService>(provider => provider.GetRequiredService<MapSearchBell>());
}
