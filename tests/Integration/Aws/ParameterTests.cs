using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Backend.Integration.Support;

namespace Backend.Integration.Aws;

/// <summary>Secrets that the published service takes from the Parameter Store.</summary>
public sealed class ParameterTests
{
    private const string Secret = "canary of the parameter store, longer than 32 bytes";
    private const string PreviousSecret = "canary of the secret before, longer than 32 bytes";
    private const string Login = """{"email":"alice","password":"correct horse battery staple"}""";

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_service_starts_with_secrets_from_there_and_tells_nobody()
    {
        await using var store = await ParameterStore.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["/backend/jwt"] = Secret, ["/backend/jwt-before"] = PreviousSecret, ["/backend/admin"] = "alice" });
        await using var service = await ServiceProcess.StartAsync("service", SettingsOf(
            store,
            ("Aws:Parameters:JWT_SECRET", "/backend/jwt"),
            ("Aws:Parameters:JWT_SECRET_PREVIOUS", "/backend/jwt-before"),
            ("Aws:Parameters:Administration:InitialAdmin", "/backend/admin"),
            ("Serilog:MinimumLevel:Default", "Verbose"),
            ("Serilog:MinimumLevel:Override:System.Net.Http", "Verbose"),
            ("Serilog:MinimumLevel:Override:Microsoft.AspNetCore", "Verbose"),
            ("Logging:LogLevel:Default", "Trace")));
        await service.ListensAsync();

        using var client = new HttpClient { BaseAddress = service.Address };
        using var registered = await client.PostAsJsonAsync("/api/v1/users/register", new { email = "alice@example.org", username = "alice", password = BackendHost.Password });
        registered.EnsureSuccessStatusCode();
        var token = await SignInAsync(client);

        // Whoever has the same secret knows the token, even if not its session.
        (await AskElsewhereAsync(token, Secret)).ShouldBe("session.ended");
        (await AskElsewhereAsync(token, BackendHost.JwtSecret)).ShouldBe("session.access_token_invalid");
        store.Complaints.ShouldBeEmpty();
        store.Calls.ShouldHaveSingleItem().Order(StringComparer.Ordinal).ShouldBe(["/backend/admin", "/backend/jwt", "/backend/jwt-before"]);
        (await service.StopAsync(s_deadline)).ShouldBe(0);
        service.Output.ShouldContain("DBG");
        service.Output.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Parameters_that_are_missing_stop_the_start()
    {
        await using var store = await ParameterStore.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["/backend/jwt"] = Secret });

        var (code, output, error) = await ServiceCommand.RunAsync(SettingsOf(
            store, ("Aws:Parameters:JWT_SECRET", "/backend/jwt"), ("Aws:Parameters:JWT_SECRET_PREVIOUS", "/backend/nothing"), ("Accounts:MaxUsers", "none")));

        code.ShouldBe(1);
        RefusedStart.Sentences(error).ShouldBe(
        [
            "Aws:Parameters:JWT_SECRET_PREVIOUS is '/backend/nothing', but there is no such parameter.",
            "Accounts:MaxUsers is 'none', but must be a whole number from 1 to 10000000.",
        ]);
        (output + error).ShouldNotContain("canary");
    }

    [Fact]
    public async Task A_value_that_cannot_be_followed_is_not_told()
    {
        await using var store = await ParameterStore.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["/backend/jwt"] = "short canary" });

        var (code, output, error) = await ServiceCommand.RunAsync(SettingsOf(store, ("Aws:Parameters:JWT_SECRET", "/backend/jwt")));

        code.ShouldBe(1);
        RefusedStart.Sentences(error).ShouldHaveSingleItem().ShouldStartWith("JWT_SECRET ");
        (output + error).ShouldNotContain("canary");
    }

    [Fact]
    public async Task A_setting_that_is_given_wins_and_is_not_asked_for()
    {
        await using var store = await ParameterStore.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["/backend/jwt"] = "short canary", ["/backend/admin"] = "alice" });
        await using var service = await ServiceProcess.StartAsync("service", SettingsOf(
            store, ("JWT_SECRET", Secret), ("Aws:Parameters:JWT_SECRET", "/backend/jwt"), ("Aws:Parameters:Administration:InitialAdmin", "/backend/admin")));

        await service.ListensAsync();

        store.Calls.ShouldHaveSingleItem().ShouldBe(["/backend/admin"]);
    }

    [Fact]
    public async Task When_every_setting_is_given_nothing_is_asked_for()
    {
        await using var store = await ParameterStore.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal));
        await using var service = await ServiceProcess.StartAsync("service", SettingsOf(store, ("JWT_SECRET", Secret), ("Aws:Parameters:JWT_SECRET", "/backend/jwt")));

        await service.ListensAsync();

        store.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task More_than_ten_names_are_read_in_several_calls()
    {
        string[] settings =
        [
            "JWT_SECRET", "JWT_SECRET_PREVIOUS", "Administration:InitialAdmin", "Accounts:MaxUsers", "Passwords:Cost", "Passwords:Queue",
            "RateLimits:Login", "RateLimits:Register", "RateLimits:MapSearch", "MapSearches:ParallelJobs", "MapSearches:Lease", "Trackmania:SandboxSeed",
        ];
        string[] values = [Secret, PreviousSecret, "alice", "1", "4", "5", "6/300", "7/300", "8/300", "9", "00:00:11", "12"];
        await using var store = await ParameterStore.StartAsync(settings.Zip(values).ToDictionary(p => $"/backend/{p.First}", p => p.Second, StringComparer.Ordinal));
        await using var service = await ServiceProcess.StartAsync("service", SettingsOf(store, [.. settings.Select(s => ($"Aws:Parameters:{s}", $"/backend/{s}"))]));
        await service.ListensAsync();

        using var client = new HttpClient { BaseAddress = service.Address };
        using var first = await client.PostAsJsonAsync("/api/v1/users/register", new { email = "alice@example.org", username = "alice", password = BackendHost.Password });
        using var second = await client.PostAsJsonAsync("/api/v1/users/register", new { email = "bob@example.org", username = "bob", password = BackendHost.Password });

        store.Complaints.ShouldBeEmpty();
        store.Calls.Select(c => c.Count).ShouldBe([10, 2]);
        store.Calls.SelectMany(c => c).Order(StringComparer.Ordinal).ShouldBe(settings.Select(s => $"/backend/{s}").Order(StringComparer.Ordinal));

        // One user, as one of them says.
        (first.StatusCode, second.StatusCode).ShouldBe((HttpStatusCode.Created, HttpStatusCode.Forbidden));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_cannot_be_reached_stops_the_start(bool hangs)
    {
        // The system accepts the connection, and nobody reads from it.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = hangs ? ((IPEndPoint)listener.LocalEndpoint).Port : LoopbackPort.Find();
        var watch = Stopwatch.StartNew();

        var (code, _, error) = await ServiceCommand.RunAsync(SettingsOf(new Uri($"http://127.0.0.1:{port}"), ("Aws:Parameters:JWT_SECRET", "/backend/jwt")));

        code.ShouldBe(1);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        RefusedStart.Sentences(error).ShouldContain(s => s.StartsWith("The parameters of Aws:Parameters cannot be read. AWS cannot be reached or does not answer: ", StringComparison.Ordinal));
        error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Without_a_region_the_start_stops_with_a_sentence()
    {
        var (code, _, error) = await ServiceCommand.RunAsync(SettingsOf(
            new Uri("http://127.0.0.1:1"), ("Aws:Parameters:JWT_SECRET", "/backend/jwt"), ("AWS_REGION", ""), ("AWS_DEFAULT_REGION", ""), ("AWS_ENDPOINT_URL_SSM", "")));

        code.ShouldBe(1, error);
        RefusedStart.Sentences(error).ShouldContain("Parameters are named in Aws:Parameters, but there is no region; set AWS_REGION.");
        error.ShouldNotContain("   at ");
    }

    private static Dictionary<string, string> SettingsOf(ParameterStore store, params (string Key, string Value)[] settings) => SettingsOf(store.Address, settings);

    private static Dictionary<string, string> SettingsOf(Uri store, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Adapters:Profile"] = "InMemory",
            ["Trackmania:Sandbox"] = "true",
            ["AWS_ENDPOINT_URL_SSM"] = store.ToString(),
            ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false",
            ["AWS_REGION"] = "eu-north-1",
            ["AWS_ACCESS_KEY_ID"] = "test",
            ["AWS_SECRET_ACCESS_KEY"] = "a secret of the tests",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return all.WithMail();
    }

    private static async Task<string> SignInAsync(HttpClient client)
    {
        using var content = new StringContent(Login, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/api/v1/users/login", content);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["access_token"]!;
    }

    /// <summary>What a service with that secret says to the token.</summary>
    private static async Task<string> AskElsewhereAsync(string token, string secret)
    {
        await using var host = BackendHost.Start(HostProfile.InMemory, new Dictionary<string, string>(StringComparer.Ordinal) { ["JWT_SECRET"] = secret });
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await client.GetAsync("/api/v1/users/profile");
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]!;
    }
}
