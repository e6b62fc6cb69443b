using System.Text.Json.Nodes;
using Backend.Infrastructure.Aws;

namespace Backend.Integration.Deploy;

/// <summary>What the AWS stack tells its operator of.</summary>
public sealed class StackAlarmTests
{
    private static readonly SynthesizedStack s_stack = SynthesizedStack.Standard;

    private static IEnumerable<JsonNode> Alarms => s_stack.OfType("AWS::CloudWatch::Alarm").Select(a => a.Resource["Properties"]!);

    [Fact]
    public void Every_alarm_goes_to_the_one_topic()
    {
        var topic = s_stack.OfType("AWS::SNS::Topic").ShouldHaveSingleItem().Id;

        Alarms.Count().ShouldBe(6);
        Alarms.ShouldAllBe(a => a["AlarmActions"]!.AsArray().Select(t => (string)t!).SequenceEqual(new[] { $"${{{topic}}}" }));
        Alarms.ShouldAllBe(a => (string)a["TreatMissingData"]! == "notBreaching");
    }

    [Fact]
    public void Of_messages_that_were_set_aside()
    {
        foreach (var queue in AwsSchema.Queues)
        {
            Only("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", AwsSettings.StandardPrefix + queue.DeadLetterBaseName).ShouldBe("Maximum GreaterThanOrEqualToThreshold 1");
        }
    }

    [Fact]
    public void Of_a_search_that_waits_for_more_than_30_minutes() =>
        Only("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", AwsSettings.StandardPrefix + AwsSchema.MapSearchQueue.BaseName).ShouldBe("Maximum GreaterThanThreshold 1800");

    [Fact]
    public void Of_a_check_that_waits_for_more_than_12_hours() =>
        Only("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", AwsSettings.StandardPrefix + AwsSchema.DailyCheckQueue.BaseName).ShouldBe("Maximum GreaterThanThreshold 43200");

    [Fact]
    public void Of_answers_with_a_status_of_5xx() =>
        Only("AWS/ApiGateway", "5xx", "ApiId", $"${{{s_stack.OfType("AWS::ApiGatewayV2::Api").Single().Id}}}").ShouldBe("Sum GreaterThanOrEqualToThreshold 1");

    [Fact]
    public void Of_a_worker_that_fails() =>
        Only("AWS/Lambda", "Errors", "FunctionName", $"${{{s_stack.Function("Worker").Id}}}").ShouldBe("Sum GreaterThanOrEqualToThreshold 1");

    private static string Only(string space, string metric, string dimension, string value)
    {
        var alarm = Alarms.Where(a => (string)a["Namespace"]! == space && (string)a["MetricName"]! == metric && (string)Of(a)["Value"]! == value).ShouldHaveSingleItem();
        ((string)Of(alarm)["Name"]!).ShouldBe(dimension);
        return $"{alarm["Statistic"]} {alarm["ComparisonOperator"]} {alarm["Threshold"]}";

        static JsonNode Of(JsonNode alarm) => alarm["Dimensions"]!.AsArray().ShouldHaveSingleItem()!;
    }
}
