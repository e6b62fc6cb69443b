using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>Reads both spellings of a connection string: <c>postgresql://user:password@host/database?sslmode=require</c> and <c>Host=…;Database=…</c>.</summary>
internal static partial class ConnectionStringReader
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
    };

    private static readonly HashSet<string> s_enumerations = new(StringComparer.OrdinalIgnoreCase) { "SSLMode", "ChannelBinding", "SSLNegotiation" };

    /// <summary>What libpq calls the certificates that the system trusts; to the driver they are what it uses unless told otherwise.</summary>
    private const string TheSystems = "system";

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

    /// <summary>Taken apart by hand, since the framework's notion of a URI knows neither socket paths nor several hosts and straightens out what it finds.</summary>
    private static NpgsqlConnectionStringBuilder? FromUri(string key, string text, ICollection<string> errors)
    {
        var match = Form().Match(text);
        var hosts = match.Groups["host"].Value.Split(',');
        if (!match.Success || !Array.TrueForAll(hosts, host => Host().IsMatch(host)))
        {
            errors.Add($"{key} is not a valid URI; write postgresql://user:password@host:port/database, with special characters percent-encoded.");
            return null;
        }

        var builder = new NpgsqlConnectionStringBuilder();
        if (hosts.Length == 1)
        {
            var host = Host().Match(hosts[0]);
            SetGiven("host", "Host", host.Groups["name"].Value.Trim('[', ']'));
            SetGiven("port", "Port", host.Groups["port"].Value);
        }
        else
        {
            SetGiven("host", "Host", match.Groups["host"].Value);
        }

        SetGiven("dbname", "Database", match.Groups["database"].Value);
        SetGiven("user", "Username", match.Groups["user"].Value);
        SetGiven("password", "Password", match.Groups["password"].Value);
        foreach (var parameter in match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(parameter);
            if (!s_parameters.TryGetValue(name, out var keyword))
            {
                errors.Add($"{key} has {Named(name)}, which is not known; known are {string.Join(", ", s_parameters.Keys)}.");
            }
            else if (keyword != "Root Certificate" || value != TheSystems)
            {
                Set(key, builder, name, keyword, value, errors);
            }
        }

        return builder;

        void SetGiven(string name, string keyword, string value)
        {
            if (value.Length > 0)
            {
                Set(key, builder, name, keyword, Unescape(value), errors);
            }
        }
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
        // libpq writes verify-full where the driver knows VerifyFull.
        var plain = keyword.Replace(" ", string.Empty, StringComparison.Ordinal);
        var isEnumeration = s_enumerations.Contains(plain);
        var text = isEnumeration ? value.Replace("-", string.Empty, StringComparison.Ordinal) : value;
        try
        {
            if (text.Contains('\0', StringComparison.Ordinal) || (isEnumeration && (text.Length == 0 || !text.All(char.IsAsciiLetter))))
            {
                throw new FormatException();
            }

            builder[keyword] = text;
            if (plain.Equals("Port", StringComparison.OrdinalIgnoreCase) && builder.Port > ushort.MaxValue)
            {
                throw new FormatException();
            }
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException)
        {
            errors.Add($"{key} has {Named(name)}, which is not known or has a value that cannot be used.");
        }
    }

    /// <summary>What does not look like the name of a parameter may be a piece of a password that nobody quoted.</summary>
    private static string Named(string name) =>
        name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ' ') ? $"the parameter '{name}'" : "a parameter";

    private static (string Name, string Value) Split(string parameter)
    {
        var parts = parameter.Split('=', 2);
        return (Unescape(parts[0]), parts.Length == 2 ? Unescape(parts[1]) : string.Empty);
    }

    private static string Unescape(string text) => Uri.UnescapeDataString(text);

    /// <summary>The user's part ends with the last @; nothing behind it holds one, or it is a password that fell apart.</summary>
    [GeneratedRegex(@"^[a-z]+://((?<user>[^:/?#]*?)(:(?<password>[^/?#]*))?@)?(?<host>[^@/?#]*)(/(?<database>[^@/?#]*))?(\?(?<query>[^@#]*))?\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex(@"^(?<name>\[[0-9a-f:.%]+\]|([\w.~-]|%[0-9a-f]{2})*)(:(?<port>[0-9]{1,5}))?\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Host();
}
