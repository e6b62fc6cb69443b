using System.Text.Json.Nodes;
using Backend.Deploy;
using Backend.Infrastructure.Aws;

namespace Backend.Integration.Deploy;

/// <summary>Tables and queues of the AWS stack are those that the adapters expect.</summary>
public sealed class StackDataTests
{
    private static readonly SynthesizedStack s_stack = SynthesizedStack.Standard;

    public static TheoryData<string> Tables => [.. AwsSchema.Tables.Select(t => t.BaseName)];

    public static TheoryData<string> Queues => [.. AwsSchema.Queues.Select(q => q.BaseName)];

    [Fact]
    public void The_prefix_is_the_one_that_the_service_assumes() =>
        new BackendStackProps { Repository = "images", Tag = "1" }.Prefix.ShouldBe(AwsSettings.StandardPrefix);

    [Fact]
    public void Every_table_of_the_schema_is_made_and_no_other() =>
        Names(s_stack, "AWS::DynamoDB::Table", "TableName").ShouldBe(AwsSchema.Tables.Select(t => AwsSettings.StandardPrefix + t.BaseName), ignoreOrder: true);

    [Fact]
    public void A_second_deployment_can_have_names_of_its_own()
    {
        Names(SynthesizedStack.Other, "AWS::DynamoDB::Table", "TableName").ShouldBe(AwsSchema.Tables.Select(t => SynthesizedStack.OtherPrefix + t.BaseName), ignoreOrder: true);
        Names(SynthesizedStack.Other, "AWS::SQS::Queue", "QueueName")
            .ShouldBe(AwsSchema.Queues.SelectMany(q => new[] { SynthesizedStack.OtherPrefix + q.BaseName, SynthesizedStack.OtherPrefix + q.DeadLetterBaseName }), ignoreOrder: true);
        SynthesizedStack.Other.Environment("Api")[AwsSchema.Sessions.NameSetting].ShouldBe(SynthesizedStack.OtherPrefix + AwsSchema.Sessions.BaseName);
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_table_has_the_keys_and_the_expiry_of_the_schema_and_is_billed_by_request(string baseName)
    {
        var table = Table(baseName)["Properties"]!;

        Keys(table).ShouldBe($"{AwsSchema.PartitionKey} {AwsSchema.SortKey}");
        ((string)table["BillingMode"]!).ShouldBe("PAY_PER_REQUEST");
        table["ProvisionedThroughput"].ShouldBeNull();
        ((string)table["TimeToLiveSpecification"]!["AttributeName"]!).ShouldBe(AwsSchema.TimeToLive);
        ((bool)table["TimeToLiveSpecification"]!["Enabled"]!).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_table_has_exactly_the_indexes_of_the_schema(string baseName)
    {
        var schema = AwsSchema.Tables.Single(t => t.BaseName == baseName);
        var table = Table(baseName)["Properties"]!;

        Indexes(table, "LocalSecondaryIndexes").ShouldBe(Expected(schema.LocalIndex, "ALL"));
        Indexes(table, "GlobalSecondaryIndexes").ShouldBe(Expected(schema.GlobalIndex, "KEYS_ONLY"));

        string[] keys = [AwsSchema.PartitionKey, AwsSchema.SortKey, .. new[] { schema.LocalIndex, schema.GlobalIndex }.OfType<AwsIndex>().SelectMany(i => new[] { i.PartitionKey, i.SortKey })];
        table["AttributeDefinitions"]!.AsArray().Select(a => $"{a!["AttributeName"]} {a["AttributeType"]}").ShouldBe(keys.Distinct().Select(k => $"{k} S"), ignoreOrder: true);

        static string[] Expected(AwsIndex? index, string projection) => index is null ? [] : [$"{index.Name}: {index.PartitionKey} {index.SortKey}, {projection}"];
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_table_stays_when_the_stack_goes(string baseName)
    {
        ((string)Table(baseName)["DeletionPolicy"]!).ShouldBe("Retain");
        ((string)Table(baseName)["UpdateReplacePolicy"]!).ShouldBe("Retain");
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Only_sessions_and_searches_can_be_restored_to_an_earlier_moment(string baseName) =>
        ((bool)Table(baseName)["Properties"]!["PointInTimeRecoverySpecification"]!["PointInTimeRecoveryEnabled"]!)
            .ShouldBe(baseName == AwsSchema.Sessions.BaseName || baseName == AwsSchema.MapSearches.BaseName);

    [Fact]
    public void Every_queue_of_the_schema_is_made_and_no_other() => s_stack.OfType("AWS::SQS::Queue").Count.ShouldBe(2 * AwsSchema.Queues.Count);

    [Theory]
    [MemberData(nameof(Queues))]
    public void There_is_a_queue_and_one_for_what_was_set_aside(string baseName)
    {
        var deadLetterBaseName = AwsSchema.Queues.Single(q => q.BaseName == baseName).DeadLetterBaseName;
        var queue = Queue(baseName);
        var deadLetters = Queue(deadLetterBaseName);

        ((int)queue["RedrivePolicy"]!["maxReceiveCount"]!).ShouldBe(AwsSchema.MaxReceiveCount);
        ((string)queue["RedrivePolicy"]!["deadLetterTargetArn"]!).ShouldBe($"arn:aws:sqs:REGION:ACCOUNT:{AwsSettings.StandardPrefix}{deadLetterBaseName}");
        deadLetters["RedrivePolicy"].ShouldBeNull();
        foreach (var each in new[] { queue, deadLetters })
        {
            ((double)each["MessageRetentionPeriod"]!).ShouldBe(AwsSchema.MessageRetention.TotalSeconds);
            ((bool)each["SqsManagedSseEnabled"]!).ShouldBeTrue();
            each["FifoQueue"].ShouldBeNull();
        }
    }

    [Fact]
    public void Queues_refuse_calls_without_tls()
    {
        var policies = s_stack.OfType("AWS::SQS::QueuePolicy").Select(p => p.Resource["Properties"]!["PolicyDocument"]!["Statement"]!.AsArray().ShouldHaveSingleItem()!).ToList();

        policies.Select(s => (string)s["Resource"]!).ShouldBe(
            AwsSchema.Queues.SelectMany(q => new[] { q.BaseName, q.DeadLetterBaseName }).Select(name => $"arn:aws:sqs:REGION:ACCOUNT:{AwsSettings.StandardPrefix}{name}"),
            ignoreOrder: true);
        policies.ShouldAllBe(s => (string)s["Effect"]! == "Deny" && (string)s["Action"]! == "sqs:*" && (string)s["Condition"]!["Bool"]!["aws:SecureTransport"]! == "false");
    }

    [Theory]
    [MemberData(nameof(Queues))]
    public void A_message_is_hidden_for_six_times_as_long_as_the_worker_may_take(string baseName)
    {
        var timeout = (int)s_stack.Function("Worker").Properties["Timeout"]!;

        ((int)Queue(baseName)["VisibilityTimeout"]!).ShouldBeGreaterThanOrEqualTo(6 * timeout);
        timeout.ShouldBe(900);
    }

    private static IEnumerable<string> Names(SynthesizedStack stack, string type, string property) => stack.OfType(type).Select(r => (string)r.Resource["Properties"]![property]!);

    private static JsonNode Table(string baseName) =>
        s_stack.OfType("AWS::DynamoDB::Table").Single(t => (string)t.Resource["Properties"]!["TableName"]! == AwsSettings.StandardPrefix + baseName).Resource;

    private static JsonNode Queue(string baseName) =>
        s_stack.OfType("AWS::SQS::Queue").Select(q => q.Resource["Properties"]!).Single(q => (string)q["QueueName"]! == AwsSettings.StandardPrefix + baseName);

    private static string Keys(JsonNode node)
    {
        var keys = node["KeySchema"]!.AsArray();
        keys.Select(k => (string)k!["KeyType"]!).ShouldBe(["HASH", "RANGE"]);
        return string.Join(' ', keys.Select(k => (string)k!["AttributeName"]!));
    }

    private static IEnumerable<string> Indexes(JsonNode table, string kind) =>
        (table[kind]?.AsArray() ?? []).Select(i => $"{i!["IndexName"]}: {Keys(i)}, {i["Projection"]!["ProjectionType"]}");
}
