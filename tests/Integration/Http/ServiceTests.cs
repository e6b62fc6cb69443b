using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Integration.Api;
using Backend.Integration.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace Backend.Integration.Http;

/// <summary>What is true of the service as a whole.</summary>
public abstract class ServiceTests(HostProfile profile) : ProfileSuite(profile)
{
    [Fact]
    public async Task The_running_service_answers_the_approved_document()
    {
        await using var host = Start();
        using var client = host.CreateClient();

        var actual = JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json"))!.ToJsonString(new() { WriteIndented = true }) + "\n";

        var approved = ApiDocument.ApprovedPath;
        if (Environment.GetEnvironmentVariable("APPROVE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(approved, actual);
        }

        ((string)JsonNode.Parse(actual)!["openapi"]!).ShouldStartWith("3.1");
        (await File.ReadAllTextAsync(approved)).ShouldBe(actual, "The API changed. If that is meant, run the tests once with APPROVE_OPENAPI=1 and look at the difference.");
    }

    [Fact]
    public async Task The_document_has_every_route_and_says_who_may_call_it()
    {
        await using var host = Start();
        using var client = host.CreateClient();
        var operations = ApiDocument.Parse(await client.GetStringAsync("/openapi/v1.json")).Operations.ToDictionary(operation => operation.Id, StringComparer.Ordinal);

        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true })
            .ToDictionary(endpoint => endpoint.Metadata.GetRequiredMetadata<IEndpointNameMetadata>().EndpointName, StringComparer.Ordinal);

        operations.Keys.ShouldBe(routes.Keys, ignoreOrder: true);
        foreach (var (name, route) in routes)
        {
            var authorize = route.Metadata.GetOrderedMetadata<IAuthorizeData>();
            operations[name].NeedsSession.ShouldBe(authorize.Count > 0 && route.Metadata.GetMetadata<IAllowAnonymous>() is null, name);
            var restricted = authorize.Any(data => data.Roles is not null || data.Policy is not null) || route.Metadata.GetMetadata<AuthorizationPolicy>() is not null;
            (operations[name].Responses["403"]?["content"]?[ApiOperation.Problem]?["examples"]?["request.forbidden"] is not null).ShouldBe(restricted, name);
        }
    }

    [Fact]
    public async Task The_api_reference_is_a_page_that_needs_no_other_host()
    {
        await using var host = Start();
        using var client = host.CreateClient();

        using var answer = await client.GetAsync("/docs/");
        var page = await answer.Content.ReadAsStringAsync();

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.ShouldContain("openapi/v1.json");
        page.ShouldNotContain("src=\"http");
        page.ShouldContain("\"withDefaultFonts\":false");
    }

    [Fact]
    public async Task Health_answers_as_existing_monitors_expect()
    {
        await using var host = Start();
        using var client = host.CreateClient();

        using var answer = await client.GetAsync("/health");
        var health = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;

        health.AsObject().Select(p => p.Key).ShouldBe(["status", "timestamp", "uptime", "environment", "version", "services"]);
        ((string)health["status"]!).ShouldBe("OK");
        ((string)health["timestamp"]!).ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        ((double)health["uptime"]!).ShouldBeGreaterThan(0);
        ((string)health["services"]!["postgres"]!).ShouldBe(Profile.PostgresHealth);
        answer.Headers.Contains("Server").ShouldBeFalse();
        answer.ShouldBeSecured();
    }

    [Fact]
    public async Task A_bug_is_answered_with_a_trace_id_and_without_its_text()
    {
        var store = Substitute.For<IUserStore>();
        store.FindByLoginAsync(null!, default).ThrowsAsyncForAnyArgs(new InvalidOperationException("the password of the database is swordfish"));
        await using var host = Start(services: services => services.AddSingleton(store));
        using var client = host.CreateClient();

        using var answer = await client.PostAsJsonAsync("/api/v1/users/login", new { email = "a", password = "b" });
        var text = await answer.Content.ReadAsStringAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        answer.ShouldBeSecured();
        text.ShouldNotContain("swordfish");
        var trace = (string)JsonNode.Parse(text)!["traceId"]!;
        trace.Length.ShouldBe(32);
        host.Logs.Lines.ShouldContain(l => l.StartsWith("Error", StringComparison.Ordinal) && l.Contains("swordfish", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flood_of_sign_ins_leaves_other_routes_fast_and_is_told_to_come_back()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Passwords:Cost"] = "12", ["Passwords:Workers"] = "1", ["Passwords:Queue"] = "4" });
        using var client = host.CreateClient();
        using var warm = await client.GetAsync("/health");
        var flood = Enumerable.Range(0, 40).Select(_ => client.PostAsJsonAsync("/api/v1/users/login", new { email = "nobody", password = "wrong" })).ToList();

        var waits = new List<double>();
        while (flood.Exists(f => !f.IsCompleted) || waits.Count < 20)
        {
            var started = Stopwatch.GetTimestamp();
            using var health = await client.GetAsync("/health");
            waits.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var answers = await Task.WhenAll(flood);
        answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized).ShouldBeGreaterThanOrEqualTo(5);
        var refused = answers.Where(a => a.StatusCode == HttpStatusCode.ServiceUnavailable).ToList();
        refused.Count.ShouldBeGreaterThan(20);
        refused.ShouldAllBe(a => a.Headers.RetryAfter != null);
        waits.Order().ElementAt(waits.Count / 2).ShouldBeLessThan(50);
    }

    [Fact]
    public async Task An_unknown_user_takes_as_long_as_a_wrong_password()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Passwords:Cost"] = "10" });
        var user = await host.SignInAsync();
        using var client = host.CreateClient();
        var (known, unknown) = (new List<double>(), new List<double>());
        var ratio = 0.0;
        for (var i = 0; i < 100 && (i < 15 || ratio is < 0.7 or > 1.4); i++)
        {
            known.Add(await TimeAsync(user.Name));
            unknown.Add(await TimeAsync("nobody at all"));

            // The shortest of each: what else the machine does only makes an answer later, and more of them come closer to the truth.
            ratio = known.Min() / unknown.Min();
        }

        ratio.ShouldBeInRange(0.7, 1.4);

        async Task<double> TimeAsync(string login)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await client.PostAsJsonAsync("/api/v1/users/login", new { email = login, password = "wrong" });
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
    }
}
