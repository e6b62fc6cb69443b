using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>Reads both spellings of a connection string: <c>postgresql://user:password@host/database?sslmode=require</c> and <c>Host=…;Database=…</c>.</summary>
internal static class ConnectionStringReader
{
    /// <summary>The parameters of a URI, as libpq names them, and what they are called here.</summary>
    private static readonly Dictionary<string, string> s_parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslnegotiation"] = "SSL Negotiation",
        ["channel_binding"] = "Channel Binding",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["options"] = "Options",
        ["user"] = "Username",
        ["password"] = "Password",
        ["host"] = "Host",
        ["port"] = "Port",
        ["dbname"] = "Database",
        ["target_session_attrs"] = "Target Session Attributes",
    };

    /// <param name="key">The setting it comes from, for messages; its value never appears in one.</param>
    /// <param name="text">The connection string.</param>
    /// <param name="errors">Gets a sentence for each problem; the answer is null then.</param>
    public static NpgsqlConnectionStringBuilder? Read(string key, string text, ICollection<string> errors)
    {
        var isUri = text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);
        var found = errors.Count;
        var builder = isUri ? FromUri(key, text, errors) : FromKeyValues(key, text, errors);
        if (builder is not null && string.IsNullOrEmpty(builder.Host))
        {
            errors.Add($"{key} names no host.");
        }

        if (builder is not null && string.IsNullOrEmpty(builder.Database))
        {
            errors.Add($"{key} names no database.");
        }

        return errors.Count == found ? builder : null;
    }

    private static NpgsqlConnectionStringBuilder? FromUri(string key, string text, ICollection<string> errors)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            errors.Add($"{key} is not a valid URI; write postgresql://user:password@host:port/database, with special characters percent-encoded.");
            return null;
        }

        var builder = new NpgsqlConnectionStringBuilder { Host = Unescape(uri.Host.Trim('[', ']')), Database = Unescape(uri.AbsolutePath.TrimStart('/')) };
        if (uri.Port > 0)
        {
            builder.Port = uri.Port;
        }

        var credentials = uri.UserInfo.Split(':', 2);
        if (credentials[0].Length > 0)
        {
            builder.Username = Unescape(credentials[0]);
        }

        if (credentials.Length == 2)
        {
            builder.Password = Unescape(credentials[1]);
        }

        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(parameter);
            if (!s_parameters.TryGetValue(name, out var keyword))
            {
                errors.Add($"{key} has the parameter '{name}', which is not known; known are {string.Join(", ", s_parameters.Keys)}.");
            }
            else
            {
                Set(key, builder, name, keyword, value, errors);
            }
        }

        return builder;
    }

    private static NpgsqlConnectionStringBuilder? FromKeyValues(string key, string text, ICollection<string> errors)
    {
        DbConnectionStringBuilder parsed = new();
        try
        {
            parsed.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            errors.Add($"{key} is neither a URI (postgresql://…) nor of the form Host=…;Database=…;Username=…;Password=….");
            return null;
        }

        var builder = new NpgsqlConnectionStringBuilder();
        foreach (string keyword in parsed.Keys!)
        {
            Set(key, builder, keyword, keyword, Convert.ToString(parsed[keyword], CultureInfo.InvariantCulture)!, errors);
        }

        return builder;
    }

    private static void Set(string key, NpgsqlConnectionStringBuilder builder, string name, string keyword, string value, ICollection<string> errors)
    {
        // libpq writes verify-full and read-write where the driver knows VerifyFull and ReadWrite.
        var plain = keyword.Replace(" ", string.Empty, StringComparison.Ordinal);
        var isEnumeration = plain.Equals("SSLMode", StringComparison.OrdinalIgnoreCase) || plain.Equals("ChannelBinding", StringComparison.OrdinalIgnoreCase)
            || plain.Equals("SSLNegotiation", StringComparison.OrdinalIgnoreCase);
        try
        {
            builder[keyword] = isEnumeration ? value.Replace("-", string.Empty, StringComparison.Ordinal) : value;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException)
        {
            errors.Add($"{key} has a '{name}' that is not known or has a value that cannot be used.");
        }
    }

    private static (string Name, string Value) Split(string parameter)
    {
        var parts = parameter.Split('=', 2);
        return (Unescape(parts[0]), parts.Length == 2 ? Unescape(parts[1]) : string.Empty);
    }

    private static string Unescape(string text) => Uri.UnescapeDataString(text);
}
