using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Backend.Integration.Support;

/// <summary>A server that writes down how it carried out each statement, so that tests see the very statements that adapters send, with their types, prepared or not.</summary>
internal sealed partial class ExplainedDatabase : IAsyncDisposable
{
    private readonly PostgresServer _server;

    private ExplainedDatabase(PostgresServer server, TestDatabase database)
    {
        _server = server;
        Database = database;
    }

    public TestDatabase Database { get; }

    public static async Task<ExplainedDatabase> CreateAsync()
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["session_preload_libraries"] = "auto_explain",
                ["auto_explain.log_analyze"] = "on",
                ["auto_explain.log_timing"] = "off",
                ["auto_explain.log_format"] = "json",
                ["autovacuum"] = "off",
                ["jit"] = "off",
                ["log_line_prefix"] = "",
            },
        });
        return new ExplainedDatabase(server, await server.Databases.CreateAsync());
    }

    /// <summary>From here on connections of this string are observed.</summary>
    public string ObservedConnectionString => $"{Database.ConnectionString};Options=-c auto_explain.log_min_duration=0";

    /// <summary>The plans of what the work sent through observed connections.</summary>
    public async Task<IReadOnlyList<StatementPlan>> ObserveAsync(Func<Task> work)
    {
        var before = Encoding.UTF8.GetByteCount(_server.Log);
        await work();
        var log = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(_server.Log).AsSpan(before));

        // A new connection makes the driver ask for types.
        return [.. Logged().Matches(log).Select(m => new StatementPlan(JsonNode.Parse(m.Groups["json"].Value)!)).Where(p => !p.Sql.Contains("pg_type", StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [GeneratedRegex(@"plan:\r?\n(?<json>\t\{\r?\n(\t .*\r?\n)*\t\})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Logged();
}

/// <summary>How one statement was carried out.</summary>
internal sealed class StatementPlan(JsonNode logged)
{
    public string Sql { get; } = (string)logged["Query Text"]!;

    /// <summary>Every step, with what it is and does.</summary>
    public IReadOnlyList<JsonNode> Steps { get; } = [.. Below(logged["Plan"]!)];

    /// <summary>Rows that were read from tables and indexes, whether they were of use or not.</summary>
    public long RowsLookedAt => Steps
        .Where(s => s["Relation Name"] is not null && ((string)s["Node Type"]!).Contains("Scan", StringComparison.Ordinal))
        .Sum(s => (long)((Number(s, "Actual Rows") + Number(s, "Rows Removed by Filter") + Number(s, "Rows Removed by Index Recheck")) * Number(s, "Actual Loops")));

    public IEnumerable<string> Tables(string nodeType) => Steps.Where(s => (string?)s["Node Type"] == nodeType).Select(s => (string?)s["Relation Name"] ?? "");

    public IEnumerable<string> Indexes => Steps.Select(s => (string?)s["Index Name"]).OfType<string>();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sql}: {RowsLookedAt} rows; {string.Join(" < ", Steps.Select(s => $"{s["Node Type"]} {s["Index Name"] ?? s["Relation Name"]}"))}");

    private static double Number(JsonNode step, string name) => (double?)step[name] ?? 0;

    private static IEnumerable<JsonNode> Below(JsonNode step) => [step, .. (step["Plans"]?.AsArray() ?? []).SelectMany(s => Below(s!))];
}
