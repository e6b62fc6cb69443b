using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Integration.Support;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Http;

public abstract class RateLimitTests(HostProfile profile) : ProfileSuite(profile)
{
    private readonly StandingClock _time = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task An_address_may_try_to_sign_in_five_times_in_five_minutes()
    {
        await using var host = Start(("RateLimits:Login", "5/300"));
        using var client = host.CreateClient();
        for (var i = 0; i < 20; i++)
        {
            // Nothing that the validator refuses counts.
            (await LoginAsync(client, "", "x")).Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        for (var i = 0; i < 5; i++)
        {
            (await LoginAsync(client, "nobody", "wrong")).Status.ShouldBe(HttpStatusCode.Unauthorized);
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        var refused = await LoginAsync(client, "nobody", "wrong");

        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(250));
        _time.Advance(TimeSpan.FromSeconds(250));
        (await LoginAsync(client, "nobody", "wrong")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_address_may_register_three_times_in_five_minutes()
    {
        await using var host = Start(("RateLimits:Register", "3/300"));
        using var client = host.CreateClient();
        for (var i = 0; i < 4; i++)
        {
            using var bad = await client.PostAsJsonAsync("/api/v1/users/register", new { email = "bad", username = "bad", password = "bad" });
            using var answer = await client.PostAsJsonAsync("/api/v1/users/register", new { email = $"u{i}@example.org", username = $"u{i}", password = BackendHost.Password });

            bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            answer.StatusCode.ShouldBe(i < 3 ? HttpStatusCode.Created : HttpStatusCode.TooManyRequests);
        }
    }

    [Fact]
    public async Task A_user_may_start_ten_searches_a_minute()
    {
        await using var host = Start(("RateLimits:MapSearch", "10/60"), ("MapSearches:MaxUnfinishedPerUser", "1000"));
        var user = await host.SignInAsync();
        var other = await host.SignInAsync();
        for (var i = 0; i < 10; i++)
        {
            using var bad = await user.Client.GetAsync("/api/v1/users/maps?username=Solo&period=never");
            using var answer = await user.Client.GetAsync("/api/v1/users/maps?username=Solo");
            bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        using var refused = await user.Client.GetAsync("/api/v1/users/maps?username=Another");
        using var others = await other.Client.GetAsync("/api/v1/users/maps?username=Solo");

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(60));
        ((int)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["retryAfter"]!).ShouldBe(60);
        others.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task What_costs_calls_of_other_services_is_limited_by_address_or_by_user_and_bad_input_does_not_count()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["RateLimits:UserSearch"] = "2/60",
            ["RateLimits:DriverMapSearch"] = "2/60",
            ["RateLimits:AccountNames"] = "2/60",
            ["RateLimits:LatestRecords"] = "2/60",
            ["Http:TrustedProxies"] = "127.0.0.1",
        });
        var user = await host.SignInAsync();
        var other = await host.SignInAsync();
        using var elsewhere = From(host, "2001:db8:1:2::1");
        using var neighbour = From(host, "2001:db8:1:2::ffff");
        using var stranger = From(host, "2001:db8:1:3::1");

        await LimitedAsync(elsewhere, neighbour, stranger, "users/search?username=", "users/search?username=solo");
        await LimitedAsync(user.Client, user.Client, other.Client, "driver/maps/search?query=ab&type=name", "driver/maps/search?query=canyon&type=name");
        await LimitedAsync(user.Client, user.Client, other.Client, "records/latest?mapUid=abc", "records/latest?mapUid=abc&period=1d");
        await LimitedAsync(user.Client, user.Client, other.Client, bad: null, "users/accountNames");

        static async Task LimitedAsync(HttpClient client, HttpClient same, HttpClient other, string? bad, string good)
        {
            for (var i = 0; i < 2; i++)
            {
                (await AskAsync(client, bad ?? good, bad is null)).Status.ShouldBe(bad is null ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
                if (bad is not null)
                {
                    (await AskAsync(client, good, post: false)).Status.ShouldBe(HttpStatusCode.OK, good);
                }
            }

            var refused = await AskAsync(same, good, bad is null);
            refused.Status.ShouldBe(HttpStatusCode.TooManyRequests, good);
            refused.RetryAfter.ShouldNotBeNull().ShouldBeInRange(1, 60);
            (await AskAsync(other, good, bad is null)).Status.ShouldBe(HttpStatusCode.OK, good);
        }

        static async Task<(HttpStatusCode Status, int? RetryAfter)> AskAsync(HttpClient client, string path, bool post)
        {
            using var answer = post ? await client.PostAsJsonAsync($"/api/v1/{path}", new { }) : await client.GetAsync($"/api/v1/{path}");
            var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
            return (answer.StatusCode, answer.StatusCode == HttpStatusCode.TooManyRequests ? (int?)body!["retryAfter"] : null);
        }
    }

    [Fact]
    public async Task A_user_may_have_five_unfinished_searches()
    {
        await using var host = Start(("Trackmania:TmxRate", "0.001"));
        var user = await host.SignInAsync();
        for (var i = 0; i < 5; i++)
        {
            await user.SubmitAsync("Prolific Mapper");
        }

        using var refused = await user.Client.PostAsJsonAsync("/api/v1/map-searches", new { mapper = "Solo", period = "1d" });

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        ((string)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["code"]!).ShouldBe("map_search.too_many_unfinished");
    }

    [Fact]
    public async Task Many_addresses_cannot_guess_one_account_and_cannot_lock_its_owner_out()
    {
        await using var host = Start(("RateLimits:Login", "5/300"), ("RateLimits:LoginAccount", "20/900"), ("Http:TrustedProxies", "127.0.0.1"));
        var owner = await host.SignInAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 200; i++)
        {
            using var client = From(host, $"198.51.100.{i % 40}");
            statuses.Add((await LoginAsync(client, i % 2 == 0 ? owner.Name : owner.Name.ToUpperInvariant(), "wrong")).Status);
        }

        // Twenty in all, the owner's own among them, and then two for each address.
        statuses.Count(s => s == HttpStatusCode.Unauthorized).ShouldBeLessThanOrEqualTo(20 + (2 * 40));
        statuses.TakeLast(40).ShouldAllBe(s => s == HttpStatusCode.TooManyRequests);
        using var fresh = From(host, "203.0.113.7");
        (await LoginAsync(fresh, owner.Name, BackendHost.Password)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_trusted_proxies_a_forwarded_address_counts_for_nothing()
    {
        await using var host = Start(("RateLimits:Login", "5/300"));
        for (var i = 0; i < 6; i++)
        {
            using var client = From(host, $"198.51.100.{i}");
            (await LoginAsync(client, "nobody", "wrong")).Status.ShouldBe(i < 5 ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests);
        }
    }

    [Fact]
    public async Task Of_several_forwarded_addresses_the_last_untrusted_one_counts()
    {
        await using var host = Start(("Http:TrustedProxies", "127.0.0.1, 10.0.0.0/8"));
        var user = await host.SignInAsync();
        using var client = From(host, "1.2.3.4, 203.0.113.9, 10.1.1.1, 10.2.2.2");
        (await LoginAsync(client, user.Name, BackendHost.Password)).Status.ShouldBe(HttpStatusCode.OK);

        var sessions = (await user.Client.GetFromJsonAsync<JsonArray>("/api/v1/users/sessions"))!;

        sessions.Select(s => (string)s!["ipAddress"]!).ShouldContain("203.0.113.9");
    }

    [Fact]
    public async Task Answers_tell_how_the_caller_stands_with_the_limits_it_was_counted_against()
    {
        await using var host = Start(("RateLimits:Login", "3/300"), ("RateLimits:LoginAccount", "20/900"), ("RateLimits:MapSearch", "2/60"));
        using var client = host.CreateClient();
        var me = new { email = "me@example.org", username = "me", password = BackendHost.Password };

        using var off = await client.PostAsJsonAsync("/api/v1/users/register", me);
        using var uncounted = await client.PostAsJsonAsync("/api/v1/users/login", new { });
        using var wrong = await client.PostAsJsonAsync("/api/v1/users/login", new { email = "me", password = "wrong" });
        _time.Advance(TimeSpan.FromSeconds(10.5));
        using var right = await client.PostAsJsonAsync("/api/v1/users/login", me);
        using var unknown = await client.PostAsJsonAsync("/api/v1/users/login", new { email = "nobody", password = "wrong" });
        using var refused = await client.PostAsJsonAsync("/api/v1/users/login", me);

        off.StatusCode.ShouldBe(HttpStatusCode.Created);
        uncounted.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Limits(off).ShouldBe((null, null));
        Limits(uncounted).ShouldBe((null, null));
        Limits(wrong).ShouldBe(("\"login\";q=3;w=300", "\"login\";r=2;t=300"));
        Limits(right).ShouldBe(("\"login\";q=3;w=300", "\"login\";r=1;t=290"));
        Limits(unknown).ShouldBe(("\"login\";q=3;w=300", "\"login\";r=0;t=290"));
        Limits(refused).ShouldBe(("\"login\";q=3;w=300", "\"login\";r=0;t=290"));
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(290));

        client.DefaultRequestHeaders.Authorization = new("Bearer", (string)(await right.Content.ReadFromJsonAsync<JsonNode>())!["access_token"]!);
        using var unlimited = await client.GetAsync("/api/v1/users/profile");
        using var search = await client.PostAsJsonAsync("/api/v1/map-searches", new { mapper = "Solo", period = "1d" });
        using var compatible = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/v1/users/maps?username=Solo"));
        using var tooMany = await client.GetAsync("/api/v1/users/maps?username=Solo");

        Limits(unlimited).ShouldBe((null, null));
        Limits(search).ShouldBe(("\"map-search\";q=2;w=60", "\"map-search\";r=1;t=60"));
        Limits(compatible).ShouldBe(("\"map-search\";q=2;w=60", "\"map-search\";r=0;t=60"));
        Limits(tooMany).ShouldBe(("\"map-search\";q=2;w=60", "\"map-search\";r=0;t=60"));
        tooMany.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    /// <summary>Or whoever takes a limit and forgets to declare it would leave clients in the dark, and no test would say so.</summary>
    [Fact]
    public async Task A_limit_that_its_route_does_not_declare_fails_the_request()
    {
        await using var host = Start(services: services => services.AddTransient<IRequestHandler<GetProfileQuery, Result<User>>, CountingHandler>());
        var user = await host.SignInAsync();

        using var answer = await user.Client.GetAsync("/api/v1/users/profile");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        host.Logs.Lines.ShouldContain(l => l.Contains("The limit Feedback is taken for a route that does not declare it", StringComparison.Ordinal));
        host.Services.GetServices<IRateLimiter>().ShouldHaveSingleItem();
    }

    private static (string? Policy, string? Current) Limits(HttpResponseMessage answer) => (answer.Header("RateLimit-Policy"), answer.Header("RateLimit"));

    private BackendHost Start(params (string Key, string Value)[] settings) =>
        Start(settings.ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal), _time);

    private static HttpClient From(BackendHost host, string address)
    {
        var client = host.CreateClient();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }

    private static async Task<(HttpStatusCode Status, TimeSpan? RetryAfter)> LoginAsync(HttpClient client, string login, string password)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/users/login", new { email = login, password });
        return (answer.StatusCode, answer.Headers.RetryAfter?.Delta);
    }

    private sealed class CountingHandler(IRateLimiter limiter) : IRequestHandler<GetProfileQuery, Result<User>>
    {
        public async Task<Result<User>> Handle(GetProfileQuery request, CancellationToken cancellationToken) =>
            (await limiter.TryTakeAsync(RateLimit.Feedback, "key", cancellationToken)).Refusal ?? AccountErrors.NotFound;
    }
}
