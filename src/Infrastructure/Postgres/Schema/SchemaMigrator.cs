using DbUp;
using DbUp.Engine;
using DbUp.Postgresql;
using DbUp.Support;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Backend.Infrastructure.Postgres.Schema;

/// <summary>Brings a database to the schema of this version, or tells what that would mean.</summary>
/// <param name="dataSource">Two connections are used at a time.</param>
/// <param name="folder">Of the scripts; by default those that were published with the service.</param>
internal sealed partial class SchemaMigrator(NpgsqlDataSource dataSource, ILogger<SchemaMigrator> logger, string? folder = null)
{
    /// <summary>Any number that nothing else in a database locks.</summary>
    private const long LockKey = 0x5C4E_3A01_7D15_0002;

    private static readonly TimeSpan ScriptTimeout = TimeSpan.FromHours(1);

    private readonly string _folder = folder ?? Path.Combine(AppContext.BaseDirectory, "sql");

    /// <summary>How long a script waits for a table that somebody else is using. Others wait behind it meanwhile, so it must not be long.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Changes nothing. Whatever stands against a migration is found by really applying the scripts, in a transaction
    /// that is rolled back; their locks are taken meanwhile.
    /// </summary>
    public Task<SchemaPlan> PlanAsync(CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                var (found, scripts, conflicts) = await InspectAsync(cancellationToken);
                if (conflicts.Count == 0 && scripts.Count > 0 && await ApplyAsync(scripts, keep: false, cancellationToken) is { } failure)
                {
                    conflicts = [failure];
                }

                return new SchemaPlan(found.Origin, [.. scripts.Select(s => s.Name)], conflicts, found.Earlier);
            },
            cancellationToken);

    /// <summary>Applies what is missing, all of it or nothing. Any number of processes may call this at once.</summary>
    public Task<SchemaOutcome> MigrateAsync(CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                var (_, scripts, conflicts) = await InspectAsync(cancellationToken);
                if (conflicts.Count > 0)
                {
                    return new SchemaOutcome([], conflicts);
                }

                if (scripts.Count > 0 && await ApplyAsync(scripts, keep: true, cancellationToken) is { } failure)
                {
                    return new SchemaOutcome([], [failure]);
                }

                foreach (var script in scripts)
                {
                    LogApplied(script.Name);
                }

                return new SchemaOutcome([.. scripts.Select(s => s.Name)], []);
            },
            cancellationToken);

    /// <summary>Reads only the journal.</summary>
    public async Task<SchemaState> CheckAsync(CancellationToken cancellationToken)
    {
        var scripts = await SchemaScript.ReadAllAsync(_folder, cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var journal = await DatabaseInspection.ReadJournalAsync(connection, cancellationToken);
        if (Unknown(journal, scripts) is { } tooNew)
        {
            return new SchemaState(SchemaStatus.TooNew, tooNew);
        }

        return scripts.FirstOrDefault(s => !journal.Contains(s.Name, StringComparer.Ordinal)) is { } missing
            ? new SchemaState(SchemaStatus.TooOld, $"The database lacks the schema script {missing.Name}; run the service with the argument migrate first.")
            : new SchemaState(SchemaStatus.Current, $"The database has every schema script up to {scripts[^1].Name}.");
    }

    private static string? Unknown(IEnumerable<string> journal, IReadOnlyList<SqlScript> scripts) =>
        journal.FirstOrDefault(name => scripts.All(s => s.Name != name)) is { } unknown
            ? $"The database has the schema script {unknown}, which this version of the service does not know; start the newer version."
            : null;

    /// <summary>The lock belongs to a transaction, so that it holds through poolers which lend connections out for one transaction only.</summary>
    private async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand("set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0", connection, transaction))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var command = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction) { CommandTimeout = 0, Parameters = { new NpgsqlParameter<long> { TypedValue = LockKey } } })
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return await work();
    }

    private async Task<(DatabaseInspection Found, IReadOnlyList<SqlScript> Pending, IReadOnlyList<string> Conflicts)> InspectAsync(CancellationToken cancellationToken)
    {
        var scripts = await SchemaScript.ReadAllAsync(_folder, cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        DatabaseInspection found;
        try
        {
            found = await DatabaseInspection.ReadAsync(connection, cancellationToken);
        }
        catch (PostgresException exception)
        {
            // Tables of these names that are somebody else's.
            found = new DatabaseInspection(DatabaseOrigin.EarlierSystem, [], [$"The tables are not those of an earlier system: {exception.Describe()}."], Earlier: null);
        }

        var pending = scripts.Where(s => !found.Journal.Contains(s.Name, StringComparer.Ordinal)).ToList();
        return (found, pending, Unknown(found.Journal, scripts) is { } tooNew ? [tooNew, .. found.Conflicts] : found.Conflicts);
    }

    /// <returns>Why it failed, if it did.</returns>
    private async Task<string?> ApplyAsync(IReadOnlyList<SqlScript> scripts, bool keep, CancellationToken cancellationToken)
    {
        var first = new SqlScript(
            "lock timeout",
            $"set local lock_timeout = {(long)LockTimeout.TotalMilliseconds}",
            new SqlScriptOptions { ScriptType = ScriptType.RunAlways, RunGroupOrder = 0 });
        var builder = DeployChanges.To.PostgresqlDatabase(new PostgresqlConnectionManager(dataSource))
            .WithScripts([first, .. scripts])
            .JournalToPostgresqlTable("public", DatabaseInspection.JournalTable)
            .WithVariablesDisabled()
            .WithExecutionTimeout(ScriptTimeout)
            .LogTo(new UpgradeLog(logger));
        var engine = (keep ? builder.WithTransaction() : builder.WithTransactionAlwaysRollback()).Build();
        var result = await Task.Run(engine.PerformUpgrade, cancellationToken);
        return result.Successful ? null : Explain(result);
    }

    private static string Explain(DatabaseUpgradeResult result)
    {
        var script = result.ErrorScript?.Name ?? "The migration";
        return result.Error is NpgsqlException error
            ? $"{script} fails: {error.Describe()}."
            : throw new InvalidOperationException($"{script} fails.", result.Error);
    }

    [LoggerMessage(LogLevel.Information, "Schema script {Script} is applied")]
    private partial void LogApplied(string script);
}
