using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Domain.History;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Http;

/// <summary>
/// The requests of the existing frontend, with the bodies that it sends. Every member that it reads is asked for by name; besides, all
/// that comes back is written down and compared with what was approved, which is one file for every profile.
/// </summary>
public abstract class ConsumerTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Password = BackendHost.Password;
    private const string Mapper = "Demo Mapper";

    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly string s_approved = Path.Combine(Repository.Root, "tests", "Integration", "Http", "consumer-conversation.txt");

    [Fact]
    public async Task The_existing_frontend_gets_what_it_reads()
    {
        var clock = new StandingClock(s_start);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Administration:InitialAdmin"] = "Admin",
            ["MapSearches:LeaderboardFreshness"] = "01:00:00",
            ["Trackmania:MaxRetries"] = "0",
        };
        await using var host = Start(settings, clock);
        using var client = host.CreateClient();
        await WarmUpAsync(host, client, clock);
        var frontend = new Transcript(client, clock);

        await SignInAsync(frontend, clock);
        await SearchAsync(frontend, client, host);

        // Alerts show as they are before their maps are counted.
        await host.StopWorkerAsync();
        await WatchAsync(frontend);
        await BroughtAsync(host, clock);
        await ReadHistoryAsync(frontend);
        await DriveAsync(frontend, host);
        await TellAsync(frontend);
        await AdministerAsync(frontend);
        await StopWatchingAsync(frontend);

        var actual = frontend.ToString();
        if (Environment.GetEnvironmentVariable("APPROVE_CONSUMER") == "1")
        {
            await File.WriteAllTextAsync(s_approved, actual);
        }

        actual.ShouldBe(await File.ReadAllTextAsync(s_approved), "Existing clients would see something else. If that is meant, run the test once with APPROVE_CONSUMER=1 and look at the difference.");
    }

    private static async Task SignInAsync(Transcript frontend, StandingClock clock)
    {
        frontend.Chapter("Registration and sign-in");
        (await frontend.AskAsync(200, "GET", "/api/v1/users/search?username=Solo")).ShouldHave("[].Name string");
        await frontend.AskAsync(201, "POST", "/api/v1/users/register", $$"""{"email":"solo@example.org","username":"Solo","password":"{{Password}}"}""");
        (await frontend.AskAsync(409, "POST", "/api/v1/users/register", $$"""{"email":"solo@example.org","username":"Solo","password":"{{Password}}"}""")).ShouldHave("msg string");
        (await frontend.AskAsync(400, "POST", "/api/v1/users/register", """{"email":"solo","username":"","password":"short"}""")).ShouldHave("msg string");
        (await frontend.AskAsync(401, "POST", "/api/v1/users/login", """{"email":"Solo","password":"wrong"}""")).ShouldHave("msg string");

        // The user name is sent as an e-mail address.
        var tokens = await frontend.AskAsync(200, "POST", "/api/v1/users/login", $$"""{"email":"Solo","password":"{{Password}}"}""", names: [.. Tokens(1), ("$.user.id", "solo")]);
        tokens.ShouldHave("access_token string", "refresh_token string");
        ((string)JwtParts.Payload((string)tokens["access_token"]!)["role"]!).ShouldBe("user");
        (await frontend.AskAsync(200, "GET", "/api/v1/users/profile", user: "access 1", names: ("$.id", "solo"))).ShouldHave("username string", "email string");

        frontend.Chapter("A refusal, one refresh, and the same request again");
        clock.Advance(TimeSpan.FromMinutes(16));
        await frontend.AskAsync(401, "GET", "/api/v1/users/profile", user: "access 1");
        (await frontend.AskAsync(200, "POST", "/api/v1/users/refresh", """{"refresh_token":"{refresh 1}"}""", names: Tokens(2))).ShouldHave("access_token string", "refresh_token string");
        await frontend.AskAsync(200, "GET", "/api/v1/users/profile", user: "access 2", names: ("$.id", "solo"));
        await frontend.AskAsync(401, "POST", "/api/v1/users/refresh", """{"refresh_token":"junk"}""");
    }

    private static async Task SearchAsync(Transcript frontend, HttpClient client, BackendHost host)
    {
        frontend.Chapter("Newest times");
        (await frontend.AskAsync(200, "GET", "/api/v1/users/search?username=Demo Mapper")).ShouldHave("[].Name string");
        (await frontend.AskAsync(202, "GET", $"/api/v1/users/maps?username={Mapper}&period=1d", user: "access 2", names: ("$.jobId", "job"))).ShouldHave("jobId string");

        // How often it has to ask depends on the machine, so only the last answer is written down.
        await Eventually.GetAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/v1/users/maps/status/{frontend["job"]}", UriKind.Relative));
                request.Headers.Authorization = new("Bearer", frontend["access 2"]);
                using var answer = await client.SendAsync(request);
                var status = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
                status.ShouldHave("status string");
                return status;
            },
            status => (string)status["status"]! == "completed");
        var search = await frontend.AskAsync(200, "GET", "/api/v1/users/maps/status/{job}", user: "access 2");
        search.ShouldHave(
            "status string", "result[].mapName string", "result[].leaderboard[].playerName string missing", "result[].leaderboard[].position number", "result[].leaderboard[].timestamp number");
        await frontend.AskAsync(400, "GET", "/api/v1/users/maps?username=&period=1d", user: "access 2");
        await frontend.AskAsync(404, "GET", "/api/v1/users/maps/status/11111111-2222-4333-8444-555555555555", user: "access 2");
        var uid = host.Sandbox.World.MapsOf(Mapper).Single(map => map.MapId == (long)search["result"]![0]!["mapId"]!).Uid;
        var records = await frontend.AskAsync(200, "GET", $"/api/v1/records/latest?mapUid={uid}&period=1d", user: "access 2");
        records.ShouldHave("groupUid string", "mapUid string", "tops[].zoneId string", "tops[].zoneName string", "tops[].top[].position number", "tops[].top[].timestamp number");
        records["error"].ShouldBeNull();
    }

    private static async Task WatchAsync(Transcript frontend)
    {
        frontend.Chapter("Mapper alerts");
        (await frontend.AskAsync(200, "GET", "/api/v1/users/alerts", user: "access 2")).ShouldHave("alerts array");
        (await frontend.AskAsync(200, "POST", "/api/v1/users/alerts", """{"MapCount":0,"alert_type":"accurate","record_filter":"top5"}""", "access 2", ("$.alert_id", "alert"))).ShouldHave("success bool");
        await frontend.AskAsync(409, "POST", "/api/v1/users/alerts", "{}", "access 2");
        var alerts = await frontend.AskAsync(200, "GET", "/api/v1/users/alerts", user: "access 2", names: [("$.alerts[0].id", "alert"), ("$.alerts[0].mapId", "alert")]);
        alerts.ShouldHave("alerts[].id string", "alerts[].mapName string", "alerts[].mapId string", "alerts[].createdAt string", "alerts[].isActive bool", "alerts[].recordFilter string");
        ((string)alerts["alerts"]![0]!["mapName"]!).ShouldBe("Solo's map alerts");
        await frontend.AskAsync(200, "PUT", "/api/v1/users/alerts/{alert}", """{"record_filter":"wr"}""", "access 2");
        await frontend.AskAsync(400, "PUT", "/api/v1/users/alerts/{alert}", """{"record_filter":"worst"}""", "access 2");
    }

    private static async Task StopWatchingAsync(Transcript frontend)
    {
        frontend.Chapter("The end of the alert");
        await frontend.AskAsync(200, "DELETE", "/api/v1/users/alerts/{alert}", user: "access 2");
        await frontend.AskAsync(404, "DELETE", "/api/v1/users/alerts/{alert}", user: "access 2");
        await frontend.AskAsync(200, "GET", "/api/v1/users/alerts", user: "access 2");
    }

    private static async Task ReadHistoryAsync(Transcript frontend)
    {
        frontend.Chapter("Notification history");
        var days = await frontend.AskAsync(200, "GET", "/api/v1/notification-history", user: "access 2");
        days.ShouldHave("history[].date string", "history[].mapper_alert object", "history[].mapper_alert.status string", "history[].mapper_alert.records_found number", "history[].driver_notification object null");
    }

    private static async Task DriveAsync(Transcript frontend, BackendHost host)
    {
        frontend.Chapter("Driver notifications");
        var (map, record) = host.Sandbox.World.MapsOf(Mapper).Where(m => m.Uid is not null)
            .Select(m => (Map: m, Record: host.Sandbox.World.BoardOf(m.Uid!).FirstOrDefault(r => r.Position == 2)!)).First(found => found.Record is { IsSecret: false });
        var body = JsonSerializer.Serialize(new { mapUid = map.Uid, mapName = map.Name });
        (await frontend.AskAsync(200, "GET", "/api/v1/users/tm-username", user: "access 2")).ShouldHave("hasTmUsername bool", "tmUsername null");
        (await frontend.AskAsync(200, "GET", "/api/v1/driver/notifications", user: "access 2")).ShouldHave("notifications array");
        (await frontend.AskAsync(400, "POST", "/api/v1/driver/notifications", body, "access 2")).ShouldHave("requiresTmUsername bool", "msg string");
        (await frontend.AskAsync(404, "POST", "/api/v1/users/tm-username", """{"tmUsername":"O'Reilly -- <b>;select"}""", "access 2")).ShouldHave("error string");
        (await frontend.RipenAsync(200, "POST", "/api/v1/users/tm-username", JsonSerializer.Serialize(new { tmUsername = host.Sandbox.World.DisplayNameOf(record.AccountId) }), "access 2")).ShouldHave("success bool");
        (await frontend.AskAsync(200, "GET", "/api/v1/users/tm-username", user: "access 2")).ShouldHave("hasTmUsername bool", "tmUsername string");

        var found = await frontend.AskAsync(200, "GET", "/api/v1/driver/maps/search?query=canyon&type=name&page=1", user: "access 2");
        found.ShouldHave(
            "results[].mapId number", "results[].mapUid string", "results[].name string", "results[].authors[] string", "results[].medals object null", "pagination.currentPage number", "pagination.hasMore bool");
        found["error"].ShouldBeNull();
        foreach (var medals in found["results"]!.AsArray().Select(result => result!["medals"]).OfType<JsonObject>())
        {
            medals.ShouldHave("author number null", "gold number null", "silver number null", "bronze number null");
        }

        (await frontend.AskAsync(200, "GET", $"/api/v1/driver/maps/search?query={map.Uid}&type=uid&page=1", user: "access 2")).ShouldHave("results[].mapUid string");
        (await frontend.AskAsync(400, "GET", "/api/v1/driver/maps/search?query=ab&type=name&page=1", user: "access 2")).ShouldHave("error string");
        (await frontend.AskAsync(200, "POST", "/api/v1/driver/notifications", body, "access 2")).ShouldHave("success bool", "position number", "personalBestFormatted string");
        (await frontend.AskAsync(409, "POST", "/api/v1/driver/notifications", body, "access 2")).ShouldHave("msg string");
        (await frontend.AskAsync(200, "GET", "/api/v1/driver/notifications", user: "access 2", names: ("$.notifications[0].id", "notification"))).ShouldHave(
            "notifications[].id string", "notifications[].mapUid string", "notifications[].mapName string", "notifications[].currentPosition number",
            "notifications[].personalBestFormatted string", "notifications[].status string", "notifications[].createdAt string", "notifications[].lastChecked string");
        (await frontend.AskAsync(200, "GET", "/api/v1/stats")).ShouldHave("total_users number", "total_alerts_sent number", "maps_being_watched number");
        await frontend.AskAsync(200, "DELETE", "/api/v1/driver/notifications/{notification}", user: "access 2");
        await frontend.AskAsync(404, "DELETE", "/api/v1/driver/notifications/{notification}", user: "access 2");
    }

    private static async Task TellAsync(Transcript frontend)
    {
        frontend.Chapter("Feedback");
        await frontend.AskAsync(201, "POST", "/api/v1/feedback", """{"message":"O'Reilly -- <b>;select is a fine name.","type":"general"}""", "access 2", ("$.feedback_id", "feedback"));
        (await frontend.AskAsync(400, "POST", "/api/v1/feedback", """{"message":"","type":"general"}""", "access 2")).ShouldHave("error string");
    }

    private static async Task AdministerAsync(Transcript frontend)
    {
        frontend.Chapter("Administration");
        var tokens = await frontend.AskAsync(200, "POST", "/api/v1/users/login", $$"""{"email":"Admin","password":"{{Password}}"}""", names: [("$.access_token", "admin"), ("$.refresh_token", "admin refresh"), ("$.user.id", "admin's id")]);
        ((string)JwtParts.Payload((string)tokens["access_token"]!)["role"]!).ShouldBe("admin");
        (await frontend.AskAsync(200, "GET", "/api/v1/admin/config", user: "admin")).ShouldHave("configs[].config_key string", "configs[].config_value string", "configs[].description string null");
        await frontend.AskAsync(200, "PUT", "/api/v1/admin/config", """{"config_key":"max_users_registration","config_value":"250"}""", "admin");
        await frontend.AskAsync(400, "PUT", "/api/v1/admin/config", """{"config_key":"max_users_registration","config_value":"many"}""", "admin");
        var users = await frontend.AskAsync(200, "GET", "/api/v1/admin/users", user: "admin", names: [("$.users[0].id", "solo"), ("$.users[0].alert_id", "alert"), ("$.users[1].id", "admin's id")]);
        users.ShouldHave(
            "users[].id number", "users[].username string", "users[].tm_username string null", "users[].map_count number", "users[].driver_notifications_count number", "users[].alert_type string");
        await frontend.AskAsync(200, "PUT", "/api/v1/admin/users/alert-type", """{"user_id":{solo},"alert_type":"inaccurate"}""", "admin", ("$.user_id", "solo"));
        await frontend.AskAsync(400, "PUT", "/api/v1/admin/users/alert-type", """{"user_id":{admin's id},"alert_type":"accurate"}""", "admin");
        (await frontend.AskAsync(200, "GET", "/api/v1/admin/daily-overview", user: "admin")).ShouldHave(
            "overall.maps_checked number", "overall.notifications_sent number", "overall.total_errors number",
            "daily_summaries[].date string", "daily_summaries[].display_date string", "daily_summaries[].relative_date string", "daily_summaries[].overall_status string", "daily_summaries[].status_message string",
            "daily_summaries[].stats.num_users number", "daily_summaries[].stats.num_mapper_alerts number", "daily_summaries[].stats.num_driver_notifications number",
            "daily_summaries[].stats.num_notifications_sent number", "daily_summaries[].stats.num_errors number",
            "daily_summaries[].user_breakdown[].username string", "daily_summaries[].user_breakdown[].mapper_alert object", "daily_summaries[].user_breakdown[].driver_notification object null",
            "daily_summaries[].user_breakdown[].mapper_alert.status string", "daily_summaries[].user_breakdown[].mapper_alert.message string", "daily_summaries[].user_breakdown[].mapper_alert.records_found number");
        (await frontend.AskAsync(200, "GET", "/api/v1/feedback", user: "admin", names: ("$.feedback[0].id", "feedback"))).ShouldHave(
            "feedback[].id number", "feedback[].username string", "feedback[].message string", "feedback[].type string", "feedback[].created_at string", "feedback[].read_at null");
        await frontend.AskAsync(200, "PUT", "/api/v1/feedback/{feedback}/read", user: "admin");
        (await frontend.AskAsync(200, "GET", "/api/v1/feedback", user: "admin", names: ("$.feedback[0].id", "feedback"))).ShouldHave("feedback[].read_at string");
        await frontend.AskAsync(200, "DELETE", "/api/v1/feedback/{feedback}", user: "admin");
        await frontend.AskAsync(404, "DELETE", "/api/v1/feedback/{feedback}", user: "admin");
        (await frontend.AskAsync(200, "POST", "/api/v1/test", user: "admin")).ShouldHave("success bool", "message string", "lambda_called number", "timestamp string", "method string");
        (await frontend.AskAsync(200, "POST", "/api/v1/test-advanced", user: "admin", names: ("$.user.id", "admin's id"))).ShouldHave("success bool", "message string", "user.id string", "user.username string", "user.email string");
        await frontend.AskAsync(403, "POST", "/api/v1/test-advanced", user: "access 2");
    }

    /// <summary>The first search leaves boards, names and tokens behind, so that the one of the conversation ends while time stands still.</summary>
    private static async Task WarmUpAsync(BackendHost host, HttpClient client, StandingClock clock)
    {
        await client.AskAsync("POST", "/api/v1/users/register", new { email = "admin@example.org", username = "Admin", password = Password }).ShouldSucceedAsync(201);
        var admin = await host.SignInAgainAsync("Admin");
        var id = await admin.SubmitAsync(Mapper, "1d");
        await Eventually.GetAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(1));
                return admin.StatusAsync(id);
            },
            search => (string)search["status"]! == "completed");
        clock.Advance(s_start.AddMinutes(10) - clock.GetUtcNow());
    }

    private static async Task BroughtAsync(BackendHost host, StandingClock clock)
    {
        var user = (await host.Services.GetRequiredService<IUserStore>().FindByLoginAsync("Solo", CancellationToken.None)).ShouldNotBeNull();
        var history = host.Services.GetRequiredService<INotificationHistory>();
        var now = clock.GetUtcNow();
        var yesterday = now.AddDays(-1);
        foreach (var entry in new[]
        {
            new HistoryEntry(user.Id, NotificationKind.MapperAlert, DateOnly.FromDateTime(yesterday.UtcDateTime), NotificationOutcome.TechnicalError, "The site did not answer.", 0, yesterday),
            new HistoryEntry(user.Id, NotificationKind.MapperAlert, DateOnly.FromDateTime(now.UtcDateTime), NotificationOutcome.Sent, "News on 2 maps.", 2, now),
            new HistoryEntry(user.Id, NotificationKind.DriverNotification, DateOnly.FromDateTime(now.UtcDateTime), NotificationOutcome.NoNewTimes, "Nothing new.", 0, now),
        })
        {
            (await history.AddAsync(entry, CancellationToken.None)).ShouldBeTrue();
        }
    }

    private static (string Path, string Name)[] Tokens(int number) => [("$.access_token", $"access {number}"), ("$.refresh_token", $"refresh {number}")];
}
