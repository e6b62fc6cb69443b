using System.Security.Authentication;
using Npgsql;

namespace Backend.Infrastructure.Postgres.Schema;

internal static class NpgsqlExtensions
{
    public static async Task<bool> HasTableAsync(this NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select to_regclass($1) is not null", connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = name } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public static async Task<bool> HasColumnAsync(this NpgsqlConnection connection, string table, string column, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select exists (select 1 from pg_attribute where attrelid = to_regclass($1) and attname = $2 and not attisdropped)", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = table }, new NpgsqlParameter<string> { TypedValue = column } },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>The one value that a query answers, which is never null.</summary>
    /// <param name="sql">No text from outside.</param>
    public static async Task<T> ReadAsync<T>(this NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What the server or the driver says, without the rows that a detail could quote.</summary>
    public static string Describe(this NpgsqlException exception) =>
        exception switch
        {
            PostgresException refused => $"{refused.MessageText} ({refused.SqlState})",
            { InnerException: AuthenticationException proof } => $"{exception.Message.TrimEnd('.')}: {proof.Message.TrimEnd('.')}",
            _ => exception.Message.TrimEnd('.'),
        };
}
