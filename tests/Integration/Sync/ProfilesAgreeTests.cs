using System.Text.RegularExpressions;
using Backend.Integration.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Sync;

/// <summary>
/// One recorded conversation with a host of each profile, at the same moments of the same standing clock: every answer must be the same
/// to the last byte, but for what is random and a short list of differences that are meant.
/// </summary>
public sealed partial class ProfilesAgreeTests(ProfilesAgreeTests.Recordings recordings) : IClassFixture<ProfilesAgreeTests.Recordings>
{
    private readonly Recording _first = recordings.All[0];

    [Fact]
    public void Every_answer_is_the_same_on_every_profile()
    {
        var differences = from other in recordings.All.Skip(1)
                          from pair in _first.Answers.Zip(other.Answers)
                          where pair.First.ToString() != pair.Second.ToString()
                          select $"{pair.First.What}\n{_first.Profile} said {pair.First}\n{other.Profile} said {pair.Second}\n";

        differences.ShouldBeEmpty();
        recordings.All.ShouldAllBe(r => r.Answers.Count == Conversation.Steps.OfType<Ask>().Count());
    }

    [Fact]
    public void Nothing_is_masked_but_ids_tokens_and_trace_ids_and_those_have_one_form_everywhere()
    {
        foreach (var other in recordings.All.Skip(1))
        {
            other.Masks.ShouldBe(_first.Masks, $"on {other.Profile}");
        }

        var asked = Conversation.Steps.OfType<Ask>().ToList();
        _first.Masks.Where(m => m.Path != "$.traceId").Select(m => $"{m.What} {m.Path}").ShouldBe(
            asked.SelectMany(a => a.Takes.Where(t => !t.IsHeader).Select(t => $"{a.What} {t.Path}")));

        // Refusals that have a body, and no other answers. Those of pages are pages.
        _first.Masks.Where(m => m.Path == "$.traceId").Select(m => m.What).ShouldBe(asked.Where(a => a.Status >= 400 && a.Method != "HEAD" && !a.Path.StartsWith("/mail/", StringComparison.Ordinal)).Select(a => a.What));
        var numbers = asked.SelectMany(a => a.Takes.Where(t => t.IsNumber).Select(t => (a.What, t.Path))).ToHashSet();
        _first.Masks.Where(m => numbers.Contains((m.What, m.Path))).ShouldAllBe(m => m.Shape == "number" || m.Shape == "\"number\"" || m.Shape == "\"map_number\"");
        var random = _first.Masks.Where(m => !numbers.Contains((m.What, m.Path))).ToList();
        random.Select(m => m.Path).Distinct().Order(StringComparer.Ordinal).ShouldBe(["$.access_token", "$.id", "$.jobId", "$.refresh_token", "$.sessions[0].id", "$.traceId", "$[0].id", "$[1].id"]);
        random.Where(m => m.Path.EndsWith("id", StringComparison.OrdinalIgnoreCase) && m.Path != "$.traceId").ShouldAllBe(m => m.Shape.StartsWith("uuid "));
        _first.Masks.Where(m => m.Path == "$.traceId").ShouldAllBe(m => m.Shape == "32 hexadecimal digits");
    }

