using System.Globalization;
using Amazon.CDK;
using Amazon.CDK.AWS.Apigatewayv2;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.ECR;
using Amazon.CDK.AWS.Events;
using Amazon.CDK.AWS.Events.Targets;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.Logs;
using Amazon.CDK.AWS.SNS;
using Amazon.CDK.AWS.SQS;
using Amazon.CDK.AwsApigatewayv2Integrations;
using Backend.Infrastructure.Aws;
using Constructs;
using Attribute = Amazon.CDK.AWS.DynamoDB.Attribute;
using LogGroupProps = Amazon.CDK.AWS.Logs.LogGroupProps;

namespace Backend.Deploy;

/// <summary>The service on Lambda: tables and queues of <see cref="AwsSchema"/>, two functions of one image, and what calls and watches them.</summary>
public sealed class BackendStack : Stack
{
    /// <summary>Under it lie the secrets in Parameter Store, each by the name of its environment variable.</summary>
    public const string ParameterPath = "/backend/";

    private const int Port = 8080;

    private static readonly string[] s_secrets =
    [
        "JWT_SECRET", "NEON_DB_CONNECTION_STRING", "AUTHORIZATION", "OCLIENT_ID", "OCLIENT_SECRET", "USER_AGENT",
        "Email__SesAccessKeyId", "Email__SesSecretAccessKey", "Email__From", "PUBLIC_BASE_URL",
    ];

    /// <summary>What the other tables hold is made anew on demand.</summary>
    private static readonly AwsTable[] s_backedUp = [AwsSchema.Sessions, AwsSchema.MapSearches];

    private static readonly string[] s_tableActions =
    [
        "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem",
        "dynamodb:BatchWriteItem", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive",
    ];

    private static readonly string[] s_sendActions = ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"];
    private static readonly string[] s_receiveActions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"];
    private static readonly string[] s_deadLetterActions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"];

    private static readonly Duration s_apiTimeout = Duration.Seconds(30);
    private static readonly Duration s_workerTimeout = Duration.Seconds(900);

    private readonly BackendStackProps _props;
    private readonly List<(AwsTable Schema, Table Table)> _tables;
    private readonly List<(AwsQueue Schema, Queue Queue)> _queues;
    private readonly Queue _deadLetters;
    private readonly Queue _dailyDeadLetters;

    public BackendStack(Construct scope, string id, BackendStackProps props)
        : base(scope, id, props)
    {
        _props = props;
        _tables = [.. AwsSchema.Tables.Select(schema => (schema, MakeTable(schema)))];
        _deadLetters = MakeQueue("DeadLetters", AwsSchema.MapSearchQueue.DeadLetterBaseName);
        _dailyDeadLetters = MakeQueue("DailyCheckDeadLetters", AwsSchema.DailyCheckQueue.DeadLetterBaseName);
        _queues =
        [
            (AwsSchema.MapSearchQueue, MakeWorkQueue("MapSearches", AwsSchema.MapSearchQueue, _deadLetters)),
            (AwsSchema.DailyCheckQueue, MakeWorkQueue("DailyChecks", AwsSchema.DailyCheckQueue, _dailyDeadLetters)),
        ];

        var forApi = new Dictionary<string, string>
        {
            // The web adapter calls from within the function and passes on what the gateway wrote into X-Forwarded-For.
            ["Http__TrustedProxies"] = "127.0.0.1",
        };
        if (props.AllowedOrigins is { } origins)
        {
            forApi["ALLOWED_ORIGIN"] = origins;
        }

        var api = MakeFunction("Api", memory: 512, s_apiTimeout, forApi);
        var worker = MakeFunction("Worker", memory: 1024, s_workerTimeout, new Dictionary<string, string>
        {
            ["AWS_LWA_PASS_THROUGH_PATH"] = "/events",

            // Otherwise every answer counts as success, and messages that nobody has handled are deleted.
            ["AWS_LWA_ERROR_STATUS_CODES"] = "400-599",
        });
        Allow(worker, s_receiveActions, [.. _queues.Select(q => q.Queue.QueueArn)]);
        Allow(worker, s_deadLetterActions, _deadLetters.QueueArn);

        var gateway = new HttpApi(this, "Gateway", new HttpApiProps
        {
            DefaultIntegration = new HttpLambdaIntegration("Api", api, new HttpLambdaIntegrationProps { PayloadFormatVersion = PayloadFormatVersion.VERSION_2_0 }),
        });
        FeedWorker(worker);
        Watch(gateway, worker);
        _ = new CfnOutput(this, "Url", new CfnOutputProps { Value = gateway.ApiEndpoint });
    }

