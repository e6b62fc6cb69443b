using Backend.Infrastructure.Aws;

namespace Backend.Integration.Deploy;

/// <summary>A function of the AWS stack may do what the adapters do, and nothing else.</summary>
public sealed class StackPermissionTests
{
    private const string Queue = $"arn:aws:sqs:REGION:ACCOUNT:{AwsSettings.StandardPrefix}map-search-queue";
    private const string DailyQueue = $"arn:aws:sqs:REGION:ACCOUNT:{AwsSettings.StandardPrefix}daily-check-queue";
    private const string DeadLetters = $"arn:aws:sqs:REGION:ACCOUNT:{AwsSettings.StandardPrefix}map-search-dead-letters";
    private const string AnyKey = "arn:aws:kms:REGION:ACCOUNT:key/*";

    private static readonly SynthesizedStack s_stack = SynthesizedStack.Standard;

    private static readonly string[] s_tableActions =
    [
        "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive",
        "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
    ];

    private static readonly string[] s_secrets = ["AUTHORIZATION", "JWT_SECRET", "NEON_DB_CONNECTION_STRING", "OCLIENT_ID", "OCLIENT_SECRET", "USER_AGENT", "Email__SesAccessKeyId", "Email__SesSecretAccessKey", "Email__From", "PUBLIC_BASE_URL"];

    [Theory]
    [InlineData("Api")]
    [InlineData("Worker")]
    public void Items_are_read_and_written_in_these_tables_and_their_indexes_only(string role)
    {
        var tables = AwsSchema.Tables.SelectMany(t =>
        {
            var arn = $"arn:aws:dynamodb:REGION:ACCOUNT:table/{AwsSettings.StandardPrefix}{t.BaseName}";
            return new[] { t.LocalIndex, t.GlobalIndex }.OfType<AwsIndex>().Select(i => $"{arn}/index/{i.Name}").Prepend(arn);
        });

        Of(role, "dynamodb:").ShouldBe(from action in s_tableActions from table in tables select $"{action} {table}", ignoreOrder: true);
    }

    [Fact]
    public void The_api_sends_messages_and_never_takes_one() =>
        Of("Api", "sqs:").ShouldBe(
            [
                $"sqs:SendMessage {Queue}", $"sqs:GetQueueUrl {Queue}", $"sqs:GetQueueAttributes {Queue}",
                $"sqs:SendMessage {DailyQueue}", $"sqs:GetQueueUrl {DailyQueue}", $"sqs:GetQueueAttributes {DailyQueue}",
            ],
            ignoreOrder: true);

    [Fact]
    public void The_worker_sends_and_takes_messages_and_clears_up_searches_that_were_set_aside() =>
        Of("Worker", "sqs:").ShouldBe(
            [
                $"sqs:SendMessage {Queue}", $"sqs:GetQueueUrl {Queue}", $"sqs:GetQueueAttributes {Queue}",
                $"sqs:ReceiveMessage {Queue}", $"sqs:DeleteMessage {Queue}", $"sqs:ChangeMessageVisibility {Queue}",
                $"sqs:SendMessage {DailyQueue}", $"sqs:GetQueueUrl {DailyQueue}", $"sqs:GetQueueAttributes {DailyQueue}",
                $"sqs:ReceiveMessage {DailyQueue}", $"sqs:DeleteMessage {DailyQueue}", $"sqs:ChangeMessageVisibility {DailyQueue}",
                $"sqs:ReceiveMessage {DeadLetters}", $"sqs:DeleteMessage {DeadLetters}", $"sqs:ChangeMessageVisibility {DeadLetters}", $"sqs:GetQueueAttributes {DeadLetters}", $"sqs:GetQueueUrl {DeadLetters}",
            ],
            ignoreOrder: true);

    [Theory]
    [InlineData("Api")]
    [InlineData("Worker")]
    public void Secrets_are_read_by_their_names_and_decrypted_by_the_parameter_store_only(string role)
    {
        Of(role, "ssm:").ShouldBe(s_secrets.Select(s => $"ssm:GetParameters arn:aws:ssm:REGION:ACCOUNT:parameter/backend/{s}"), ignoreOrder: true);

        var (action, resource, condition) = s_stack.Permissions(role).Where(p => p.Action.StartsWith("kms:", StringComparison.Ordinal)).ShouldHaveSingleItem();
        action.ShouldBe("kms:Decrypt");
        resource.ShouldBe(AnyKey);
        condition!.ToJsonString().ShouldBe("""{"StringEquals":{"kms:ViaService":"ssm.REGION.amazonaws.com"}}""");
    }

    [Theory]
    [InlineData("Api")]
    [InlineData("Worker")]
    public void Nothing_is_scanned_and_nothing_is_allowed_everywhere(string role)
    {
        var permissions = s_stack.Permissions(role).ToList();

        permissions.Select(p => p.Action.Split(':')[0]).Distinct().ShouldBe(["dynamodb", "sqs", "ssm", "kms"], ignoreOrder: true);
        permissions.ShouldAllBe(p => !p.Action.Contains("Scan") && !p.Action.Contains('*'));
        permissions.Where(p => p.Resource.Contains('*')).Select(p => p.Resource).ShouldBe([AnyKey]);
    }

    [Fact]
    public void There_are_two_roles_with_one_policy_each_and_what_logging_needs()
    {
        var roles = s_stack.OfType("AWS::IAM::Role").Select(r => r.Resource["Properties"]!).ToList();

        roles.Count.ShouldBe(2);
        roles.ShouldAllBe(r => r["Policies"] == null);
        roles.SelectMany(r => SynthesizedStack.Texts(r["ManagedPolicyArns"])).Distinct().ShouldBe(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]);
        roles.Select(r => (string)r["AssumeRolePolicyDocument"]!["Statement"]![0]!["Principal"]!["Service"]!).Distinct().ShouldBe(["lambda.amazonaws.com"]);
        s_stack.OfType("AWS::IAM::Policy").Count.ShouldBe(2);
        s_stack.Types.Where(t => t.StartsWith("AWS::IAM::", StringComparison.Ordinal)).Distinct().ShouldBe(["AWS::IAM::Role", "AWS::IAM::Policy"], ignoreOrder: true);
    }

    private static IEnumerable<string> Of(string role, string service) => s_stack.Permissions(role).Where(p => p.Action.StartsWith(service, StringComparison.Ordinal)).Select(p => $"{p.Action} {p.Resource}");
}
