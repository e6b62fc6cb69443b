using System.Text.Json.Nodes;
using Amazon.CDK;
using Backend.Deploy;
using Backend.Integration.Support;

namespace Backend.Integration.Deploy;

/// <summary>
/// The template of the AWS stack, made once a run, with references resolved as far as CloudFormation would know them: tests read
/// <c>arn:aws:sqs:REGION:ACCOUNT:backend-map-search-queue</c> and not the way there.
/// </summary>
internal sealed class SynthesizedStack
{
    public const string Image = "ACCOUNT.dkr.ecr.REGION.amazonaws.com/images:1.2.3";
    public const string OtherPrefix = "trial-";
    public const int OtherHour = 23;
    public const string OtherOrigins = "https://app.example.org, http://localhost:5173";

    private static readonly Lazy<(SynthesizedStack Standard, SynthesizedStack Other)> s_stacks = new(Synthesize);

    private readonly JsonObject _resources;

    private SynthesizedStack(string template)
    {
        Template = template;
        _resources = JsonNode.Parse(template)!["Resources"]!.AsObject();
    }

    public static SynthesizedStack Standard => s_stacks.Value.Standard;

    /// <summary>With <see cref="OtherPrefix"/>, <see cref="OtherHour"/> and <see cref="OtherOrigins"/>.</summary>
    public static SynthesizedStack Other => s_stacks.Value.Other;

    public string Template { get; }

    public IEnumerable<string> Types => _resources.Select(r => (string)r.Value!["Type"]!);

    /// <summary>Logical id and resource, references resolved.</summary>
    public IReadOnlyList<(string Id, JsonNode Resource)> OfType(string type) =>
        [.. _resources.Where(r => (string)r.Value!["Type"]! == type).Select(r => (r.Key, Resolve(r.Value)!))];

    public (string Id, JsonNode Properties) Function(string role) =>
        OfType("AWS::Lambda::Function").Select(f => (f.Id, f.Resource["Properties"]!)).Single(f => (string)f.Item2["Environment"]!["Variables"]!["Hosting__Role"]! == role);

    public IReadOnlyDictionary<string, string> Environment(string role) =>
        Function(role).Properties["Environment"]!["Variables"]!.AsObject().ToDictionary(v => v.Key, v => (string)v.Value!);

    /// <summary>Each pair of what the function may do and what it may do it to.</summary>
    public IEnumerable<(string Action, string Resource, JsonNode? Condition)> Permissions(string role)
    {
        var name = ((string)Function(role).Properties["Role"]!).Replace("${", string.Empty).Replace(".Arn}", string.Empty);
        return from policy in OfType("AWS::IAM::Policy")
               where policy.Resource["Properties"]!["Roles"]!.AsArray().Any(r => (string)r! == $"${{{name}}}")
               from statement in policy.Resource["Properties"]!["PolicyDocument"]!["Statement"]!.AsArray()
               where (string)statement!["Effect"]! == "Allow"
               from action in Texts(statement["Action"])
               from resource in Texts(statement["Resource"])
               select (action, resource, statement["Condition"]);
    }

    /// <summary>CloudFormation lets one value stand for a list of one.</summary>
    public static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        null => [],
        JsonArray many => many.Select(n => (string)n!),
        _ => [(string)node!],
    };

    private static (SynthesizedStack Standard, SynthesizedStack Other) Synthesize()
    {
        // The kit would frame it in exclamation marks in the midst of the results; the versions that the tests are run with are a matter of the README.
        System.Environment.SetEnvironmentVariable("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20");
        var folder = Path.Combine(Leash.Instance.Folder, "cdk.out");
        var app = new App(new AppProps { Outdir = folder });
        var standard = new BackendStack(app, "Backend", new BackendStackProps { Repository = "images", Tag = "1.2.3" });
        _ = new BackendStack(app, "Other", new BackendStackProps { Repository = "images", Tag = "1.2.3", Prefix = OtherPrefix, DailyHour = OtherHour, AllowedOrigins = OtherOrigins });

        // Synthesises the whole app, and refuses a template whose parts wait for each other.
        Amazon.CDK.Assertions.Template.FromStack(standard);
        return (Read("Backend"), Read("Other"));

        SynthesizedStack Read(string name) => new(File.ReadAllText(Path.Combine(folder, $"{name}.template.json")));
    }

    private JsonNode? Resolve(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } o when o["Ref"] is { } name => Reference((string)name!),
        JsonObject { Count: 1 } o when o["Fn::GetAtt"] is JsonArray path => Attribute((string)path[0]!, (string)path[1]!),
        JsonObject { Count: 1 } o when o["Fn::Join"] is JsonArray join => string.Join((string)join[0]!, join[1]!.AsArray().Select(part => (string)Resolve(part)!)),
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, Resolve(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Resolve)]),
        _ => node?.DeepClone(),
    };

    private string Reference(string name) => name switch
    {
        "AWS::Partition" => "aws",
        "AWS::Region" => "REGION",
        "AWS::AccountId" => "ACCOUNT",
        "AWS::URLSuffix" => "amazonaws.com",
        _ when Name(name, "AWS::DynamoDB::Table", "TableName") is { } table => table,
        _ when Name(name, "AWS::SQS::Queue", "QueueName") is { } queue => $"https://sqs.REGION.amazonaws.com/ACCOUNT/{queue}",
        _ => $"${{{name}}}",
    };

    private string Attribute(string name, string attribute) => attribute switch
    {
        "Arn" when Name(name, "AWS::DynamoDB::Table", "TableName") is { } table => $"arn:aws:dynamodb:REGION:ACCOUNT:table/{table}",
        "Arn" when Name(name, "AWS::SQS::Queue", "QueueName") is { } queue => $"arn:aws:sqs:REGION:ACCOUNT:{queue}",
        "QueueName" when Name(name, "AWS::SQS::Queue", "QueueName") is { } queue => queue,
        _ => $"${{{name}.{attribute}}}",
    };

    private string? Name(string id, string type, string property) => _resources[id] is { } resource && (string)resource["Type"]! == type ? (string)resource["Properties"]![property]! : null;
}
