using Amazon.Runtime;
using Backend.Infrastructure;
using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Selection;
using Backend.Unit.Selection;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Unit.Aws;

/// <summary>The region comes from the environment of the process, which the SDK reads once until it is told to do so again.</summary>
public sealed class AwsSettingsTests : IDisposable
{
    private static readonly string[] s_variables = ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED"];

    private readonly string?[] _before = [.. s_variables.Select(Environment.GetEnvironmentVariable)];
    private readonly List<string> _errors = [];

    public AwsSettingsTests() => UseRegion("eu-north-1");

    public void Dispose()
    {
        foreach (var (name, value) in s_variables.Zip(_before))
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        FallbackRegionFactory.Reset();
    }

    [Fact]
    public void Names_begin_with_the_standard_prefix()
    {
        var settings = Read();

        _errors.ShouldBeEmpty();
        AwsSchema.Tables.Select(settings.NameOf).ShouldBe(
            ["backend-user-sessions", "backend-map-search-results", "backend-upstream-tokens", "backend-upstream-budget", "backend-map-leaderboard-cache", "backend-rate-limits"]);
        AwsSchema.Queues.Select(queue => (settings.NameOf(queue), settings.DeadLetterNameOf(queue), settings.UrlOf(queue))).ShouldBe(
            [("backend-map-search-queue", "backend-map-search-dead-letters", null), ("backend-daily-check-queue", "backend-daily-check-dead-letters", null)]);
        settings.StartTimeout.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("")]
    [InlineData("A_b-9-")]
    [InlineData("1234567890123456789012345678901234567890")]
    public void Names_begin_with_the_prefix_that_is_set(string prefix)
    {
        var settings = Read(("Aws:NamePrefix", prefix));

        _errors.ShouldBeEmpty();
        settings.Prefix.ShouldBe(prefix);
        settings.NameOf(AwsSchema.Sessions).ShouldBe($"{prefix}user-sessions");
        settings.NameOf(AwsSchema.MapSearchQueue).ShouldBe($"{prefix}map-search-queue");
    }

    [Theory]
    [InlineData("12345678901234567890123456789012345678901")]
    [InlineData("a.b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a/")]
    public void A_prefix_that_no_name_can_begin_with_is_an_error(string prefix)
    {
        Read(("Aws:NamePrefix", prefix));

        _errors.ShouldHaveSingleItem().ShouldBe($"Aws:NamePrefix is '{prefix}', but must be at most 40 letters, digits, hyphens and underscores.");
    }

    [Fact]
    public void Each_table_can_have_a_name_of_its_own()
    {
        var settings = Read([.. AwsSchema.Tables.Select((t, i) => (t.NameSetting, (string?)$"Table.{i}"))]);

        _errors.ShouldBeEmpty();
        AwsSchema.Tables.Select(settings.NameOf).ShouldBe(["Table.0", "Table.1", "Table.2", "Table.3", "Table.4", "Table.5"]);
    }

    [Fact]
    public void A_name_that_is_set_has_no_prefix_and_leaves_the_others_alone()
    {
        var settings = Read(("USER_SESSIONS_TABLE_NAME", "of-somebody"), ("RATE_LIMITS_TABLE_NAME", ""), ("Aws:NamePrefix", "p-"));

        _errors.ShouldBeEmpty();
        settings.NameOf(AwsSchema.Sessions).ShouldBe("of-somebody");
        settings.NameOf(AwsSchema.RateLimits).ShouldBe("p-rate-limits");
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("a b c")]
    [InlineData("a/b/c")]
    [InlineData("größe")]
    public void A_name_that_no_table_can_have_is_an_error(string name)
    {
        Read(("USER_SESSIONS_TABLE_NAME", name));

        _errors.ShouldHaveSingleItem().ShouldBe($"USER_SESSIONS_TABLE_NAME is '{name}', but must be 3 to 255 letters, digits, hyphens, underscores and dots.");
    }

    [Fact]
    public void Names_have_at_most_255_characters()
    {
        Read(("USER_SESSIONS_TABLE_NAME", new string('a', 255)));
        _errors.ShouldBeEmpty();

        Read(("USER_SESSIONS_TABLE_NAME", new string('a', 256)));
        _errors.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("MAP_SEARCH_QUEUE_URL", "https://sqs.eu-north-1.amazonaws.com/123456789012/of-somebody")]
    [InlineData("MAP_SEARCH_QUEUE_URL", "http://127.0.0.1:4100/000000000000/of-somebody")]
    [InlineData("SCHEDULER_QUEUE_URL", "https://sqs.eu-north-1.amazonaws.com/123456789012/of-somebody")]
    public void A_queue_can_be_named_by_its_URL(string setting, string url)
    {
        var settings = Read((setting, url));

        _errors.ShouldBeEmpty();
        foreach (var queue in AwsSchema.Queues)
        {
            (settings.UrlOf(queue), settings.NameOf(queue)).ShouldBe(queue.UrlSetting == setting ? (url, "of-somebody") : (null, $"backend-{queue.BaseName}"));
            settings.DeadLetterNameOf(queue).ShouldBe($"backend-{queue.DeadLetterBaseName}");
        }
    }

