using System.Security.Authentication;
using Backend.Infrastructure.Postgres.Schema;
using Backend.Infrastructure.Selection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>Before anything else runs: waits for the database, brings the schema up to date if it may, and stops the start on a schema that this version cannot work with.</summary>
internal sealed partial class PostgresStart(
    NpgsqlDataSource source, PostgresSettings settings, IDbContextFactory<BackendContext> contexts, TimeProvider clock, ILoggerFactory loggers) : IHostedLifecycleService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly ILogger<PostgresStart> _logger = loggers.CreateLogger<PostgresStart>();

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (settings.IsPooled)
        {
            LogPooled(settings.PollInterval.TotalMilliseconds);
        }

        await WaitAsync(cancellationToken);
        try
        {
            await CheckSchemaAsync(cancellationToken);
            await WarmUpAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException || PostgresFailures.IsUnavailable(exception))
        {
            throw new ConfigurationException([$"The schema of the database {settings.Target} cannot be checked: {exception.GetBaseException().Message}"]);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CheckSchemaAsync(CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger<SchemaMigrator>();
        await using var patient = DatabaseSchema.CreateSource(settings);
        if (settings.MigrateAtStart && await new SchemaMigrator(patient, logger).MigrateAsync(cancellationToken) is { Succeeded: false } refused)
        {
            throw new ConfigurationException(refused.Conflicts);
        }

        if (await new SchemaMigrator(source, logger).CheckAsync(cancellationToken) is { Status: not SchemaStatus.Current } state)
        {
            throw new ConfigurationException([state.Sentence]);
        }
    }

    /// <summary>The mapper builds its model and its first query here, and not while the first user waits.</summary>
    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.Users.AnyAsync(u => u.Id == 0, cancellationToken);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (IsWorthWaiting(exception))
            {
                var reason = exception.GetBaseException().Message;
                if (clock.GetElapsedTime(started) + s_pause > settings.StartTimeout)
                {
                    throw new ConfigurationException([$"The database {settings.Target} could not be reached within {settings.StartTimeout.TotalSeconds:0} s (Postgres:StartTimeout): {reason}"]);
                }

                LogWaiting(settings.Target, reason);
                await Task.Delay(s_pause, clock, cancellationToken);
            }
            catch (PostgresException exception)
            {
                throw new ConfigurationException([$"The database {settings.Target} refuses the connection: {exception.MessageText}."]);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                var advice = exception.GetBaseException() is AuthenticationException
                    ? $" Its certificate must be for {new NpgsqlConnectionStringBuilder(settings.ConnectionString).Host} and of a known authority; name the authority's certificate in sslrootcert, or set Postgres:TrustServerCertificate=true to go without proof."
                    : string.Empty;
                throw new ConfigurationException([$"The database {settings.Target} cannot be connected to: {exception.GetBaseException().Message.TrimEnd('.')}.{advice}"]);
            }
        }
    }

    /// <summary>Waiting changes nothing about a certificate that is missing or not accepted, or a server that has none.</summary>
    private static bool IsWorthWaiting(Exception exception) =>
        PostgresFailures.IsUnavailable(exception)
        && exception is not NpgsqlException { IsTransient: false }
        && exception.GetBaseException() is not (FileNotFoundException or DirectoryNotFoundException or AuthenticationException);

    [LoggerMessage(LogLevel.Information, "The database is behind a transaction-mode pooler: no notifications (work is looked for every {Milliseconds} ms), no session locks, no prepared statements")]
    private partial void LogPooled(double milliseconds);

    [LoggerMessage(LogLevel.Warning, "Waiting for the database {Target}: {Reason}")]
    private partial void LogWaiting(string target, string reason);
}