    private Table MakeTable(AwsTable schema)
    {
        var table = new Table(this, $"Table-{schema.BaseName}", new TableProps
        {
            TableName = _props.Prefix + schema.BaseName,
            PartitionKey = Text(AwsSchema.PartitionKey),
            SortKey = Text(AwsSchema.SortKey),
            BillingMode = BillingMode.PAY_PER_REQUEST,
            TimeToLiveAttribute = AwsSchema.TimeToLive,
            PointInTimeRecovery = s_backedUp.Contains(schema),
            RemovalPolicy = RemovalPolicy.RETAIN,
        });
        if (schema.LocalIndex is { } local)
        {
            table.AddLocalSecondaryIndex(new LocalSecondaryIndexProps { IndexName = local.Name, SortKey = Text(local.SortKey), ProjectionType = ProjectionType.ALL });
        }

        if (schema.GlobalIndex is { } global)
        {
            table.AddGlobalSecondaryIndex(new GlobalSecondaryIndexProps
            {
                IndexName = global.Name,
                PartitionKey = Text(global.PartitionKey),
                SortKey = Text(global.SortKey),
                ProjectionType = ProjectionType.KEYS_ONLY,
            });
        }

        return table;
    }

    private static Attribute Text(string name) => new() { Name = name, Type = AttributeType.STRING };

    /// <summary>Hidden for six times the time limit of its consumer, as Lambda asks for: a batch may be tried again while the function is throttled.</summary>
    private Queue MakeWorkQueue(string id, AwsQueue schema, Queue deadLetters) => MakeQueue(
        id, schema.BaseName, Duration.Seconds(6 * s_workerTimeout.ToSeconds()), new DeadLetterQueue { Queue = deadLetters, MaxReceiveCount = AwsSchema.MaxReceiveCount });

    private Queue QueueOf(AwsQueue schema) => _queues.Single(q => q.Schema == schema).Queue;

    private Queue MakeQueue(string id, string baseName, Duration? visibilityTimeout = null, DeadLetterQueue? deadLetters = null) =>
        new(this, id, new QueueProps
        {
            QueueName = _props.Prefix + baseName,
            RetentionPeriod = Duration.Days(AwsSchema.MessageRetention.TotalDays),
            VisibilityTimeout = visibilityTimeout,
            DeadLetterQueue = deadLetters,
            Encryption = QueueEncryption.SQS_MANAGED,
            EnforceSSL = true,
        });

    /// <summary>A function of the image in one of its roles, with what both roles need.</summary>
    private DockerImageFunction MakeFunction(string role, int memory, Duration timeout, IReadOnlyDictionary<string, string> further)
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        var environment = new Dictionary<string, string>(further)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Hosting__Role"] = role,
            ["Adapters__Profile"] = "Aws",
            ["PORT"] = port,
            ["AWS_LWA_PORT"] = port,
            ["AWS_LWA_READINESS_CHECK_PATH"] = "/health/live",