    [Theory]
    [InlineData("MAP_SEARCH_QUEUE_URL", "of-somebody")]
    [InlineData("MAP_SEARCH_QUEUE_URL", "/000000000000/of-somebody")]
    [InlineData("MAP_SEARCH_QUEUE_URL", "ftp://host/queue")]
    [InlineData("MAP_SEARCH_QUEUE_URL", "https://sqs.eu-north-1.amazonaws.com")]
    [InlineData("MAP_SEARCH_QUEUE_URL", "https://sqs.eu-north-1.amazonaws.com/")]
    [InlineData("SCHEDULER_QUEUE_URL", "of-somebody")]
    public void A_URL_that_is_none_of_a_queue_is_an_error(string setting, string url)
    {
        Read((setting, url));

        _errors.ShouldHaveSingleItem().ShouldBe($"{setting} is '{url}', but must be the URL of a queue.");
    }

    [Fact]
    public void Without_a_region_there_is_an_error_that_says_what_to_set()
    {
        UseRegion(null);
        Read();

        _errors.ShouldHaveSingleItem().ShouldBe("AWS adapters are chosen, but there is no region; set AWS_REGION.");
    }

    [Theory]
    [InlineData("5")]
    [InlineData("-00:00:01")]
    [InlineData("01:00:01")]
    public void The_time_of_a_start_has_limits(string text)
    {
        Read(("Aws:StartTimeout", text));

        _errors.ShouldHaveSingleItem().ShouldStartWith($"Aws:StartTimeout is '{text}', but must be a duration from 00:00:00 to 01:00:00");
    }

    [Fact]
    public void What_serves_a_port_is_described_by_its_names()
    {
        var settings = Read(("MAP_SEARCH_RESULTS_TABLE_NAME", "searches"));

        settings.Describe(PortTable.Ports.Single(p => p.Name == "Jobs")).ShouldBe("DynamoDB table searches, SQS queue backend-map-search-queue");
        settings.Describe(PortTable.Ports.Single(p => p.Name == "DailyQueue")).ShouldBe("SQS queue backend-daily-check-queue");
        settings.Describe(PortTable.Ports.Single(p => p.Name == "Sessions")).ShouldBe("DynamoDB table backend-user-sessions");
    }

    [Fact]
    public void All_problems_are_reported_together_with_those_of_other_parts()
    {
        UseRegion(null);
        new ServiceCollection().AddInfrastructure(
            Settings.Of(
                ("Adapters:Profile", "Aws"),
                ("Adapters:Users", "InMemory"),
                ("JWT_SECRET", "short"),
                ("Aws:NamePrefix", "a b"),
                ("Aws:StartTimeout", "soon"),
                ("RATE_LIMITS_TABLE_NAME", "x"),
                ("MAP_SEARCH_QUEUE_URL", "queue"),
                ("Accounts:MaxUsers", "0"),
                ("Trackmania:NadeoRate", "fast")),
            isDevelopment: false,
            runsSearches: true,
            _errors);

        string[] keys = ["JWT_SECRET", "Aws:NamePrefix", "Aws:StartTimeout", "RATE_LIMITS_TABLE_NAME", "MAP_SEARCH_QUEUE_URL", "Accounts:MaxUsers", "Trackmania:NadeoRate"];
        foreach (var key in keys)
        {
            _errors.Count(e => e.StartsWith(key + " ", StringComparison.Ordinal)).ShouldBe(1, key);
        }

        _errors.ShouldContain("AWS adapters are chosen, but there is no region; set AWS_REGION.");
        _errors.ShouldBeUnique();
    }

    [Fact]
    public void Where_nothing_is_on_AWS_nothing_is_asked_of_it()
    {
        UseRegion(null);
        new ServiceCollection().AddInfrastructure(Settings.Of(("Adapters:Profile", "InMemory"), ("Aws:NamePrefix", "a b")), isDevelopment: true, runsSearches: true, _errors);

        _errors.ShouldNotContain(e => e.Contains("Aws:", StringComparison.Ordinal) || e.Contains("AWS_", StringComparison.Ordinal));
    }

    private static void UseRegion(string? region)
    {
        Environment.SetEnvironmentVariable("AWS_REGION", region);
        Environment.SetEnvironmentVariable("AWS_DEFAULT_REGION", null);
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        FallbackRegionFactory.Reset();
    }

    private AwsSettings Read(params (string Key, string? Value)[] settings) => AwsSettings.Read(Settings.Of(settings), _errors);
}
