using Backend.Infrastructure.Selection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Backend.Infrastructure.Postgres.Schema;

/// <summary>The schema of the configured database, for those who do not know which technology keeps it.</summary>
public static class DatabaseSchema
{
    /// <summary>What <see cref="MigrateAsync"/> would do; changes nothing.</summary>
    /// <exception cref="ConfigurationException">No usable connection string is configured.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be worked with.</exception>
    public static Task<SchemaPlan> PlanAsync(IConfiguration configuration, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        WithMigratorAsync(configuration, loggers, migrator => migrator.PlanAsync(cancellationToken));

    /// <summary>Brings the database to the schema of this version, or changes nothing.</summary>
    /// <exception cref="ConfigurationException">No usable connection string is configured.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be worked with.</exception>
    public static Task<SchemaOutcome> MigrateAsync(IConfiguration configuration, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        WithMigratorAsync(configuration, loggers, migrator => migrator.MigrateAsync(cancellationToken));

    private static async Task<T> WithMigratorAsync<T>(IConfiguration configuration, ILoggerFactory loggers, Func<SchemaMigrator, Task<T>> work)
    {
        // Two connections for one run: a pool would only be in the way.
        var settings = ReadSettings(configuration);
        settings.Pooling = false;

        // A detail would quote whole rows, with the hashes of passwords.
        settings.IncludeErrorDetail = false;
        await using var dataSource = NpgsqlDataSource.Create(settings);
        try
        {
            return await work(new SchemaMigrator(dataSource, loggers.CreateLogger<SchemaMigrator>()));
        }
        catch (NpgsqlException exception)
        {
            throw new DatabaseUnavailableException($"The database cannot be worked with: {exception.Describe()}.", exception);
        }
    }

    private static NpgsqlConnectionStringBuilder ReadSettings(IConfiguration configuration)
    {
        foreach (var key in (string[])["NEON_DB_CONNECTION_STRING", "ConnectionStrings:Backend"])
        {
            if (configuration[key] is { Length: > 0 } text)
            {
                try
                {
                    return new NpgsqlConnectionStringBuilder(text);
                }
                catch (ArgumentException)
                {
                    // Its message quotes parts of the text, which holds a password.
                    throw new ConfigurationException([$"{key} is no connection string of the form Host=…;Database=…;Username=…;Password=…."]);
                }
            }
        }

        throw new ConfigurationException(["No database is configured; set NEON_DB_CONNECTION_STRING or ConnectionStrings:Backend."]);
    }
}

/// <summary>The database does not answer, or refuses. The message holds no secret.</summary>
public sealed class DatabaseUnavailableException(string message, Exception inner) : Exception(message, inner);
