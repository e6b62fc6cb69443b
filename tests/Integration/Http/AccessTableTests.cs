using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Backend.Integration.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Http;

/// <summary>Who may call what: a row for every route, and no route without a row.</summary>
public abstract class AccessTableTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string SomeId = "11111111-2222-4333-8444-555555555555";

    /// <summary>Statuses for an anonymous caller, a user and an administrator, each sending an empty JSON object.</summary>
    private static readonly Row[] s_table =
    [
        new("GET", "/health", 200, 200, 200),
        new("GET", "/health/live", 200, 200, 200),
        new("GET", "/health/ready", 200, 200, 200),
        new("GET", "/openapi/v1.json", 200, 200, 200),
        new("GET", "/docs/{documentName?}", 200, 200, 200, "/docs/"),
        new("POST", "/api/v1/users/register", 400, 400, 400),
        new("POST", "/api/v1/users/login", 400, 400, 400),
        new("POST", "/api/v1/users/password-reset", 400, 400, 400),
        new("POST", "/api/v1/users/password-reset/confirm", 400, 400, 400),
        new("POST", "/api/v1/users/refresh", 400, 400, 400),
        new("POST", "/api/v1/users/logout", 400, 400, 400),
        new("GET", "/api/v1/users/profile", 401, 200, 200),
        new("GET", "/api/v1/users/sessions", 401, 200, 200),
        new("DELETE", "/api/v1/users/sessions/{id}", 401, 404, 404, $"/api/v1/users/sessions/{SomeId}"),
        new("GET", "/api/v1/users/search", 400, 400, 400),
        new("POST", "/api/v1/users/accountNames", 401, 200, 200),
        new("GET", "/api/v1/records/latest", 401, 400, 400),
        new("GET", "/api/v1/driver/maps/search", 401, 400, 400),
        new("GET", "/api/v1/users/tm-username", 401, 200, 200),
        new("POST", "/api/v1/users/tm-username", 401, 400, 400),
        new("DELETE", "/api/v1/users/tm-username", 401, 200, 200),
        new("POST", "/api/v1/users/tmx-user", 401, 400, 400),
        new("GET", "/api/v1/users/preferences", 401, 200, 200),
        new("PUT", "/api/v1/users/preferences", 401, 200, 200),
        new("POST", "/api/v1/users/password", 401, 400, 400),
        new("POST", "/api/v1/users/delete-account", 401, 400, 400),
        new("GET", "/api/v1/users/export", 401, 200, 200),
        new("GET", "/api/v1/users/alerts/", 401, 200, 200, "/api/v1/users/alerts"),
        new("POST", "/api/v1/users/alerts/", 401, 200, 200, "/api/v1/users/alerts"),
        new("PUT", "/api/v1/users/alerts/{id}", 401, 404, 404, "/api/v1/users/alerts/9000000"),
        new("DELETE", "/api/v1/users/alerts/{id}", 401, 404, 404, "/api/v1/users/alerts/9000000"),
        new("GET", "/api/v1/driver/notifications/", 401, 200, 200, "/api/v1/driver/notifications"),
        new("POST", "/api/v1/driver/notifications/", 401, 400, 400, "/api/v1/driver/notifications"),
        new("DELETE", "/api/v1/driver/notifications/{id}", 401, 404, 404, "/api/v1/driver/notifications/9000000"),
        new("GET", "/api/v1/notification-history", 401, 200, 200),
        new("GET", "/api/v1/stats", 200, 200, 200),
        new("POST", "/api/v1/feedback/", 401, 400, 400, "/api/v1/feedback"),
        new("GET", "/api/v1/feedback/", 401, 403, 200, "/api/v1/feedback"),
        new("PUT", "/api/v1/feedback/{id}/read", 401, 403, 404, "/api/v1/feedback/9000000/read"),
        new("DELETE", "/api/v1/feedback/{id}", 401, 403, 404, "/api/v1/feedback/9000000"),
        new("GET", "/api/v1/admin/config", 401, 403, 200),
        new("PUT", "/api/v1/admin/config", 401, 403, 400),
        new("GET", "/api/v1/admin/users", 401, 403, 200),
        new("PUT", "/api/v1/admin/users/alert-type", 401, 403, 400),
        new("PUT", "/api/v1/admin/users/{id}/role", 401, 403, 400, "/api/v1/admin/users/9000000/role"),
        new("DELETE", "/api/v1/admin/users/{id:long}", 401, 403, 404, "/api/v1/admin/users/9000000"),
        new("GET", "/api/v1/admin/users/{id}/sessions", 401, 403, 404, "/api/v1/admin/users/9000000/sessions"),
        new("DELETE", "/api/v1/admin/users/{id}/sessions", 401, 403, 404, "/api/v1/admin/users/9000000/sessions"),
        new("DELETE", "/api/v1/admin/users/{id}/sessions/{sessionId}", 401, 403, 404, $"/api/v1/admin/users/9000000/sessions/{SomeId}"),
        new("GET", "/api/v1/admin/daily-overview", 401, 403, 200),
        new("GET", "/api/v1/admin/daily-runs", 401, 403, 200),
        new("POST", "/api/v1/cron/daily", 401, 401, 401),
        new("GET", "/api/v1/cron/daily/{date}", 401, 401, 401),
        new("GET", "/mail/preferences", 404, 404, 404),
        new("POST", "/mail/preferences", 404, 404, 404),
        new("GET", "/mail/unsubscribe", 404, 404, 404),
        new("POST", "/mail/unsubscribe", 404, 404, 404),
        new("GET", "/mail/reset-password", 404, 404, 404),
        new("POST", "/mail/reset-password", 404, 404, 404),
        new("GET", "/api/v1/test", 401, 403, 200),
        new("POST", "/api/v1/test", 401, 403, 200),
        new("GET", "/api/v1/test-advanced", 401, 403, 200),
        new("POST", "/api/v1/test-advanced", 401, 403, 200),
        new("GET", "/api/v1/users/maps/", 401, 400, 400, "/api/v1/users/maps"),
        new("GET", "/api/v1/users/maps/status/{jobId}", 401, 404, 404, $"/api/v1/users/maps/status/{SomeId}"),
        new("POST", "/api/v1/map-searches/", 401, 400, 400, "/api/v1/map-searches"),
        new("GET", "/api/v1/map-searches/", 401, 200, 200, "/api/v1/map-searches"),
        new("GET", "/api/v1/map-searches/{id}", 401, 404, 404, $"/api/v1/map-searches/{SomeId}"),
        new("GET", "/api/v1/map-searches/{id}/results", 401, 404, 404, $"/api/v1/map-searches/{SomeId}/results"),
        new("DELETE", "/api/v1/map-searches/{id}", 401, 404, 404, $"/api/v1/map-searches/{SomeId}"),

        // Last, because it ends the callers' sessions.
        new("POST", "/api/v1/users/logout-everywhere", 401, 200, 200),
    ];

    [Fact]
    public async Task Every_route_has_a_row_and_declares_who_may_call_it()
    {
        await using var host = Start();
        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .ToList();

        routes.Count.ShouldBeGreaterThan(10);
        routes.ShouldAllBe(r => DeclaresPolicy(r));

        // The files of the reference page belong to the page, and HEAD to GET.
        var actual = routes.Where(r => r.RoutePattern.RawText is { } text && (text == "/docs/{documentName?}" || !text.StartsWith("/docs/", StringComparison.Ordinal))).SelectMany(r => (r.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Where(m => m != "HEAD").Select(m => $"{m} {r.RoutePattern.RawText}")).ToList();
        var rows = s_table.Select(r => $"{r.Method} {r.Pattern}").ToList();
        actual.Except(rows, StringComparer.Ordinal).ShouldBeEmpty("a route lacks its row");
        rows.Except(actual, StringComparer.Ordinal).ShouldBeEmpty("a row lacks its route");
    }

    [Fact]
    public void A_route_that_declares_nothing_is_noticed()
    {
        var route = new RouteEndpointBuilder(static _ => Task.CompletedTask, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/secret"), 0).Build();

        DeclaresPolicy(route).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_caller_gets_what_the_table_says()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Administration:InitialAdmin"] = "The Admin" });
        var user = await host.SignInAsync();
        var admin = await host.SignInAsync("the admin");
        using var anonymous = host.CreateClient();

        foreach (var row in s_table)
        {
            (await AskAsync(anonymous, row)).ShouldBe((HttpStatusCode)row.Anonymous, $"anonymous {row}");
            (await AskAsync(user.Client, row)).ShouldBe((HttpStatusCode)row.User, $"user {row}");
            (await AskAsync(admin.Client, row)).ShouldBe((HttpStatusCode)row.Admin, $"admin {row}");
        }
    }

    [Fact]
    public async Task What_belongs_to_another_user_does_not_exist()
    {
        await using var host = Start();
        var owner = await host.SignInAsync();
        var stranger = await host.SignInAsync();
        var id = await owner.SubmitAsync("Solo");
        await owner.EndAsync(id);
        var session = (await System.Net.Http.Json.HttpClientJsonExtensions.GetFromJsonAsync<System.Text.Json.Nodes.JsonArray>(owner.Client, "/api/v1/users/sessions"))![0]!["id"]!.GetValue<string>();

        foreach (var path in new[] { $"/api/v1/map-searches/{id}", $"/api/v1/map-searches/{id}/results", $"/api/v1/users/maps/status/{id}" })
        {
            using var foreign = await stranger.Client.GetAsync(path);
            foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            using var own = await owner.Client.GetAsync(path);
            own.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }

        foreach (var path in new[] { $"/api/v1/map-searches/{id}", $"/api/v1/users/sessions/{session}" })
        {
            using var answer = await stranger.Client.DeleteAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        (await owner.StatusAsync(id))["status"]!.GetValue<string>().ShouldBe("completed");
    }

    private static bool DeclaresPolicy(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, Row row)
    {
        using var request = new HttpRequestMessage(new HttpMethod(row.Method), row.Path ?? row.Pattern);
        if (row.Method is "POST" or "PUT")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private sealed record Row(string Method, string Pattern, int Anonymous, int User, int Admin, string? Path = null);
}