    [Fact]
    public void What_differs_is_said_once_and_does_differ()
    {
        Conversation.Differences.Select(d => $"{d.What} {d.Path}").ShouldBeUnique();
        foreach (var difference in Conversation.Differences)
        {
            Conversation.Steps.OfType<Ask>().Count(a => a.What == difference.What).ShouldBe(1, difference.What);
            HostProfile.All.Select(difference.Expected).Distinct().Count().ShouldBeGreaterThan(1, difference.What);
            difference.Reason.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void Every_route_is_asked_and_answers_with_success_at_least_once()
    {
        var succeeded = Conversation.Steps.OfType<Ask>().Where(a => a.Status is >= 200 and < 300).ToList();
        recordings.Routes.Count.ShouldBeGreaterThan(15);
        recordings.Routes.Where(r => !succeeded.Exists(a => a.Method == r.Method && PatternOf(r.Pattern).IsMatch(a.Path.Split('?')[0]))).ShouldBeEmpty();
        Conversation.Steps.OfType<Ask>().Select(a => a.What).ShouldBeUnique();
    }

    /// <summary>The search that failed in part did so, or comparing it would show nothing.</summary>
    [Fact]
    public void A_map_that_could_not_be_read_is_part_of_the_conversation()
    {
        _first.Answers.Single(a => a.What == "a search with a map that could not be read").Body.ShouldContain("\"mapsFailed\":1");
        _first.Answers.Single(a => a.What == "a search with a map that could not be read, compatible").Body.ShouldContain("\"failedMaps\":[{");
    }

    /// <summary>What clients may rely on is there to be compared.</summary>
    [Theory]
    [InlineData("Location")]
    [InlineData("Retry-After")]
    [InlineData("ETag")]
    [InlineData("Content-Type")]
    [InlineData("WWW-Authenticate")]
    [InlineData("Allow")]
    [InlineData("X-Content-Type-Options")]
    [InlineData("X-Frame-Options")]
    [InlineData("X-XSS-Protection")]
    [InlineData("Referrer-Policy")]
    [InlineData("Strict-Transport-Security")]
    [InlineData("RateLimit")]
    [InlineData("RateLimit-Policy")]
    [InlineData("Cache-Control")]
    [InlineData("Vary")]
    public void The_headers_that_clients_read_are_part_of_the_conversation(string name) =>
        _first.Answers.Count(a => a.Headers.Any(h => h.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))).ShouldBeGreaterThan(0);

    private static Regex PatternOf(string route) => new($"^{RoutePart().Replace(route.TrimEnd('/'), "[^/]*")}/?$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.NonBacktracking)]
    private static partial Regex RoutePart();

    /// <summary>The conversation is held once; each test judges it.</summary>
    public sealed class Recordings : IAsyncLifetime
    {
        private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal)
        {
            ["CRON_SECRET"] = Conversation.CronSecret,

            // As shipped.
            ["RateLimits:Login"] = "5/300",
            ["RateLimits:LoginAccount"] = "20/900",
            ["RateLimits:Register"] = "3/300",
            ["RateLimits:MapSearch"] = "10/60",
            ["RateLimits:UserSearch"] = "20/60",
            ["RateLimits:DriverMapSearch"] = "5/60",
            ["RateLimits:AccountNames"] = "20/60",
            ["RateLimits:LatestRecords"] = "60/60",
            ["RateLimits:LinkName"] = "10/300",
            ["RateLimits:CreateAlert"] = "10/300",
            ["RateLimits:CreateDriverNotification"] = "5/300",
            ["RateLimits:Feedback"] = "5/300",
            ["RateLimits:ConfirmPassword"] = "5/900",
            ["RateLimits:MailPages"] = "30/60",
            ["RateLimits:PasswordReset"] = "5/900",
            ["RateLimits:PasswordResetAccount"] = "10/3600",
            ["RateLimits:PasswordResetAccountAddress"] = "3/3600",
            ["RateLimits:ConfirmPasswordReset"] = "10/900",
            ["MapSearches:LeaderboardFreshness"] = "01:00:00",

            ["Administration:InitialAdmin"] = "admin",

            // At a standing clock no pause before a repetition would ever end.
            ["Trackmania:MaxRetries"] = "0",
        };

        internal IReadOnlyList<Recording> All { get; private set; } = [];

        internal IReadOnlyList<(string Method, string Pattern)> Routes { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            var all = new List<Recording>();
            foreach (var profile in HostProfile.All)
            {
                var clock = new StandingClock(Conversation.Start);
                await using var host = BackendHost.Start(profile, s_settings, clock);
                all.Add(await Recording.MakeAsync(profile, host, clock));
                Routes =
                [
                    .. from route in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                       let pattern = route.RoutePattern.RawText!

                       // The files of the reference page belong to the page, and HEAD to GET.
                       where pattern == "/docs/{documentName?}" || !pattern.StartsWith("/docs/", StringComparison.Ordinal)
                       from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
                       where method != "HEAD"
                       select (method, pattern),
                ];
            }

            All = all;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