            // A start may take longer than the ten seconds that Lambda gives it; it then goes on into the first call.
            ["AWS_LWA_ASYNC_INIT"] = "true",
        };
        foreach (var (schema, queue) in _queues)
        {
            environment[schema.UrlSetting] = queue.QueueUrl;
        }

        foreach (var (schema, table) in _tables)
        {
            environment[schema.NameSetting] = table.TableName;
        }

        // By name only: the service reads them when it starts, so that neither the template nor the console shows one.
        foreach (var secret in s_secrets)
        {
            environment[$"Aws__Parameters__{secret}"] = ParameterPath + secret;
        }

        var function = new DockerImageFunction(this, role, new DockerImageFunctionProps
        {
            Code = DockerImageCode.FromEcr(Repository.FromRepositoryName(this, $"{role}Images", _props.Repository), new EcrImageCodeProps { TagOrDigest = _props.Tag }),
            Architecture = Architecture.ARM_64,
            MemorySize = memory,
            Timeout = timeout,
            Environment = environment,
            LogGroup = new LogGroup(this, $"{role}Log", new LogGroupProps { Retention = RetentionDays.ONE_MONTH, RemovalPolicy = RemovalPolicy.DESTROY }),
        });
        Allow(function, s_tableActions, [.. _tables.SelectMany(t => ArnsOf(t.Schema, t.Table))]);
        Allow(function, s_sendActions, [.. _queues.Select(q => q.Queue.QueueArn)]);
        AllowSecrets(function);
        return function;
    }

    private static IEnumerable<string> ArnsOf(AwsTable schema, Table table) =>
        new[] { schema.LocalIndex, schema.GlobalIndex }.OfType<AwsIndex>().Select(index => $"{table.TableArn}/index/{index.Name}").Prepend(table.TableArn);

    private void AllowSecrets(Function function)
    {
        Allow(function, ["ssm:GetParameters"], [.. s_secrets.Select(s => FormatArn(new ArnComponents { Service = "ssm", Resource = "parameter", ResourceName = (ParameterPath + s).TrimStart('/') }))]);
        function.AddToRolePolicy(new PolicyStatement(new PolicyStatementProps
        {
            Actions = ["kms:Decrypt"],

            // Which key it is, whoever made the parameters has chosen; the condition leaves only what Parameter Store decrypts.
            Resources = [FormatArn(new ArnComponents { Service = "kms", Resource = "key", ResourceName = "*" })],
            Conditions = new Dictionary<string, object>
            {
                ["StringEquals"] = new Dictionary<string, object> { ["kms:ViaService"] = $"ssm.{Region}.amazonaws.com" },
            },
        }));
    }

    private static void Allow(Function function, string[] actions, params string[] resources) =>
        function.AddToRolePolicy(new PolicyStatement(new PolicyStatementProps { Actions = actions, Resources = resources }));

    private void FeedWorker(DockerImageFunction worker)
    {
        // They all share one pace, so many cost little, and a small search does not wait for a large one.
        Feed("WorkerQueue", AwsSchema.MapSearchQueue, batch: 10, concurrency: 20);

        // Nobody waits for these, so more of them at once would only pay for waiting.
        Feed("WorkerDailyChecks", AwsSchema.DailyCheckQueue, batch: 5, concurrency: 2);
        Tell("Maintenance", Schedule.Rate(Duration.Minutes(1)), "maintenance");
        Tell("DailyRun", Schedule.Cron(new CronOptions { Minute = "0", Hour = _props.DailyHour.ToString(CultureInfo.InvariantCulture) }), "daily");

        // Not the ready-made event source, which would bring permissions of its own. The limit lies here and not on the function, where messages beyond it would be received, throttled and in the end set aside.
        void Feed(string id, AwsQueue queue, int batch, int concurrency) => _ = new EventSourceMapping(this, id, new EventSourceMappingProps
        {
            Target = worker,
            EventSourceArn = QueueOf(queue).QueueArn,
            BatchSize = batch,
            MaxConcurrency = concurrency,
            ReportBatchItemFailures = true,
        });

        void Tell(string id, Schedule schedule, string task) => _ = new Rule(this, id, new RuleProps
        {
            Schedule = schedule,
            Targets =
            [
                new LambdaFunction(worker, new LambdaFunctionProps
                {
                    Event = RuleTargetInput.FromObject(new Dictionary<string, object>
                    {
                        ["source"] = "aws.events",
                        ["detail-type"] = "Scheduled Event",
                        ["detail"] = new Dictionary<string, object> { ["task"] = task },
                    }),
                }),
            ],
        });
    }

    private void Watch(HttpApi gateway, DockerImageFunction worker)
    {
        var topic = new Topic(this, "Alarms");
        _ = new CfnOutput(this, "AlarmTopic", new CfnOutputProps { Value = topic.TopicArn });
        var period = Duration.Minutes(5);
        Alarm("DeadLettersAlarm", "Messages were set aside after too many attempts.", 1, _deadLetters.MetricApproximateNumberOfMessagesVisible(new MetricOptions { Period = period, Statistic = "Maximum" }));
        Alarm("DailyCheckDeadLettersAlarm", "Messages of the daily run were set aside after too many attempts.", 1, _dailyDeadLetters.MetricApproximateNumberOfMessagesVisible(new MetricOptions { Period = period, Statistic = "Maximum" }));

        // The age counts while a search is run, too, which may take as long as the function.
        Alarm("QueueAgeAlarm", "A search waits, or is run, for more than 30 minutes.", 30 * 60, QueueOf(AwsSchema.MapSearchQueue).MetricApproximateAgeOfOldestMessage(new MetricOptions { Period = period, Statistic = "Maximum" }), ComparisonOperator.GREATER_THAN_THRESHOLD);

        // A run takes hours when many follow many maps.
        Alarm("DailyCheckAgeAlarm", "A check of the daily run waits for more than 12 hours.", 12 * 60 * 60, QueueOf(AwsSchema.DailyCheckQueue).MetricApproximateAgeOfOldestMessage(new MetricOptions { Period = period, Statistic = "Maximum" }), ComparisonOperator.GREATER_THAN_THRESHOLD);
        Alarm("ServerErrorsAlarm", "The API answered with 5xx.", 1, gateway.MetricServerError(new MetricOptions { Period = period, Statistic = "Sum" }));
        Alarm("WorkerErrorsAlarm", "The worker failed.", 1, worker.MetricErrors(new MetricOptions { Period = period, Statistic = "Sum" }));

        void Alarm(string id, string description, double threshold, Metric metric, ComparisonOperator comparison = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD) =>
            metric.CreateAlarm(this, id, new CreateAlarmOptions
            {
                AlarmDescription = description,
                Threshold = threshold,
                ComparisonOperator = comparison,
                EvaluationPeriods = 1,
                TreatMissingData = TreatMissingData.NOT_BREACHING,
            }).AddAlarmAction(new SnsAction(topic));
    }
}
