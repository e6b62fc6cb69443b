using System.Security.Cryptography;
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

    /// <summary>What keeps this version from working with the database, in a sentence; null when nothing does.</summary>
    /// <exception cref="ConfigurationException">No usable connection string is configured.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be worked with.</exception>
    public static Task<string?> FindObstacleAsync(IConfiguration configuration, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        WithMigratorAsync(configuration, loggers, async migrator => await migrator.CheckAsync(cancellationToken) is { Status: not SchemaStatus.Current } state ? state.Sentence : null);

    private static async Task<T> WithMigratorAsync<T>(IConfiguration configuration, ILoggerFactory loggers, Func<SchemaMigrator, Task<T>> work)
    {
        var errors = new List<string>();
        var settings = PostgresSettings.Read(configuration, isDevelopment: false, errors) ?? throw new ConfigurationException(errors);
        await using var dataSource = CreateSource(settings);
        try
        {
            return await work(new SchemaMigrator(dataSource, loggers.CreateLogger<SchemaMigrator>()));
        }
        catch (NpgsqlException exception)
        {
            throw new DatabaseUnavailableException($"The database cannot be worked with: {exception.Describe()}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException || PostgresFailures.IsUnavailable(exception))
        {
            // A certificate file, or a host name, that the connection string names.
            throw new DatabaseUnavailableException($"The database cannot be worked with: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    /// <summary>Patient connections without a pool: a migration takes as long as it takes, and is soon over for good.</summary>
    internal static NpgsqlDataSource CreateSource(PostgresSettings settings) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false, CommandTimeout = 0 });
}

/// <summary>The database does not answer, or refuses. The message holds no secret.</summary>
public sealed class DatabaseUnavailableException(string message, Exception inner) : Exception(message, inner);
