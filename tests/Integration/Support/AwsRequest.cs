using System.Text.Json.Nodes;

namespace Backend.Integration.Support;

/// <summary>A request as the SDK has sent it, each of its attempts for itself.</summary>
/// <param name="Target">As <c>DynamoDB_20120810.PutItem</c> or <c>AmazonSQS.SendMessage</c>.</param>
/// <param name="Fault">What was done to it.</param>
internal sealed record AwsRequest(string Target, JsonObject Body, AwsFault? Fault)
{
    /// <summary>As <c>PutItem</c>.</summary>
    public string Operation => Target[(Target.LastIndexOf('.') + 1)..];

    /// <summary>Of the operations of DynamoDB that name one table.</summary>
    public string? TableName => (string?)Body[nameof(TableName)];
}
