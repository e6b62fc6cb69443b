using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;

namespace Backend.Integration.Deploy;

/// <summary>The two functions of the AWS stack, and what calls them.</summary>
public sealed partial class StackFunctionTests
{
    private static readonly SynthesizedStack s_stack = SynthesizedStack.Standard;

    [Theory]
    [InlineData("Api", 30, 512)]
    [InlineData("Worker", 900, 1024)]
    public void A_function_runs_the_image_within_its_limits(string role, int seconds, int megabytes)
    {
        var function = s_stack.Function(role).Properties;

        ((string)function["PackageType"]!).ShouldBe("Image");
        ((string)function["Code"]!["ImageUri"]!).ShouldBe(SynthesizedStack.Image);
        function["ImageConfig"].ShouldBeNull("the image knows how to start");
        SynthesizedStack.Texts(function["Architectures"]).ShouldBe(["arm64"]);
        ((int)function["Timeout"]!).ShouldBe(seconds);
        ((int)function["MemorySize"]!).ShouldBe(megabytes);
        function["ReservedConcurrentExecutions"].ShouldBeNull("messages would be received, refused and set aside");
    }

    /// <summary>Helpers of the kit would bring functions and roles of their own.</summary>
    [Fact]
    public void There_is_no_third_function() => s_stack.OfType("AWS::Lambda::Function").Count.ShouldBe(2);

    [Theory]
    [InlineData("Api")]
    [InlineData("Worker")]
    public void What_a_function_logs_is_kept_for_a_while_and_not_for_ever(string role)
    {
        var group = ((string)s_stack.Function(role).Properties["LoggingConfig"]!["LogGroup"]!)[2..^1];

        ((int)s_stack.OfType("AWS::Logs::LogGroup").Single(g => g.Id == group).Resource["Properties"]!["RetentionInDays"]!).ShouldBe(30);
    }

    [Theory]
    [InlineData("Api")]
    [InlineData("Worker")]
    public void The_environment_is_what_the_service_reads(string role)
    {
        var expected = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Hosting__Role"] = role,
            ["Adapters__Profile"] = "Aws",
            ["PORT"] = "8080",
            ["AWS_LWA_PORT"] = "8080",
            ["AWS_LWA_READINESS_CHECK_PATH"] = "/health/live",
            ["AWS_LWA_ASYNC_INIT"] = "true",
            ["Aws__Parameters__JWT_SECRET"] = "/backend/JWT_SECRET",
            ["Aws__Parameters__NEON_DB_CONNECTION_STRING"] = "/backend/NEON_DB_CONNECTION_STRING",
            ["Aws__Parameters__AUTHORIZATION"] = "/backend/AUTHORIZATION",
            ["Aws__Parameters__OCLIENT_ID"] = "/backend/OCLIENT_ID",
            ["Aws__Parameters__OCLIENT_SECRET"] = "/backend/OCLIENT_SECRET",
            ["Aws__Parameters__USER_AGENT"] = "/backend/USER_AGENT",
            ["Aws__Parameters__Email__SesAccessKeyId"] = "/backend/Email__SesAccessKeyId",
            ["Aws__Parameters__Email__SesSecretAccessKey"] = "/backend/Email__SesSecretAccessKey",
            ["Aws__Parameters__Email__From"] = "/backend/Email__From",
            ["Aws__Parameters__PUBLIC_BASE_URL"] = "/backend/PUBLIC_BASE_URL",
        };
        foreach (var table in AwsSchema.Tables)
        {
            expected[table.NameSetting] = AwsSettings.StandardPrefix + table.BaseName;
        }

        foreach (var queue in AwsSchema.Queues)
        {
            expected[queue.UrlSetting] = $"https://sqs.REGION.amazonaws.com/ACCOUNT/{AwsSettings.StandardPrefix}{queue.BaseName}";
        }

        if (role == "Api")
        {
            expected["Http__TrustedProxies"] = "127.0.0.1";
        }
        else
        {
            expected["AWS_LWA_PASS_THROUGH_PATH"] = "/events";
            expected["AWS_LWA_ERROR_STATUS_CODES"] = "400-599";
        }

