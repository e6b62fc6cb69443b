using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Amazon.DynamoDBv2.Model;
using Backend.Domain.Accounts;
using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Selection;

namespace Backend.Integration.Support;

/// <summary>Looks through everything that the stores of a host hold for what is a user's, by no query of theirs.</summary>
internal static class StoreScan
{
    /// <param name="texts">That nobody else has.</param>
    /// <returns>Where something was found.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(BackendHost host, UserId id, params string[] texts)
    {
        var found = new List<string>();
        if (host.Database is { } database)
        {
            found.AddRange(await ScanAsync(database, id, texts));
        }

        if (host.Aws is { } aws)
        {
            found.AddRange(await ScanAsync(aws, id, texts));
        }

        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return [.. found, .. ScanMemory(host, id, texts)];
            }
            catch (InvalidOperationException) when (attempt < 100)
            {
                // Something was written meanwhile, at which the look from outside takes no lock.
            }
        }
    }

    private static async Task<IEnumerable<string>> ScanAsync(TestDatabase database, UserId id, string[] texts)
    {
        var found = new List<string>();
        var tables = new List<(string Table, bool HasUser)>();
        await using (var command = database.DataSource.CreateCommand(
            """
            select t.table_schema || '.' || quote_ident(t.table_name), exists (
                select 1 from information_schema.columns c where c.table_schema = t.table_schema and c.table_name = t.table_name and c.column_name = 'user_id')
            from information_schema.tables t where t.table_type = 'BASE TABLE' and t.table_schema not in ('pg_catalog', 'information_schema')
            """))
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                tables.Add((reader.GetString(0), reader.GetBoolean(1)));
            }
        }

        tables.Count.ShouldBeGreaterThan(10);
        foreach (var (table, hasUser) in tables)
        {
            var key = table == "public.users" ? $"t.id = {id}" : hasUser ? $"t.user_id = {id}" : table == "public.rate_limit_windows" ? "t.owner = $2" : "false";
            await using var command = database.DataSource.CreateCommand($"select t::text from {table} t where {key} or exists (select 1 from unnest($1::text[]) p where strpos(t::text, p) > 0) or $2::bytea is null");
            command.Parameters.Add(new() { Value = texts });
            command.Parameters.Add(new() { Value = LimitKey(id) });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                found.Add($"{table}: {reader.GetString(0)}");
            }
        }

        return found;
    }

    private static async Task<IEnumerable<string>> ScanAsync(AwsResources aws, UserId id, string[] texts)
    {
        var found = new List<string>();
        var own = id.ToString();
        var hash = Convert.ToHexStringLower(LimitKey(id));
        foreach (var table in AwsSchema.Tables)
        {
            Dictionary<string, AttributeValue>? start = null;
            do
            {
                var page = await aws.DynamoDb.ScanAsync(new ScanRequest { TableName = aws.NameOf(table), ExclusiveStartKey = start });
                foreach (var item in page.Items ?? [])
                {
                    var partition = item[AwsSchema.PartitionKey].S;
                    if (partition == own || partition.StartsWith($"{own}#", StringComparison.Ordinal) || partition.Contains(hash, StringComparison.Ordinal)
                        || item.Values.Any(value => value.S is { } text && texts.Any(t => text.Contains(t, StringComparison.Ordinal))))
                    {
                        found.Add($"{table.BaseName}: {partition} {item.GetValueOrDefault(AwsSchema.SortKey)?.S}");
                    }
                }

                start = page.LastEvaluatedKey is { Count: > 0 } next ? next : null;
            }
            while (start is not null);
        }

        return found;
    }

    /// <summary>Follows every field of the adapters in memory.</summary>
    private static List<string> ScanMemory(BackendHost host, UserId id, string[] texts)
    {
        var found = new List<string>();
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var port in PortTable.Ports.SelectMany(entry => entry.Ports))
        {
            if (host.Services.GetService(port) is { } adapter)
            {
                Visit(adapter, adapter.GetType().Name);
            }
        }

        return found;

        void Visit(object? value, string path)
        {
            switch (value)
            {
                case null or Type or Delegate or Pointer:
                    return;
                case UserId user:
                    if (user == id)
                    {
                        found.Add(path);
                    }

                    return;
                case string text:
                    if (text == id.ToString() || text.StartsWith($"{id}\n", StringComparison.Ordinal) || texts.Any(t => text.Contains(t, StringComparison.Ordinal)))
                    {
                        found.Add($"{path}: {text}");
                    }

                    return;
            }

            var type = value.GetType();
            if (type.IsPrimitive || type.IsEnum || (!type.IsValueType && !seen.Add(value)))
            {
                return;
            }

            if (value is IEnumerable items && type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true)
            {
                if (IsPlain(type))
                {
                    return;
                }

                foreach (var (index, item) in items.Cast<object?>().ToList().Index())
                {
                    Visit(item, $"{path}[{index.ToString(CultureInfo.InvariantCulture)}]");
                }

                return;
            }

            // Clients and pools of other technologies keep nothing of users.
            if (type.Namespace is not { } space || !(space.StartsWith("Backend.Domain", StringComparison.Ordinal) || space.StartsWith("Backend.Infrastructure.InMemory", StringComparison.Ordinal) || space.StartsWith("Backend.WebApi", StringComparison.Ordinal) || space.StartsWith("System.Collections", StringComparison.Ordinal) || type.IsValueType))
            {
                return;
            }

            foreach (var field in Fields(type))
            {
                Visit(field.GetValue(value), $"{path}.{field.Name}");
            }
        }
    }

    /// <summary>What limits know a user by where they keep no names.</summary>
    private static byte[] LimitKey(UserId id) => SHA256.HashData(MemoryMarshal.AsBytes(id.ToString().AsSpan()));

    private static bool IsPlain(Type type) => type.IsArray && type.GetElementType() is { IsPrimitive: true };

    private static IEnumerable<FieldInfo> Fields(Type? type)
    {
        for (; type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                yield return field;
            }
        }
    }
}
