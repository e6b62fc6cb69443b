using Npgsql;

namespace Backend.Integration.Postgres;

/// <summary>Everything in a database as text, to compare it with another or with itself later.</summary>
internal static class DatabaseDump
{
    /// <summary>Without the names of columns' positions: tables that grew column by column equal those made at once.</summary>
    private const string Structure = """
        select format('column %s.%s.%s %s null=%s default=%s identity=%s generated=%s collation=%s comment=%s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull,
            pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attcollation::regcollation, col_description(c.oid, a.attnum))
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where n.nspname = any ($1) and c.relkind in ('r', 'S') and a.attnum > 0 and not a.attisdropped and c.relname <> all ($2)
        union all
        select format('constraint %s.%s %s', n.nspname, k.conname, pg_get_constraintdef(k.oid))
        from pg_constraint k join pg_namespace n on n.oid = k.connamespace where n.nspname = any ($1) and k.conrelid <> 0 and k.conrelid::regclass::text <> all ($2)
        union all
        select format('index %s', indexdef) from pg_indexes where schemaname = any ($1) and tablename <> all ($2)
        union all
        select format('sequence %s.%s %s', schemaname, sequencename, data_type) from pg_sequences where schemaname = any ($1)
        union all
        select format('function %s', pg_get_functiondef(p.oid)) from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any ($1)
        union all
        select format('schema %s', nspname) from pg_namespace where nspname = any ($1)
        order by 1
        """;

    public static async Task<string> ReadStructureAsync(NpgsqlDataSource dataSource, string[] schemas, params string[] withoutTables) =>
        string.Join('\n', await ReadAsync<string>(dataSource, Structure, schemas, withoutTables));

    /// <summary>Structure, rows and counters of all schemas.</summary>
    public static async Task<string> ReadAllAsync(NpgsqlDataSource dataSource)
    {
        var schemas = (await ReadAsync<string>(dataSource, "select nspname::text from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1")).ToArray();
        var dump = new List<string>
        {
            await ReadStructureAsync(dataSource, schemas),
            string.Join('\n', await ReadAsync<string>(dataSource, "select format('counter %s.%s %s', schemaname, sequencename, last_value) from pg_sequences order by 1")),
        };
        foreach (var table in await ReadAsync<string>(dataSource, "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = any ($1) order by 1", [schemas]))
        {
            dump.Add($"{table}: {string.Join('\n', await ReadAsync<string>(dataSource, $"select to_jsonb(t)::text from {table} t order by 1"))}");
        }

        return string.Join('\n', dump);
    }

    /// <summary>The first column of every row.</summary>
    public static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource dataSource, string sql, params object[] values)
    {
        await using var command = dataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetFieldValue<T>(0));
        }

        return rows;
    }
}
