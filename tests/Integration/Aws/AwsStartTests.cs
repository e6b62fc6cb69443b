using System.Diagnostics;
using Backend.Infrastructure.Aws;
using Backend.Integration.Support;

namespace Backend.Integration.Aws;

/// <summary>Starts of the service without what it needs of AWS.</summary>
public sealed class AwsStartTests : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Without_tables_and_queue_it_names_each_and_says_what_to_do()
    {
        await using var resources = await AwsResources.ReserveAsync();

        var (code, output, error) = await RefusedStart.RunAsync(SettingsOf(resources));

        code.ShouldBe(1, output + error);
        var sentences = RefusedStart.Sentences(error);
        sentences.ShouldAllBe(s => s.EndsWith("; run aws-provision.", StringComparison.Ordinal));
        foreach (var table in AwsSchema.Tables)
        {
            sentences.ShouldContain($"The DynamoDB table {resources.NameOf(table)} is missing; run aws-provision.");
        }

        foreach (var queue in AwsSchema.Queues)
        {
            sentences.ShouldContain($"The SQS queue {resources.NameOf(queue)} is missing; run aws-provision.");
        }
    }

    [Fact]
    public async Task With_one_table_less_it_names_that_one()
    {
        await using var resources = await AwsResources.CreateAsync();
        var name = resources.NameOf(AwsSchema.RateLimits);
        await resources.DynamoDb.DeleteTableAsync(name);

        var (code, _, error) = await RefusedStart.RunAsync(SettingsOf(resources));

        code.ShouldBe(1);
        RefusedStart.Sentences(error).ShouldBe([$"The DynamoDB table {name} is missing; run aws-provision."]);
    }

    [Fact]
    public async Task Without_a_region_it_says_so()
    {
        await using var resources = await AwsResources.ReserveAsync();

        var (code, _, error) = await RefusedStart.RunAsync(SettingsOf(resources, ("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "")));

        code.ShouldBe(1);
        RefusedStart.Sentences(error).ShouldBe(["AWS adapters are chosen, but there is no region; set AWS_REGION."]);
    }

    [Theory]
    [InlineData("AWS_ENDPOINT_URL_DYNAMODB")]
    [InlineData("AWS_ENDPOINT_URL_SQS")]
    public async Task It_waits_for_a_service_that_is_away_no_longer_than_it_may(string endpoint)
    {
        await using var resources = await AwsResources.CreateAsync();
        var watch = Stopwatch.StartNew();

        var (code, output, error) = await RefusedStart.RunAsync(SettingsOf(resources, ("Aws:StartTimeout", "00:00:08"), (endpoint, $"http://127.0.0.1:{LoopbackPort.Find()}")));

        code.ShouldBe(1);
        watch.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
        var sentence = RefusedStart.Sentences(error).ShouldHaveSingleItem();
        sentence.ShouldStartWith("AWS cannot be reached or does not answer: ");
        sentence.ShouldEndWith("; waited 8 s (Aws:StartTimeout).");
        output.ShouldContain("Waiting: AWS cannot be reached");
        (output + error).ShouldNotContain(resources.Endpoints.Environment["AWS_SECRET_ACCESS_KEY"]);
    }

    [Fact]
    public async Task It_goes_on_once_DynamoDB_is_there()
    {
        await using var server = await DynamoDbServer.StartAsync();
        await using var resources = await AwsResources.CreateAsync((await AwsServers.GetAsync()) with { DynamoDb = server.Address });
        await server.StopAsync();
        await using var service = await ServiceProcess.StartAsync("service", ProcessSettingsOf(resources));
        await Eventually.GetAsync(() => Task.FromResult(service.Output), text => text.Contains("Waiting: AWS cannot be reached", StringComparison.Ordinal));
        service.IsReady.ShouldBeFalse();

        await server.StartAgainAsync();

        await service.ListensAsync();
    }

    [Fact]
    public async Task It_goes_on_once_SQS_answers()
    {
        await using var server = await SqsServer.StartAsync();
        await using var resources = await AwsResources.CreateAsync((await AwsServers.GetAsync()) with { Sqs = server.Address });
        await server.PauseAsync();
        await using var service = await ServiceProcess.StartAsync("service", ProcessSettingsOf(resources));
        await Eventually.GetAsync(() => Task.FromResult(service.Output), text => text.Contains("Waiting: AWS cannot be reached or does not answer: no answer in time", StringComparison.Ordinal), s_deadline);
        service.IsReady.ShouldBeFalse();

        await server.ResumeAsync();

        await service.ListensAsync();
    }

    private Dictionary<string, string> SettingsOf(AwsResources resources, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(resources.Endpoints.Environment.Concat(resources.Settings), StringComparer.Ordinal)
        {
            ["Adapters:Profile"] = "Aws",
            ["NEON_DB_CONNECTION_STRING"] = _database.ConnectionString,
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return all;
    }

    private Dictionary<string, string> ProcessSettingsOf(AwsResources resources) => new Dictionary<string, string>(SettingsOf(resources), StringComparer.Ordinal)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
        ["JWT_SECRET"] = BackendHost.JwtSecret,
        ["Trackmania:Sandbox"] = "true",
    }.WithMail();
}
