using System.Net;
using System.Net.Http.Json;
using Backend.Application.Ports;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace Backend.Integration.Http;

/// <summary>What a browser is told about pages of other origins.</summary>
public abstract class CrossOriginTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Page = "https://app.example.org";
    private const string Exposed = "ETag,Location,Retry-After,RateLimit,RateLimit-Policy,WWW-Authenticate";

    [Fact]
    public async Task An_origin_that_is_named_may_read_every_answer_and_another_none()
    {
        var broken = Substitute.For<IUserStore>();
        broken.FindByLoginAsync(null!, default).ThrowsAsyncForAnyArgs(new InvalidOperationException("a bug"));
        broken.AddAsync(null!, default, default).ReturnsForAnyArgs(new AddUserOutcome(AddUserStatus.NameTaken, User: null));
        await using var host = Start(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ALLOWED_ORIGIN"] = $"http://localhost:5173, {Page}", ["RateLimits:Register"] = "2/300" },
            services: services => services.AddSingleton(broken));
        using var client = host.CreateClient();
        var register = new { email = "someone@example.org", username = "someone", password = BackendHost.Password };
        foreach (var (method, path, body, status) in new (HttpMethod, string, object?, HttpStatusCode)[]
        {
            (HttpMethod.Get, "/health", null, HttpStatusCode.OK),
            (HttpMethod.Get, "/api/v1/users/profile", null, HttpStatusCode.Unauthorized),
            (HttpMethod.Get, "/api/v1/nothing", null, HttpStatusCode.NotFound),
            (HttpMethod.Put, "/health", null, HttpStatusCode.MethodNotAllowed),
            (HttpMethod.Post, "/api/v1/users/login", new { }, HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/api/v1/users/login", new { email = "a", password = "b" }, HttpStatusCode.InternalServerError),
            (HttpMethod.Post, "/api/v1/users/register", register, HttpStatusCode.Conflict),
            (HttpMethod.Post, "/api/v1/users/register", register, HttpStatusCode.Conflict),
            (HttpMethod.Post, "/api/v1/users/register", register, HttpStatusCode.TooManyRequests),
        })
        {
            using var allowed = await AskAsync(client, method, path, Page, body);
            allowed.StatusCode.ShouldBe(status, path);
            allowed.Header("Access-Control-Allow-Origin").ShouldBe(Page, $"{path} {status}");
            allowed.Header("Access-Control-Expose-Headers").ShouldBe(Exposed, $"{path} {status}");
            allowed.Header("Access-Control-Allow-Credentials").ShouldBeNull();
            allowed.Header("Vary").ShouldBe("Origin");
            allowed.ShouldBeSecured();
        }

        foreach (var origin in new[] { "https://evil.example", "https://app.example.org.evil.example", "http://app.example.org", "https://app.example.org:8443", "null", null })
        {
            using var foreign = await AskAsync(client, HttpMethod.Get, "/health", origin);
            foreign.StatusCode.ShouldBe(HttpStatusCode.OK);
            ShouldSayNothing(foreign);
        }
    }

    [Fact]
    public async Task A_browser_that_asks_first_is_told_methods_and_headers_before_anything_else_is_looked_at()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["ALLOWED_ORIGIN"] = Page });
        await using var closed = Start();
        using var client = host.CreateClient();
        using var other = closed.CreateClient();
        foreach (var path in new[] { "/api/v1/map-searches", "/api/v1/users/sessions/1", "/health" })
        {
            using var allowed = await PreflightAsync(client, path, Page);
            allowed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            allowed.Header("Access-Control-Allow-Origin").ShouldBe(Page);
            allowed.Header("Access-Control-Allow-Methods").ShouldBe("GET,HEAD,POST,PUT,DELETE,OPTIONS");
            allowed.Header("Access-Control-Allow-Headers").ShouldBe("Content-Type,Authorization,If-None-Match,X-Amz-Date,X-Api-Key,X-Amz-Security-Token");
            allowed.Header("Access-Control-Allow-Credentials").ShouldBeNull();
            allowed.ShouldBeSecured();

            using var foreign = await PreflightAsync(client, path, "https://evil.example");
            foreign.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            ShouldSayNothing(foreign);

            using var unset = await PreflightAsync(other, path, Page);
            unset.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            ShouldSayNothing(unset);
        }

        using var plain = await AskAsync(other, HttpMethod.Get, "/health", Page);
        ShouldSayNothing(plain);
        plain.Header("Vary").ShouldBeNull();
    }

    private static void ShouldSayNothing(HttpResponseMessage answer) =>
        answer.AllHeaders().Keys.Where(name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty();

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, HttpMethod method, string path, string? origin, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin).ShouldBeTrue();
        }

        return await client.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> PreflightAsync(HttpClient client, string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "DELETE");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,if-none-match");
        return await client.SendAsync(request);
    }
}
