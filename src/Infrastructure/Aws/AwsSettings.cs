using Amazon.Runtime;
using Backend.Infrastructure.Selection;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Aws;

/// <summary>Which tables and queues are used. Credentials, region and endpoints come from the SDK's own chain (<c>AWS_REGION</c>, <c>AWS_ENDPOINT_URL_DYNAMODB</c>, …).</summary>
internal sealed class AwsSettings
{
    public const string PrefixSetting = "Aws:NamePrefix";
    public const string StandardPrefix = "backend-";

    private readonly IReadOnlyDictionary<AwsTable, string> _tables;
    private readonly IReadOnlyDictionary<AwsQueue, string?> _queues;

    private AwsSettings(IReadOnlyDictionary<AwsTable, string> tables, IReadOnlyDictionary<AwsQueue, string?> queues, string prefix) =>
        (_tables, _queues, Prefix) = (tables, queues, prefix);

    /// <summary>What names begin with that nobody has set. Default <c>backend-</c>.</summary>
    public string Prefix { get; }

    /// <summary>How long a start waits for services that are away. Default 30 s.</summary>
    public TimeSpan StartTimeout { get; private init; }

    public string NameOf(AwsTable table) => _tables[table];

    public string NameOf(AwsQueue queue) => _queues[queue] is { } url ? url[(url.LastIndexOf('/') + 1)..] : Prefix + queue.BaseName;

    /// <summary>Null: to be looked up by its name.</summary>
    public string? UrlOf(AwsQueue queue) => _queues[queue];

    /// <summary>Of what <c>aws-provision</c> makes; at run time the redrive policy of the queue tells.</summary>
    public string DeadLetterNameOf(AwsQueue queue) => Prefix + queue.DeadLetterBaseName;

    /// <summary>For the start-up log.</summary>
    public string Describe(PortEntry port) => string.Join(
        ", ",
        new[] { port.AwsTable is { } table ? $"DynamoDB table {NameOf(table)}" : null, port.AwsQueue is { } queue ? $"SQS queue {NameOf(queue)}" : null }.OfType<string>());

    /// <param name="errors">Gets one sentence for each setting that cannot be followed.</param>
    public static AwsSettings Read(IConfiguration configuration, ICollection<string> errors)
    {
        var prefix = configuration[PrefixSetting] ?? StandardPrefix;
        if (!prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || prefix.Length > 40)
        {
            errors.Add($"{PrefixSetting} is '{prefix}', but must be at most 40 letters, digits, hyphens and underscores.");
        }

        if (!HasRegion())
        {
            errors.Add("AWS adapters are chosen, but there is no region; set AWS_REGION.");
        }

        return new AwsSettings(
            AwsSchema.Tables.ToDictionary(table => table, table => ReadName(configuration, table, prefix, errors)),
            AwsSchema.Queues.ToDictionary(queue => queue, queue => ReadUrl(configuration, queue.UrlSetting, errors)),
            prefix)
        {
            StartTimeout = Setting.Read(configuration, "Aws:StartTimeout", TimeSpan.FromSeconds(30), TimeSpan.Zero, TimeSpan.FromHours(1), errors),
        };
    }

    /// <summary>The SDK's own answer, which is an exception deep in its clients when nobody has asked before.</summary>
    public static bool HasRegion()
    {
        try
        {
            return FallbackRegionFactory.GetRegionEndpoint() is not null;
        }
        catch (AmazonClientException)
        {
            return false;
        }
    }

    private static string ReadName(IConfiguration configuration, AwsTable table, string prefix, ICollection<string> errors)
    {
        if (configuration[table.NameSetting] is not { Length: > 0 } name)
        {
            return prefix + table.BaseName;
        }

        if (name.Length is < 3 or > 255 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            errors.Add($"{table.NameSetting} is '{name}', but must be 3 to 255 letters, digits, hyphens, underscores and dots.");
        }

        return name;
    }

    private static string? ReadUrl(IConfiguration configuration, string key, ICollection<string> errors)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url.AbsolutePath.Length > 1)
        {
            return text;
        }

        errors.Add($"{key} is '{text}', but must be the URL of a queue.");
        return null;
    }
}
