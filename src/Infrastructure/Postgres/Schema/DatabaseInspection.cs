using Npgsql;

namespace Backend.Infrastructure.Postgres.Schema;

/// <summary>What a database holds, read without changing or locking anything for longer than a query.</summary>
internal sealed record DatabaseInspection(DatabaseOrigin Origin, IReadOnlyList<string> Journal, IReadOnlyList<string> Conflicts, EarlierData? Earlier)
{
    public const string JournalTable = "schema_versions";

    private static readonly string[] EarlierTables =
    [
        "users", "admin_config", "alerts", "alert_maps", "driver_notifications", "map_positions", "notification_history", "feedback",
        "api_tokens", "daily_emails", "map_leaderboard_cache", "map_search_jobs",
    ];

    public static async Task<DatabaseInspection> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var journal = await ReadJournalAsync(connection, cancellationToken);
        var conflicts = new List<string>();
        if (await connection.ReadAsync<string>("select current_setting('server_encoding')", cancellationToken) is not "UTF8" and var encoding)
        {
            conflicts.Add($"The database is encoded in {encoding}, but names of any script need UTF8; make a new database with that encoding and copy the data.");
        }

        if (journal.Count > 0)
        {
            if (!journal.Contains(EarlierAccounts.OnePlayerOneUser, StringComparer.Ordinal))
            {
                conflicts.AddRange(await EarlierAccounts.FindSharedPlayersAsync(connection, cancellationToken));
            }

            return new DatabaseInspection(DatabaseOrigin.ThisService, journal, conflicts, Earlier: null);
        }

        var tables = new List<string>();
        foreach (var table in EarlierTables)
        {
            if (await connection.HasTableAsync($"public.{table}", cancellationToken))
            {
                tables.Add(table);
            }
        }

        if (tables.Count == 0)
        {
            return new DatabaseInspection(DatabaseOrigin.Empty, journal, conflicts, Earlier: null);
        }

        conflicts.AddRange(await FindForeignInstantsAsync(connection, cancellationToken));
        conflicts.AddRange(await EarlierAccounts.FindConflictsAsync(connection, cancellationToken));
        return new DatabaseInspection(DatabaseOrigin.EarlierSystem, journal, conflicts, await CountAsync(connection, tables, cancellationToken));
    }

    public static async Task<IReadOnlyList<string>> ReadJournalAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        if (await connection.HasTableAsync($"public.{JournalTable}", cancellationToken))
        {
            await using var command = new NpgsqlCommand($"select scriptname from public.{JournalTable} order by scriptname", connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                names.Add(reader.GetString(0));
            }
        }

        return names;
    }

    /// <summary>Instants that already carry a time zone would be shifted by that of the session.</summary>
    private static async Task<IReadOnlyList<string>> FindForeignInstantsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Sql = """
            select a.attrelid::regclass::text || '.' || a.attname, format_type(a.atttypid, null)
            from pg_attribute a
            join unnest(array['users', 'admin_config', 'alerts', 'driver_notifications', 'map_positions', 'notification_history', 'feedback']) as t (name)
                on a.attrelid = to_regclass('public.' || t.name)
            where a.attname in ('created_at', 'updated_at', 'last_checked', 'read_at') and not a.attisdropped and a.atttypid <> 'timestamp'::regtype
            order by 1
            """;
        var sentences = new List<string>();
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sentences.Add($"The column {reader.GetString(0)} is of type {reader.GetString(1)}, but timestamp without time zone was expected.");
        }

        return sentences;
    }

    private static async Task<EarlierData> CountAsync(NpgsqlConnection connection, IReadOnlyCollection<string> tables, CancellationToken cancellationToken)
    {
        const string Escaped = "~ '&(lt|gt|quot|#x27|amp);'";
        return new EarlierData(
            await Rows("users"),
            await Rows("alerts"),
            await Rows("driver_notifications"),
            await Rows("notification_history"),
            await Rows("feedback"),
            await Rows("driver_notifications", $"map_name {Escaped}") + await Rows("feedback", $"message {Escaped}") + await Rows("feedback", $"type {Escaped}"),
            await Rows("daily_emails") + await Rows("map_search_jobs"),
            await Rows("api_tokens") + await Rows("map_leaderboard_cache"));

        async Task<long> Rows(string table, string condition = "true") =>
            tables.Contains(table, StringComparer.Ordinal) ? await connection.ReadAsync<long>($"select count(*) from public.{table} where {condition}", cancellationToken) : 0;
    }
}
