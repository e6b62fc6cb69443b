using System.Globalization;
using System.Net;
using Backend.Infrastructure.Selection;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>How to reach the database, and how patient to be with it.</summary>
/// <param name="ConnectionString">With every decision made here applied; holds the password.</param>
/// <param name="IsPooled">Behind a transaction-mode pooler: no connection keeps its state from one transaction to the next.</param>
/// <param name="Target">Host, port and database, for messages.</param>
internal sealed record PostgresSettings(string ConnectionString, bool IsPooled, string Target)
{
    /// <summary>The keys that may hold the connection string, the first one that does counts.</summary>
    public static readonly IReadOnlyList<string> ConnectionStringKeys = ["NEON_DB_CONNECTION_STRING", "ConnectionStrings:Backend"];

    /// <summary>Requests must be answered within 5 s whatever the database does: this, and the second that cancelling may take.</summary>
    private const int StatementSeconds = 3;

    private const int PoolSize = 50;

    /// <summary>Bring the schema up to date when the service starts. Default: in Development only.</summary>
    public bool MigrateAtStart { get; init; }

    /// <summary>How long a start waits for a database that is away. Default 30 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often waiting work is looked for when no notification tells. Default 5 s, behind a pooler 500 ms.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Null with an error for each setting that cannot be followed.</summary>
    public static PostgresSettings? Read(IConfiguration configuration, bool isDevelopment, ICollection<string> errors)
    {
        var key = ConnectionStringKeys.FirstOrDefault(k => !string.IsNullOrWhiteSpace(configuration[k]));
        if (key is null)
        {
            errors.Add($"Postgres adapters are chosen, but there is no connection string; set {string.Join(" or ", ConnectionStringKeys)}.");
            return null;
        }

        var found = errors.Count;
        var builder = ConnectionStringReader.Read(key, configuration[key]!.Trim(), errors);
        var trusts = Flag(configuration, "Postgres:TrustServerCertificate", standard: false, errors);
        var isPooled = Flag(configuration, "Postgres:Pooler", builder is not null && HostsOf(builder).Any(LooksPooled), errors);
        var standard = new PostgresSettings(string.Empty, isPooled, string.Empty);
        var patience = standard with
        {
            MigrateAtStart = Flag(configuration, "Postgres:MigrateAtStart", isDevelopment, errors),
            StartTimeout = Setting.Read(configuration, "Postgres:StartTimeout", standard.StartTimeout, TimeSpan.Zero, TimeSpan.FromHours(1), errors),
            PollInterval = Setting.Read(
                configuration, "Postgres:PollInterval", isPooled ? TimeSpan.FromMilliseconds(500) : standard.PollInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1), errors),
        };
        if (builder is null)
        {
            return null;
        }

        ApplyTls(builder, trusts);
        ApplyLimits(builder, isPooled);
        Try(key, builder, errors);
        return errors.Count > found
            ? null
            : patience with { ConnectionString = builder.ConnectionString, Target = $"{builder.Host}:{builder.Port.ToString(CultureInfo.InvariantCulture)}/{builder.Database}" };
    }

    /// <summary>Each parameter may be valid and all of them together not; the driver tells without connecting.</summary>
    private static void Try(string key, NpgsqlConnectionStringBuilder builder, ICollection<string> errors)
    {
        try
        {
            using var source = NpgsqlDataSource.Create(builder.ConnectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or InvalidOperationException)
        {
            errors.Add($"{key} has parameters that cannot be used together: {exception.Message.TrimEnd('.')}.");
        }
        catch (FormatException)
        {
            errors.Add($"{key} has a host that cannot be used.");
        }
    }

    /// <summary>Neon marks its poolers by the first label of the host.</summary>
    private static bool LooksPooled(string host) => host.Split('.')[0].EndsWith("-pooler", StringComparison.OrdinalIgnoreCase);

    /// <summary>Only <c>disable</c> or the explicit setting goes without a verified certificate, except on this very machine, where nobody listens in.</summary>
    private static void ApplyTls(NpgsqlConnectionStringBuilder builder, bool trusts)
    {
        if (builder.SslMode == SslMode.Disable)
        {
            return;
        }

        var asksForTls = builder.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull;
        builder.SslMode = (asksForTls, HostsOf(builder).All(IsLocal)) switch
        {
            (false, true) => SslMode.Prefer,
            _ when trusts => SslMode.Require,
            _ => SslMode.VerifyFull,
        };
    }

    /// <summary>Without their ports.</summary>
    private static IEnumerable<string> HostsOf(NpgsqlConnectionStringBuilder builder) =>
        builder.Host!.Split(',', StringSplitOptions.TrimEntries).Select(host => host.StartsWith('[')
            ? host[1..].Split(']')[0]
            : host.Count(c => c == ':') == 1 ? host.Split(':')[0] : host);

    /// <summary>Sockets, too.</summary>
    private static bool IsLocal(string host) =>
        host.StartsWith('/') || host.StartsWith('@') || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static void ApplyLimits(NpgsqlConnectionStringBuilder builder, bool isPooled)
    {
        Default(builder, "Maximum Pool Size", b => b.MaxPoolSize = PoolSize);
        Default(builder, "Timeout", b => b.Timeout = StatementSeconds);
        Default(builder, "Command Timeout", b => b.CommandTimeout = StatementSeconds);
        Default(builder, "Cancellation Timeout", b => b.CancellationTimeout = 500);
        Default(builder, "Keepalive", b => b.KeepAlive = 30);
        Default(builder, "Application Name", b => b.ApplicationName = "trackmania-backend");

        // Nobody uses Kerberos here, and asking for it would cost every new connection a round trip.
        Default(builder, "GSS Encryption Mode", b => b.GssEncryptionMode = GssEncryptionMode.Disable);
        Default(builder, "Max Auto Prepare", b => b.MaxAutoPrepare = 100);
        Default(builder, "Auto Prepare Min Usages", b => b.AutoPrepareMinUsages = 2);
        builder.PersistSecurityInfo = false;
        builder.IncludeErrorDetail = false;
        builder.Enlist = false;

        // Nothing here changes the state of a connection that it gives back, so there is nothing to reset.
        builder.NoResetOnClose = true;
        if (isPooled)
        {
            builder.MaxAutoPrepare = 0;
        }
    }

    private static void Default(NpgsqlConnectionStringBuilder builder, string keyword, Action<NpgsqlConnectionStringBuilder> set)
    {
        if (!builder.ContainsKey(keyword) || !builder.ShouldSerialize(keyword))
        {
            set(builder);
        }
    }

    private static bool Flag(IConfiguration configuration, string key, bool standard, ICollection<string> errors)
    {
        var text = configuration[key];
        if (string.IsNullOrEmpty(text))
        {
            return standard;
        }

        if (bool.TryParse(text, out var flag))
        {
            return flag;
        }

        errors.Add($"{key} is '{text}', but must be true or false.");
        return standard;
    }
}
