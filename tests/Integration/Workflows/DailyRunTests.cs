using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MimeKit;

namespace Backend.Integration.Workflows;

/// <summary>The daily run from its trigger to the mail, over HTTP only.</summary>
public abstract class DailyRunTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Path = "/api/v1/cron/daily";
    private const string Secret = "a secret of the scheduler";

    private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal) { ["CRON_SECRET"] = Secret };

    [Fact]
    public async Task A_mapper_and_driver_is_told_of_both_in_one_mail_once()
    {
        await using var host = Start(s_settings, new FastClock(60));
        var user = await host.SignInAsync("Solo");
        var map = host.Sandbox.World.MapsOf("Solo").First(m => m.Uid is not null && host.Sandbox.World.BoardOf(m.Uid).Count >= 20);
        await user.AskAsync("POST", "/api/v1/users/alerts", """{"record_filter":"top5"}""").ShouldSucceedAsync();
        var driver = host.Sandbox.World.BoardOf(map.Uid!)[1];
        await user.AskAsync("POST", "/api/v1/users/tm-username", new JsonObject { ["tmUsername"] = host.Sandbox.World.DisplayNameOf(driver.AccountId) }).ShouldSucceedAsync();
        await user.AskAsync("POST", "/api/v1/driver/notifications", new JsonObject { ["mapUid"] = map.Uid, ["mapName"] = map.Name }).ShouldSucceedAsync();
        var record = host.Sandbox.Scenario.NewPlayer(map.Uid!);

        var answer = await RunAsync(host);

        ((int)answer["phase1Processed"]!, (int)answer["phase2Processed"]!, (int)answer["phase1Errors"]!, (int)answer["phase2Errors"]!).ShouldBe((1, 1, 0, 0));
        ((int)answer["emailsSent"]!, (int)answer["emailsSkipped"]!, (int)answer["totalProcessed"]!).ShouldBe((1, 0, 1));
        var mail = Mails(host).ShouldHaveSingleItem();
        mail.Subject.ShouldBe("Your daily Trackmania update: new records and position changes");
        mail.TextBody!.ShouldContain(host.Sandbox.World.DisplayNameOf(record.AccountId)!);
        mail.TextBody!.ShouldContain("#2 → #3");
        mail.Headers["List-Unsubscribe"].ShouldStartWith("<http");

        // The same date has one run, and one mail.
        (await RunAsync(host)).ToJsonString().ShouldBe(answer.ToJsonString());
        Mails(host).Count.ShouldBe(1);
        var history = (await user.AskAsync("GET", "/api/v1/notification-history").ShouldSucceedAsync()).ToJsonString();
        history.ShouldContain("\"sent\"");
    }

    [Fact]
    public async Task The_next_run_tells_only_of_what_came_after_the_last_one()
    {
        var clock = new FastClock(60);
        await using var host = Start(s_settings, clock);
        var user = await host.SignInAsync("Solo");
        await user.AskAsync("POST", "/api/v1/users/alerts", """{"record_filter":"wr"}""").ShouldSucceedAsync();
        await RunAsync(host);
        var before = Mails(host).Count;
        var map = host.Sandbox.World.MapsOf("Solo").First(m => m.Uid is not null);
        clock.Advance(TimeSpan.FromDays(1));
        var record = host.Sandbox.Scenario.NewPlayer(map.Uid!, 1000);

        await RunAsync(host);

        var mail = Mails(host).Skip(before).ShouldHaveSingleItem();
        mail.Subject.ShouldBe("New times on Solo's maps");
        mail.TextBody!.ShouldContain("1.000");
        mail.HtmlBody!.ShouldContain(host.Sandbox.World.DisplayNameOf(record.AccountId)!);
        clock.Advance(TimeSpan.FromDays(1));
        await RunAsync(host);
        Mails(host).Where(m => m.TextBody!.Contains("1.000", StringComparison.Ordinal)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_run_is_begun_only_by_who_knows_the_secret_and_tells_how_far_it_is()
    {
        await using var host = Start(s_settings, new FastClock(60));
        using var client = host.CreateClient();

        (await client.AskAsync("POST", Path)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await client.AskAsync("POST", $"{Path}?secret={Uri.EscapeDataString(Secret)}", new JsonObject { ["secret"] = Secret })).Status.ShouldBe(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secret + "x");
        await client.AskAsync("POST", Path).ShouldFailAsync(401, "daily_run.unauthorized");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        await client.AskAsync("GET", $"{Path}/2020-01-01").ShouldFailAsync(404, "daily_run.not_found");
        await client.AskAsync("GET", $"{Path}/yesterday").ShouldFailAsync(404, "daily_run.not_found");

        var started = await client.AskAsync("POST", Path, "this is no JSON").ShouldSucceedAsync(202);

        ((bool)started["isNew"]!).ShouldBeTrue();
        var status = await client.AskAsync("GET", (string)started["statusUrl"]!).ShouldSucceedAsync();
        ((string)status["trigger"]!).ShouldBe("request");
        ((bool)(await client.AskAsync("POST", Path).ShouldSucceedAsync(202))["isNew"]!).ShouldBeFalse();
        client.DefaultRequestHeaders.Authorization = null;
        (await client.AskAsync("GET", (string)started["statusUrl"]!)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_driver_without_an_alert_is_told_with_a_link_to_the_map()
    {
        await using var host = Start(s_settings, new FastClock(10));
        var user = await host.SignInAsync();
        var map = host.Sandbox.World.MapsOf("Solo").First(m => m.Uid is not null && host.Sandbox.World.BoardOf(m.Uid).Count >= 20);
        var driver = host.Sandbox.World.BoardOf(map.Uid!)[1];
        await user.AskAsync("POST", "/api/v1/users/tm-username", new JsonObject { ["tmUsername"] = host.Sandbox.World.DisplayNameOf(driver.AccountId) }).ShouldSucceedAsync();
        await user.AskAsync("POST", "/api/v1/driver/notifications", new JsonObject { ["mapUid"] = map.Uid, ["mapName"] = map.Name }).ShouldSucceedAsync();
        host.Sandbox.Scenario.NewPlayer(map.Uid!);

        await RunAsync(host);

        var mail = Mails(host).ShouldHaveSingleItem();
        mail.Subject.ShouldBe("Position changes on the maps you track");
        mail.TextBody!.ShouldContain($" (https://trackmania.exchange/mapshow/{map.MapId})\n  #2 → #3");
    }

    [Fact]
    public async Task Whoever_waits_for_a_run_is_told_where_to_ask_when_the_host_stops()
    {
        await using var host = Start(s_settings, new FastClock(60));
        await (await host.SignInAsync("Solo")).AskAsync("POST", "/api/v1/users/alerts", """{"record_filter":"top5"}""").ShouldSucceedAsync();
        await host.StopWorkerAsync();
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        var waiting = client.AskAsync("POST", $"{Path}?wait=true");
        await Eventually.GetAsync(() => client.AskAsync("GET", $"{Path}/{host.Services.GetRequiredService<TimeProvider>().GetUtcNow():yyyy-MM-dd}"), found => found.Status == HttpStatusCode.OK);
        waiting.IsCompleted.ShouldBeFalse();

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var answer = await waiting.ShouldSucceedAsync(202);
        ((string)answer["statusUrl"]!).ShouldStartWith(Path);
        ((int)answer["run"]!["counts"]!["users"]!).ShouldBe(1);
    }

    private static async Task<JsonNode> RunAsync(BackendHost host)
    {
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        return await client.AskAsync("POST", $"{Path}?wait=true").ShouldSucceedAsync();
    }

    private static List<MimeMessage> Mails(BackendHost host) =>
        Directory.Exists(host.MailFolder) ? [.. Directory.GetFiles(host.MailFolder, "*.eml").Order(StringComparer.Ordinal).Select(file => MimeMessage.Load(file))] : [];
}