        s_stack.Environment(role).OrderBy(v => v.Key, StringComparer.Ordinal).ShouldBe(expected.OrderBy(v => v.Key, StringComparer.Ordinal));
    }

    /// <summary>Without origins the setting is not there at all, see the test above.</summary>
    [Theory]
    [InlineData("Api", SynthesizedStack.OtherOrigins)]
    [InlineData("Worker", null)]
    public void Origins_are_told_to_whom_pages_call(string role, string? expected) =>
        SynthesizedStack.Other.Environment(role).GetValueOrDefault("ALLOWED_ORIGIN").ShouldBe(expected);

    [Theory]
    [InlineData("Api")]
    [InlineData("Worker")]
    public void No_value_in_the_environment_looks_like_a_secret(string role) =>
        s_stack.Environment(role).Where(v => LooksSecret(v.Key, v.Value)).ShouldBeEmpty();

    [Theory]
    [InlineData("JWT_SECRET", "/backend/JWT_SECRET")]
    [InlineData("OCLIENT_ID", "short")]
    [InlineData("Email__SesSecretAccessKey", "short")]
    [InlineData("OTHER", "postgresql://user:password@host/database")]
    [InlineData("OTHER", "Host=host;Password=swordfish")]
    [InlineData("OTHER", "c2VydmVyOnBhc3N3b3JkLXRoYXQtaXMtbG9uZw==")]
    [InlineData("OTHER", "0f8b3a4c9d2e1f605a7b8c9d0e1f2a3b")]
    public void A_secret_would_be_noticed(string name, string value) => LooksSecret(name, value).ShouldBeTrue();

    [Fact]
    public void Whatever_is_asked_of_the_gateway_goes_to_the_api()
    {
        var integration = s_stack.OfType("AWS::ApiGatewayV2::Integration").ShouldHaveSingleItem();
        var route = s_stack.OfType("AWS::ApiGatewayV2::Route").ShouldHaveSingleItem().Resource["Properties"]!;
        var stage = s_stack.OfType("AWS::ApiGatewayV2::Stage").ShouldHaveSingleItem().Resource["Properties"]!;
        var arn = $"${{{s_stack.Function("Api").Id}.Arn}}";

        ((string)s_stack.OfType("AWS::ApiGatewayV2::Api").ShouldHaveSingleItem().Resource["Properties"]!["ProtocolType"]!).ShouldBe("HTTP");
        ((string)integration.Resource["Properties"]!["IntegrationType"]!).ShouldBe("AWS_PROXY");
        ((string)integration.Resource["Properties"]!["IntegrationUri"]!).ShouldBe(arn);
        ((string)integration.Resource["Properties"]!["PayloadFormatVersion"]!).ShouldBe("2.0");
        ((string)route["RouteKey"]!).ShouldBe("$default");
        ((string)route["Target"]!).ShouldBe($"integrations/${{{integration.Id}}}");
        ((string)stage["StageName"]!).ShouldBe("$default");
        ((bool)stage["AutoDeploy"]!).ShouldBeTrue();
        Callers(arn).ShouldBe(["apigateway.amazonaws.com"]);
    }

    [Theory]
    [InlineData("map-search-queue", 10, 20)]
    [InlineData("daily-check-queue", 5, 2)]
    public void Messages_go_to_the_worker_which_says_which_of_them_failed(string queue, int batch, int concurrency)
    {
        var mapping = Mappings.Where(m => (string)m["EventSourceArn"]! == $"arn:aws:sqs:REGION:ACCOUNT:{AwsSettings.StandardPrefix}{queue}").ShouldHaveSingleItem();

        ((int)mapping["BatchSize"]!).ShouldBe(batch);
        SynthesizedStack.Texts(mapping["FunctionResponseTypes"]).ShouldBe(["ReportBatchItemFailures"]);
        ((int)mapping["ScalingConfig"]!["MaximumConcurrency"]!).ShouldBe(concurrency);
    }

    [Fact]
    public void Messages_go_to_the_worker_alone()
    {
        Mappings.Count().ShouldBe(AwsSchema.Queues.Count);
        Mappings.ShouldAllBe(m => (string)m["FunctionName"]! == $"${{{s_stack.Function("Worker").Id}}}");
    }

    [Theory]
    [InlineData("maintenance", "rate(1 minute)")]
    [InlineData("daily", "cron(0 4 * * ? *)")]
    public void On_schedule_the_worker_is_told_what_to_do(string task, string schedule)
    {
        var rule = Rule(s_stack, task);
        var target = rule["Targets"]!.AsArray().ShouldHaveSingleItem()!;
        var arn = $"${{{s_stack.Function("Worker").Id}.Arn}}";

        ((string)rule["ScheduleExpression"]!).ShouldBe(schedule);
        ((string)rule["State"]!).ShouldBe("ENABLED");
        ((string)target["Arn"]!).ShouldBe(arn);
        ((string)target["Input"]!).ShouldBe($$$"""{"source":"aws.events","detail-type":"Scheduled Event","detail":{"task":"{{{task}}}"}}""");
        s_stack.OfType("AWS::Events::Rule").Count.ShouldBe(2);
        Callers(arn).ShouldBe(["events.amazonaws.com", "events.amazonaws.com"]);
    }

    [Fact]
    public void The_daily_run_begins_at_another_hour_if_told_so() =>
        ((string)Rule(SynthesizedStack.Other, "daily")["ScheduleExpression"]!).ShouldBe($"cron(0 {SynthesizedStack.OtherHour} * * ? *)");

    /// <summary>Feature flags in cdk.json would make another template than the one that the tests judge.</summary>
    [Fact]
    public async Task The_command_line_makes_the_same_template()
    {
        var folder = Path.Combine(Repository.Root, "deploy", "aws");
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "cdk.json")))!;

        settings["context"]!.AsObject().Select(c => c.Key).ShouldBe(["repository", "prefix"]);
        ((string)settings["context"]!["prefix"]!).ShouldBe(AwsSettings.StandardPrefix);
        ((bool)settings["versionReporting"]!).ShouldBeFalse();
        File.Exists(Path.Combine(folder, ProjectOption().Match((string)settings["app"]!).Groups["file"].Value)).ShouldBeTrue();
    }

    private static IEnumerable<JsonNode> Mappings => s_stack.OfType("AWS::Lambda::EventSourceMapping").Select(m => m.Resource["Properties"]!);

    private static JsonNode Rule(SynthesizedStack stack, string task) =>
        stack.OfType("AWS::Events::Rule").Select(r => r.Resource["Properties"]!).Where(r => ((string)r["Targets"]![0]!["Input"]!).Contains($"\"task\":\"{task}\"", StringComparison.Ordinal)).ShouldHaveSingleItem();

    private static IEnumerable<string> Callers(string function) =>
        s_stack.OfType("AWS::Lambda::Permission").Select(p => p.Resource["Properties"]!).Where(p => (string)p["FunctionName"]! == function).Select(p => (string)p["Principal"]!);

    private static bool LooksSecret(string name, string value) => SecretName().IsMatch(name) || (SecretValue().IsMatch(value) && !ParameterName().IsMatch(value));

    [GeneratedRegex("^(?:JWT_SECRET.*|NEON_DB_CONNECTION_STRING|ConnectionStrings__.*|AUTHORIZATION|OCLIENT_.*|Trackmania__.*|EMAIL_PASS|Email__Ses.*|AWS_.*KEY.*)$", RegexOptions.NonBacktracking)]
    private static partial Regex SecretName();

    [GeneratedRegex("^postgres|password=|^[A-Za-z0-9+/=_-]{32,}$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex SecretValue();

    [GeneratedRegex("^/backend/[A-Za-z_]+$", RegexOptions.NonBacktracking)]
    private static partial Regex ParameterName();

    [GeneratedRegex(@"--project (?<file>\S+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ProjectOption();
}
