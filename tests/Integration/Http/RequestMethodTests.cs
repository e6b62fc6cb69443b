using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Http;

/// <summary>Methods and paths beyond those of the route table: HEAD, OPTIONS, refusals, and spellings of a path.</summary>
public abstract class RequestMethodTests : ProfileSuite
{
    private const string SomeId = "11111111-2222-4333-8444-555555555555";

    private readonly BackendHost _host;

    protected RequestMethodTests(HostProfile profile)
        : base(profile) => _host = Start();

    private IEnumerable<(string Path, IReadOnlyList<string> Methods, bool IsOpen)> Routes =>
        from route in _host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let methods = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
        where methods is not null
        select (Filled(route.RoutePattern), methods, route.Metadata.GetMetadata<IAllowAnonymous>() is not null);

    [Fact]
    public async Task Every_route_that_takes_GET_answers_HEAD_alike_but_for_the_body()
    {
        var user = await _host.SignInAsync();
        using var anonymous = _host.CreateClient();
        var routes = Routes.Where(r => r.Methods.Contains("GET")).ToList();
        routes.Count.ShouldBeGreaterThan(10);
        foreach (var route in routes)
        {
            foreach (var client in new[] { anonymous, user.Client })
            {
                using var get = await client.GetAsync(route.Path);
                var length = (await get.Content.ReadAsByteArrayAsync()).Length;
                using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, route.Path));

                head.StatusCode.ShouldBe(get.StatusCode, route.Path);
                (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty(route.Path);
                Comparable(head).ShouldBe(Comparable(get), route.Path);
                (head.Header("Content-Length") ?? $"{length}").ShouldBe($"{length}", route.Path);
                if (route.Path.StartsWith("/mail/", StringComparison.Ordinal))
                {
                    head.ShouldBePage();
                }
                else
                {
                    head.ShouldBeSecured();
                }

                (client == user.Client || route.IsOpen || head.StatusCode == HttpStatusCode.Unauthorized).ShouldBeTrue(route.Path);
            }
        }

        routes.ShouldAllBe(r => r.Methods.Contains("HEAD"));
    }

    [Fact]
    public async Task Every_address_tells_its_methods_to_anybody_and_refuses_others()
    {
        using var client = _host.CreateClient();
        var addresses = Routes.GroupBy(r => r.Path.TrimEnd('/'), StringComparer.OrdinalIgnoreCase).ToList();
        addresses.Count.ShouldBeGreaterThan(15);
        foreach (var address in addresses)
        {
            var expected = address.SelectMany(r => r.Methods).Append("OPTIONS").Distinct().Order(StringComparer.Ordinal);
            using var options = await client.SendAsync(new HttpRequestMessage(HttpMethod.Options, address.First().Path));
            using var refused = await client.SendAsync(new HttpRequestMessage(HttpMethod.Patch, address.First().Path));

            options.StatusCode.ShouldBe(HttpStatusCode.NoContent, address.Key);
            (await options.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
            refused.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed, address.Key);
            if (address.Key.StartsWith("/mail/", StringComparison.Ordinal))
            {
                refused.ShouldBePage();
            }
            else
            {
                ((string)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["code"]!).ShouldBe("request.method_not_allowed");
                refused.ShouldBeSecured();
            }

            options.ShouldBeSecured();
            foreach (var answer in new[] { options, refused })
            {
                string.Join(' ', answer.Content.Headers.Allow.Order(StringComparer.Ordinal)).ShouldBe(string.Join(' ', expected), address.Key);
            }
        }

        foreach (var method in new[] { HttpMethod.Options, HttpMethod.Head, HttpMethod.Get, HttpMethod.Patch })
        {
            using var unknown = await client.SendAsync(new HttpRequestMessage(method, "/api/v1/nothing"));
            unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound, method.Method);
            unknown.ShouldBeSecured();
        }
    }

    [Fact]
    public async Task Paths_are_read_in_any_case_and_with_a_trailing_slash()
    {
        var user = await _host.SignInAsync();
        var session = (string)(await user.Client.GetFromJsonAsync<JsonArray>("/api/v1/users/sessions/"))![0]!["id"]!;
        var search = await user.SubmitAsync("Nobody");

        (await StatusAsync(HttpMethod.Get, "/API/v1/Users/PROFILE/")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(HttpMethod.Get, "/HEALTH/Live/")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(HttpMethod.Head, "/Api/V1/USERS/sessions/")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(HttpMethod.Post, "/Api/V1/USERS/Login/", new { email = user.Name, password = BackendHost.Password })).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(HttpMethod.Post, "/api/V1/MAP-searches/", new { mapper = "Nobody", period = "1d" })).ShouldBe(HttpStatusCode.Accepted);
        (await StatusAsync(HttpMethod.Get, "/api/v1/Users/MAPS/?UserName=Nobody&PERIOD=1d")).ShouldBe(HttpStatusCode.Accepted);
        foreach (var id in new[] { search, search.ToUpperInvariant() })
        {
            (await StatusAsync(HttpMethod.Get, $"/API/V1/Map-Searches/{id}/")).ShouldBe(HttpStatusCode.OK);
            (await StatusAsync(HttpMethod.Get, $"/API/V1/Map-Searches/{id}/RESULTS/?After=-1")).ShouldBe(HttpStatusCode.OK);
            (await StatusAsync(HttpMethod.Get, $"/api/v1/users/maps/STATUS/{id}/")).ShouldBe(HttpStatusCode.OK);
        }

        (await StatusAsync(HttpMethod.Delete, $"/api/v1/USERS/Sessions/{session.ToUpperInvariant()}/")).ShouldBe(HttpStatusCode.NoContent);

        async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, object? body = null)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            using var answer = await user.Client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    private static string Filled(Microsoft.AspNetCore.Routing.Patterns.RoutePattern pattern) =>
        "/" + string.Join('/', pattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { IsOptional: true } => "",
            _ => SomeId,
        }))));

    /// <summary>But for the moment, and for how a body is sent, which is not said where none is.</summary>
    private static IEnumerable<string> Comparable(HttpResponseMessage answer) =>
        answer.AllHeaders().Where(h => h.Key is not ("Date" or "Transfer-Encoding" or "Content-Length")).Select(h => $"{h.Key}: {h.Value}").Order(StringComparer.Ordinal);
}
