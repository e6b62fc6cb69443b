using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Backend.Application.Ports;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;

namespace Backend.Integration.Http;

/// <summary>Pages that links in mails lead to: whoever has the link need not sign in, and nobody else gets anywhere.</summary>
public abstract partial class MailPageTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Preferences = "/mail/preferences";
    private const string Unsubscribe = "/mail/unsubscribe";
    private const string Standard = """{"timeZone":"UTC","mapperMail":true,"driverMail":true}""";
    private const string Nothing = """{"timeZone":"UTC","mapperMail":false,"driverMail":false}""";

    [Fact]
    public async Task The_form_shows_and_changes_what_the_user_of_the_mail_is_told()
    {
        await using var host = Start();
        var (user, other) = (await host.SignInAsync("<b>Zoé</b> & \"Söhne\""), await host.SignInAsync());
        using var client = host.CreateClient();
        var link = await LinkAsync(host, Preferences, user);

        var page = await AskAsync(client, HttpMethod.Get, link);
        var saved = await PostAsync(client, ActionOf(page.Body, Preferences), ("timeZone", " Asia/Kathmandu "), ("driverMail", "true"));

        ShouldBePage(page, 200);
        page.Body.ShouldContain("&lt;b&gt;Zo&#xE9;&lt;/b&gt; &amp; &quot;S&#xF6;hne&quot;");
        page.Body.ShouldNotContain("<b>Zo");
        Ticked(page.Body).ShouldBe(["mapperMail", "driverMail"]);
        ShouldBePage(saved, 200);
        saved.Body.ShouldContain("Your choice is saved.");
        saved.Body.ShouldContain("value=\"Asia/Kathmandu\"");
        Ticked(saved.Body).ShouldBe(["driverMail"]);
        (await ToldAsync(user)).ShouldBe("""{"timeZone":"Asia/Kathmandu","mapperMail":false,"driverMail":true}""");
        (await ToldAsync(other)).ShouldBe(Standard);
        Ticked((await AskAsync(client, HttpMethod.Get, link)).Body).ShouldBe(["driverMail"]);
        host.Logs.Lines.ShouldAllBe(line => !line.Contains(link.Split('=')[1], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Looking_changes_nothing_and_the_button_does()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        using var client = host.CreateClient();

        foreach (var path in new[] { Preferences, Unsubscribe })
        {
            var link = await LinkAsync(host, path, user);
            var (get, head) = (await AskAsync(client, HttpMethod.Get, link), await AskAsync(client, HttpMethod.Head, link));

            ShouldBePage(get, 200);
            (head.Status, head.Body).ShouldBe((200, ""));
            head.Answer.Header("Content-Security-Policy").ShouldBe(get.Answer.Header("Content-Security-Policy"));
            (await ToldAsync(user)).ShouldBe(Standard);
        }

        var page = await AskAsync(client, HttpMethod.Get, await LinkAsync(host, Unsubscribe, user));
        page.Body.ShouldContain("Unsubscribe from everything");
        ShouldBePage(await PostAsync(client, ActionOf(page.Body, Unsubscribe)), 200);
        (await ToldAsync(user)).ShouldBe(Nothing);
    }

    /// <summary>RFC 8058, 3.1: mail programs send one of the two kinds of forms; some send neither.</summary>
    [Fact]
    public async Task One_click_unsubscribes_with_a_body_of_any_kind()
    {
        await using var host = Start();
        using var client = host.CreateClient();
        var bodies = new Func<HttpContent?>[]
        {
            () => new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]),
            () => new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } },
            () => new StringContent("List-Unsubscribe=One-Click"),
            () => new StringContent("{", Encoding.UTF8, "application/json"),
            () => new StringContent("--x", Encoding.UTF8, "multipart/form-data"),
            () => null,
        };
        foreach (var body in bodies)
        {
            var user = await host.SignInAsync();
            using var request = new HttpRequestMessage(HttpMethod.Post, await LinkAsync(host, Unsubscribe, user)) { Content = body() };
            request.Headers.TryAddWithoutValidation("Origin", "null");

            var ended = await AskAsync(client, request);

            ShouldBePage(ended, 200);
            ended.Body.ShouldContain("You get no more daily mails.");
            (await ToldAsync(user)).ShouldBe(Nothing);
        }
    }

    [Fact]
    public async Task A_form_that_cannot_be_followed_changes_nothing_and_says_why()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        using var client = host.CreateClient();
        var link = await LinkAsync(host, Preferences, user);

        foreach (var zone in new[] { "Nowhere/Land", "<script>alert(1)</script>", "", "europe/berlin", "Europe//Berlin", "posix/Europe/Berlin", "right/UTC", "../UTC" })
        {
            var page = await PostAsync(client, link, ("timeZone", zone), ("mapperMail", "true"));
            ShouldBePage(page, 400);
            page.Body.ShouldContain("Nothing is changed. Please give a time zone");
            page.Body.ShouldNotContain("<script");
            Ticked(page.Body).ShouldBe(["mapperMail"]);
        }

        foreach (var content in new HttpContent[] { new StringContent("{}", Encoding.UTF8, "application/json"), new StringContent("nonsense", Encoding.UTF8, "multipart/form-data"), new StringContent(""), Cut(""), Cut("--x\r\nContent-Disposition: form-data; name=\"timeZone\"\r\n\r\nUT") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, link) { Content = content };
            ShouldBePage(await AskAsync(client, request), 400);
        }

        (await ToldAsync(user)).ShouldBe(Standard);
    }

    /// <summary>A form in parts that ends before its end.</summary>
    private static StringContent Cut(string body)
    {
        var content = new StringContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        return content;
    }

    [Fact]
    public async Task Whoever_has_no_link_learns_nothing()
    {
        await using var host = Start();
        var (user, gone) = (await host.SignInAsync(), await host.SignInAsync());
        using var client = host.CreateClient();
        var good = await LinkAsync(host, "", user);
        var removed = await LinkAsync(host, "", gone);
        await gone.AskAsync("POST", "/api/v1/users/delete-account", new { password = BackendHost.Password }).ShouldSucceedAsync();
        var token = good.Split('=')[1];
        string[] queries =
        [
            removed, "", "?token=", "?token=junk", $"?token={user.AccessToken}", $"?token={user.RefreshToken}", $"{good}A", good[..^1], $"{good}&token={token}", $"?token={new string('A', 54)}",
            $"?token={(token[0] == 'A' ? 'B' : 'A')}{token[1..]}", $"?token={new string('x', 5000)}", "?token=%00", "?token=%F0%9F%8F%81",
        ];
        var expected = (await AskAsync(client, HttpMethod.Get, Preferences + removed)).Body;

        foreach (var query in queries)
        {
            foreach (var page in new[]
            {
                await AskAsync(client, HttpMethod.Get, Preferences + query),
                await AskAsync(client, HttpMethod.Get, Unsubscribe + query),
                await PostAsync(client, Preferences + query, ("timeZone", "UTC")),
                await PostAsync(client, Preferences + query, ("timeZone", "Nowhere/Land")),
                await PostAsync(client, Unsubscribe + query, ("List-Unsubscribe", "One-Click")),
            })
            {
                ShouldBePage(page, 404);
                page.Body.ShouldBe(expected, query);
            }
        }

        // Nor is the link good for anything else.
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        await client.AskAsync("GET", "/api/v1/users/profile").ShouldFailAsync(401, "session.access_token_invalid");
        await client.AskAsync("POST", "/api/v1/users/refresh", new { refresh_token = token }).ShouldFailAsync(401, "session.refresh_token_invalid");
        (await ToldAsync(user)).ShouldBe(Standard);
    }

    [Fact]
    public async Task An_address_may_look_only_so_often()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["RateLimits:MailPages"] = "2/60" }, new StandingClock(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero)));
        var user = await host.SignInAsync();
        using var client = host.CreateClient();
        var link = await LinkAsync(host, Unsubscribe, user);
        ShouldBePage(await AskAsync(client, HttpMethod.Get, link), 200);
        (await AskAsync(client, HttpMethod.Get, "/mail/preferences?token=junk")).Answer.Header("RateLimit").ShouldBe("\"mail-pages\";r=0;t=60");

        var refused = await PostAsync(client, link);

        ShouldBePage(refused, 429);
        refused.Answer.Header("Retry-After").ShouldBe("60");
        (await ToldAsync(user)).ShouldBe(Standard);
    }

    [Fact]
    public async Task What_goes_wrong_before_a_page_is_reached_is_said_in_a_page_as_well()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        using var client = host.CreateClient();
        var link = await LinkAsync(host, Preferences, user);

        var method = await AskAsync(client, HttpMethod.Delete, link);
        var elsewhere = await AskAsync(client, HttpMethod.Get, "/MAIL/nowhere");
        var large = await PostAsync(client, link, ("timeZone", new string('x', 1024 * 1024)));
        var head = await AskAsync(client, HttpMethod.Head, "/mail/nowhere");

        ShouldBePage(method, 405);
        method.Answer.Content.Headers.Allow.ShouldBe(["GET", "HEAD", "OPTIONS", "POST"], ignoreOrder: true);
        method.Body.ShouldContain("Please follow the link in the mail once more.");
        ShouldBePage(elsewhere, 404);
        elsewhere.Body.ShouldContain("There is nothing at this address.");
        ShouldBePage(large, 413);
        large.Body.ShouldContain("larger than 1 MB");
        (head.Status, head.Body).ShouldBe((404, ""));
        head.Answer.ShouldBePage();
        (await ToldAsync(user)).ShouldBe(Standard);
        using var api = await client.GetAsync("/mailing");
        api.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task So_are_bugs_and_a_store_that_is_away(int status)
    {
        Exception trouble = status == 503 ? new StoreUnavailableException("away", new TimeoutException("secret")) : new InvalidOperationException("secret");
        var limiter = Substitute.For<IRateLimiter>();
        limiter.TryTakeAsync(default, null!, default).ReturnsForAnyArgs(Task.FromException<RateLimitVerdict>(trouble));
        await using var host = Start(services: services => services.AddSingleton(limiter));
        using var client = host.CreateClient();

        foreach (var path in new[] { Preferences, Unsubscribe, "/mail/reset-password" })
        {
            var (get, post) = (await AskAsync(client, HttpMethod.Get, $"{path}?token=x"), await PostAsync(client, $"{path}?token=x", ("newPassword", "another good password"), ("timeZone", "UTC")));

            foreach (var page in new[] { get, post })
            {
                ShouldBePage(page, status);
                page.Body.ShouldNotContain("secret");
                page.Answer.Header("Retry-After").ShouldBe(status == 503 ? "2" : null);
                page.Body.ShouldMatch(status == 503 ? "Please try again shortly" : "The trace id helps us to find it. It is [0-9a-f]{32}.");
            }
        }
    }

    private static async Task<string> LinkAsync(BackendHost host, string path, SignedInUser user)
    {
        var found = (await host.Services.GetRequiredService<IUserStore>().FindByLoginAsync(user.Name, CancellationToken.None)).ShouldNotBeNull();
        return $"{path}?token={host.Services.GetRequiredService<IMailTokens>().Issue(found.Id).Reveal()}";
    }

    private static async Task<string> ToldAsync(SignedInUser user) => (await user.AskAsync("GET", "/api/v1/users/preferences").ShouldSucceedAsync()).ToJsonString();

    private static Task<Page> PostAsync(HttpClient client, string path, params (string Name, string Value)[] fields) =>
        AskAsync(client, new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))) });

    private static Task<Page> AskAsync(HttpClient client, HttpMethod method, string path) => AskAsync(client, new HttpRequestMessage(method, path));

    private static async Task<Page> AskAsync(HttpClient client, HttpRequestMessage request)
    {
        using var asked = request;

        // A server that refuses a body by its length closes the connection, which a client that is still sending takes for an error.
        asked.Headers.ExpectContinue = asked.Content?.Headers.ContentLength > 100_000;
        var answer = await client.SendAsync(asked);
        return new Page((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    private static void ShouldBePage(Page page, int status)
    {
        page.Status.ShouldBe(status, page.Body);
        page.Answer.Content.Headers.ContentType!.ToString().ShouldBe("text/html; charset=utf-8");
        page.Answer.ShouldBePage();
        page.Body.ShouldStartWith("<!DOCTYPE html>");
        page.Body.ShouldNotContain("<script");
        page.Body.ShouldNotContain(" style=");
        var sheet = Sheets().Matches(page.Body).ShouldHaveSingleItem().Groups["sheet"].Value;
        page.Answer.StyleHash().ShouldBe(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(sheet))));
    }

    [GeneratedRegex("<style>(?<sheet>[^<]*)</style>", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Sheets();

    private static string ActionOf(string body, string path) =>
        WebUtility.HtmlDecode(Actions().Matches(body).Select(m => m.Groups["action"].Value).Single(action => action.StartsWith($"{path}?", StringComparison.Ordinal)));

    private static IEnumerable<string> Ticked(string body) => Boxes().Matches(body).Select(m => m.Groups["name"].Value);

    [GeneratedRegex("<form method=\"post\" action=\"(?<action>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Actions();

    [GeneratedRegex("<input type=\"checkbox\" name=\"(?<name>[^\"]+)\" value=\"true\" checked", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Boxes();

    private sealed record Page(int Status, string Body, HttpResponseMessage Answer);
}
