using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Backend.Integration.Support;

namespace Backend.Integration.Http;

public abstract class BadInputTests(HostProfile profile, SharedHost shared) : ProfileSuite(profile), IClassFixture<SharedHost>
{
    private readonly BackendHost _host = shared.Start(profile);

    public static TheoryData<string, string> Bodies => new(
        from path in new[] { "/api/v1/users/register", "/api/v1/users/login", "/api/v1/users/refresh", "/api/v1/users/logout", "/api/v1/users/password-reset", "/api/v1/users/password-reset/confirm", "/api/v1/map-searches" }
        from body in new[]
        {
            "{", "[]", "\"text\"", "42", "null", "", "{}", "{\"email\":1}", "{\"password\":[]}", "{\"password\":{}}", "{\"refresh_token\":true}", "{\"mapper\":{\"a\":1}}",
            "{\"email\":\"a\",\"email\":\"b\",\"refresh_token\":\"a\",\"refresh_token\":\"b\",\"mapper\":\"a\",\"mapper\":\"b\"}", "{\"email\":\"\\ud800\",\"refresh_token\":\"\\ud800\",\"mapper\":\"\\ud800\"}",
            "{\"x\":" + new string('[', 200) + new string(']', 200) + "}", "\u0000", "{\"email\":\"a\"} trailing",
        }
        select (path, body));

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_told_what_is_wrong(string path, string body)
    {
        var user = await _host.SignInAsync();
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

        using var answer = await user.Client.PostAsync(path, content);

        await ShouldBeProblemAsync(answer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_body_above_one_megabyte_is_refused()
    {
        using var client = _host.CreateClient();

        // Or the connection may break while a body is sent that nobody reads.
        client.DefaultRequestHeaders.ExpectContinue = true;
        using var content = new StringContent($"{{\"email\":\"{new string('a', 1024 * 1024)}\"}}", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

        using var answer = await client.PostAsync("/api/v1/users/login", content);

        await ShouldBeProblemAsync(answer, HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "email=a&password=b")]
    [InlineData("text/plain", "{}")]
    [InlineData("application/xml", "<a/>")]
    public async Task A_body_that_is_not_json_is_refused(string type, string body)
    {
        using var client = _host.CreateClient();
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));

        using var answer = await client.PostAsync("/api/v1/users/login", content);

        await ShouldBeProblemAsync(answer, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("application/json; charset=bogus")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=")]
    [InlineData("application/json; charset=utf-16")]
    public async Task A_body_that_is_not_utf8_is_refused(string type)
    {
        using var client = _host.CreateClient();
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var answer = await client.PostAsync("/api/v1/users/login", content);

        await ShouldBeProblemAsync(answer, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("/api/v1/users/maps?username=Solo&username=Nobody")]
    [InlineData("/api/v1/users/maps")]
    [InlineData("/api/v1/users/maps?username=")]
    [InlineData("/api/v1/users/maps?username=%20%20")]
    [InlineData("/api/v1/users/maps?username=a%00b")]
    [InlineData("/api/v1/users/maps?username=a%0Ab")]
    [InlineData("/api/v1/users/maps?username=a&period=2d")]
    [InlineData("/api/v1/users/maps?username=a&period=")]
    [InlineData("/api/v1/users/maps?username=a&period=1D")]
    [InlineData("/api/v1/users/maps?username=a&period[]=1d&period=1x")]
    public async Task A_bad_search_is_refused(string path)
    {
        var user = await _host.SignInAsync();

        using var answer = await user.Client.GetAsync(path);
        await ShouldBeProblemAsync(answer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_bad_lookup_is_refused_by_field()
    {
        // Its own, since it is asked what went upstream.
        var host = Start();
        var user = await host.SignInAsync();
        foreach (var (path, field) in new (string, string?)[]
        {
            ("users/search", "username"),
            ("users/search?username=", "username"),
            ("users/search?username=%20%20", "username"),
            ("users/search?username=a%00b", "username"),
            ("users/search?username=a%0Ab", "username"),
            ($"users/search?username={new string('a', 101)}", "username"),
            ("users/search?username=a&username=b", null),
            ("driver/maps/search?type=name", "query"),
            ("driver/maps/search?query=%20ab%20&type=name", "query"),
            ($"driver/maps/search?query={new string('a', 101)}&type=uid", "query"),
            ("driver/maps/search?query=a%00bc&type=name", "query"),
            ("driver/maps/search?query=abc", "type"),
            ("driver/maps/search?query=abc&type=UID", "type"),
            ("driver/maps/search?query=abc&type=name&page=0", "page"),
            ("driver/maps/search?query=abc&type=name&page=-1", "page"),
            ("driver/maps/search?query=abc&type=name&page=51", "page"),
            ("driver/maps/search?query=abc&type=name&page=1.5", null),
            ("driver/maps/search?query=abc&type=name&page=first", null),
            ("driver/maps/search?query=abc&type=name&page=99999999999", null),
            ("driver/maps/search?query=abc&query=abd&type=name", null),
            ("driver/maps/search?query=abc&type=name&page=1&page=2", null),
            ("records/latest?period=1d", "mapUid"),
            ("records/latest?mapUid=..%2f..%2fetc&period=1d", "mapUid"),
            ("records/latest?mapUid=a%3Flength%3D1&period=1d", "mapUid"),
            ($"records/latest?mapUid={new string('a', 101)}&period=1d", "mapUid"),
            ("records/latest?mapUid=abc", "period"),
            ("records/latest?mapUid=abc&period=", "period"),
            ("records/latest?mapUid=abc&period=1D", "period"),
            ("records/latest?mapUid=abc&mapUid=abd&period=1d", null),
        })
        {
            using var answer = await user.Client.GetAsync($"/api/v1/{path}");

            var problem = await ShouldBeProblemAsync(answer, HttpStatusCode.BadRequest);
            problem["errors"]?.AsObject().Select(p => p.Key).ShouldBe([field!], path);
            (problem["errors"] is null).ShouldBe(field is null, path);
            problem["message"].ShouldBeNull(path);
        }

        host.Sandbox.Traffic.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bad_list_of_accounts_is_refused_and_a_missing_one_is_empty()
    {
        var user = await _host.SignInAsync();
        foreach (var body in new[] { "{", "[]", "42", "{\"accountIds\":{}}", "{\"accountIds\":\"a\"}", "{\"accountIds\":[1]}", "{\"accountIds\":[[]]}", "{\"accountIds\":[],\"accountIds\":[]}", $"{{\"accountIds\":[{string.Join(',', Enumerable.Repeat("\"a\"", 501))}]}}" })
        {
            using var refused = await PostAsync(body);

            await ShouldBeProblemAsync(refused, HttpStatusCode.BadRequest);
        }

        foreach (var body in new[] { "", "{}", "null", "{\"accountIds\":null}", "{\"accountIds\":[]}", "{\"accountIds\":[null,\"\",\"junk\"]}" })
        {
            using var answer = await PostAsync(body);

            answer.StatusCode.ShouldBe(HttpStatusCode.OK, body);
            (await answer.Content.ReadAsStringAsync()).ShouldBe("{}", body);
        }

        async Task<HttpResponseMessage> PostAsync(string body)
        {
            using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            return await user.Client.PostAsync("/api/v1/users/accountNames", content);
        }
    }

    [Fact]
    public async Task An_overlong_mapper_is_refused()
    {
        var user = await _host.SignInAsync();

        using var answer = await user.Client.PostAsJsonAsync("/api/v1/map-searches", new { mapper = new string('a', 101), period = "1d" });

        (await ShouldBeProblemAsync(answer, HttpStatusCode.BadRequest))["errors"]!["mapper"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("/api/v1/users/maps/status/not-a-uuid")]
    [InlineData("/api/v1/users/maps/status/1")]
    [InlineData("/api/v1/map-searches/{11111111-2222-4333-8444-555555555555}")]
    [InlineData("/api/v1/map-searches/..%2f..%2fetc/results")]
    [InlineData("/api/v1/map-searches/11111111222243338444555555555555")]
    public async Task An_id_that_is_none_is_not_found(string path)
    {
        var user = await _host.SignInAsync();

        using var answer = await user.Client.GetAsync(path);

        ((int)answer.StatusCode).ShouldBeOneOf(400, 404);
        await ShouldBeProblemAsync(answer, answer.StatusCode);
    }

    [Theory]
    [InlineData("after=abc")]
    [InlineData("limit=1.5")]
    [InlineData("after=99999999999")]
    public async Task A_page_that_is_no_number_is_refused(string query)
    {
        var user = await _host.SignInAsync();
        var id = await user.SubmitAsync("Solo");

        using var answer = await user.Client.GetAsync($"/api/v1/map-searches/{id}/results?{query}");

        await ShouldBeProblemAsync(answer, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("after=-2147483648&limit=-5")]
    [InlineData("after=2147483647&limit=2147483647")]
    [InlineData("after=-1&limit=0")]
    public async Task A_page_out_of_range_is_brought_into_it(string query)
    {
        var user = await _host.SignInAsync();
        var id = await user.SubmitAsync("Solo");
        await user.EndAsync(id);

        using var answer = await user.Client.GetAsync($"/api/v1/map-searches/{id}/results?{query}");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Nothing_lies_past_the_end_of_the_results()
    {
        var user = await _host.SignInAsync();
        var id = await user.SubmitAsync("Demo Mapper");
        await user.EndAsync(id);

        var page = JsonNode.Parse(await user.Client.GetStringAsync($"/api/v1/map-searches/{id}/results?after=2147483647"))!;

        page["items"]!.AsArray().ShouldBeEmpty();
        ((bool)page["complete"]!).ShouldBeTrue();
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/v1/users/maps", HttpStatusCode.MethodNotAllowed)]
    [InlineData("HEAD", "/api/v1/users/login", HttpStatusCode.MethodNotAllowed)]
    [InlineData("HEAD", "/api/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/users/login", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/api/v1/users/profile", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "/health", HttpStatusCode.MethodNotAllowed)]
    public async Task Unknown_routes_and_wrong_methods_are_told_to_anybody(string method, string path, HttpStatusCode expected)
    {
        using var client = _host.CreateClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await client.SendAsync(request);

        answer.StatusCode.ShouldBe(expected);
        if (method != "HEAD")
        {
            await ShouldBeProblemAsync(answer, expected);
        }

        if (expected == HttpStatusCode.MethodNotAllowed)
        {
            answer.Content.Headers.Allow.ShouldNotBeEmpty();
        }
    }

    private static async Task<JsonNode> ShouldBeProblemAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = JsonNode.Parse(text)!;
        foreach (var member in new[] { "type", "title", "detail", "code", "traceId", "msg", "error" })
        {
            ((string)problem[member]!).ShouldNotBeNullOrEmpty(member);
        }

        ((int)problem["status"]!).ShouldBe((int)expected);
        ((string)problem["msg"]!).ShouldBe((string)problem["error"]!);
        answer.ShouldBeSecured();
        text.ShouldNotContain("   at ");
        return problem;
    }
}
