using System.Text.Json;
using Backend.Application.Ports;
using Backend.Domain.DailyEmails;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Http;

public abstract class AdministrationTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Config = "/api/v1/admin/config";
    private const string Users = "/api/v1/admin/users";
    private const string DailyRuns = "/api/v1/admin/daily-runs";

    [Fact]
    public async Task Settings_are_listed_changed_and_in_force_at_once()
    {
        await using var host = Start(Settings);
        var admin = await host.SignInAsync("admin");

        var configs = (await admin.AskAsync("GET", Config).ShouldSucceedAsync())["configs"]!.AsArray();
        configs.Select(c => (string)c!["config_key"]!).ShouldBe(
            ["max_users_registration", "max_maps_per_user", "max_driver_notifications", "max_new_records_per_map", "trackmania_api_monthly_limit", "api_rate_limit_per_second"]);
        configs.ShouldAllBe(c => c!["config_value"]!.GetValueKind() == JsonValueKind.String && c["description"]!.GetValueKind() == JsonValueKind.String);

        var changed = await admin.AskAsync("PUT", Config, """{"config_key":"max_users_registration","config_value":"2"}""").ShouldSucceedAsync();
        changed.Keys().ShouldBe("message config");
        changed["config"]!.Keys().ShouldBe("config_key config_value description updated_at");
        ((string)changed["config"]!["config_value"]!).ShouldBe("2");
        await host.SignInAsync();
        using var client = host.CreateClient();
        await client.AskAsync("POST", "/api/v1/users/register", new { email = "third@example.org", username = "third", password = BackendHost.Password }).ShouldFailAsync(403, "account.registration_closed");
        await admin.AskAsync("PUT", Config, """{"config_key":"max_users_registration","config_value":3}""").ShouldSucceedAsync();
        await client.AskAsync("POST", "/api/v1/users/register", new { email = "third@example.org", username = "third", password = BackendHost.Password }).ShouldSucceedAsync(201);

        foreach (var bad in new[] { """{"config_key":"anything","config_value":"1"}""", """{"config_key":"max_users_registration","config_value":"0"}""", """{"config_key":"max_users_registration","config_value":10001}""", """{"config_key":"max_users_registration"}""", """{"config_key":"max_users_registration","config_value":1.5}""", "{}" })
        {
            await admin.AskAsync("PUT", Config, bad).ShouldFailAsync(400, "validation.failed");
        }

        await admin.AskAsync("PUT", Config, """{"config_key":"max_users_registration","config_value":[1]}""").ShouldFailAsync(400, "request.malformed");
    }

    [Fact]
    public async Task Users_are_listed_by_page_and_search_and_their_alerts_switched()
    {
        await using var host = Start(Settings);
        var admin = await host.SignInAsync("admin");
        var mapper = await host.SignInAsync("Demo Mapper");
        await mapper.AskAsync("POST", "/api/v1/users/alerts", "{}").ShouldSucceedAsync();

        var listed = await admin.AskAsync("GET", Users).ShouldSucceedAsync();
        listed.Keys().ShouldBe("message total_users users");
        ((int)listed["total_users"]!).ShouldBe(2);
        var rows = listed["users"]!.AsArray();
        rows.Select(u => (string)u!["username"]!).ShouldBe(["Demo Mapper", "admin"]);
        rows[0]!.Keys().ShouldBe("id username tm_username email created_at alert_type alert_id map_count driver_notifications_count alert_created_at role");
        rows[0]!["id"]!.GetValueKind().ShouldBe(JsonValueKind.Number);
        ((string)rows[0]!["alert_type"]!, (string)rows[1]!["alert_type"]!, (string)rows[1]!["role"]!).ShouldBe(("accurate", "none", "admin"));
        (await admin.AskAsync("GET", $"{Users}?search=DEMO").ShouldSucceedAsync())["users"]!.AsArray().ShouldHaveSingleItem();
        var page = await admin.AskAsync("GET", $"{Users}?page=2&pageSize=1").ShouldSucceedAsync();
        ((int)page["total_users"]!, (string)page["users"]![0]!["username"]!).ShouldBe((2, "admin"));
        await admin.AskAsync("GET", $"{Users}?page=0").ShouldFailAsync(400, "validation.failed");
        await admin.AskAsync("GET", $"{Users}?page=one").ShouldFailAsync(400, "request.malformed");

        var id = (long)rows[0]!["id"]!;
        var switched = await admin.AskAsync("PUT", $"{Users}/alert-type", new { user_id = id, alert_type = "inaccurate" }).ShouldSucceedAsync();
        switched.Keys().ShouldBe("message user_id username alert_type map_count init_inaccurate_started");
        ((long)switched["user_id"]!, (string)switched["username"]!, (string)switched["alert_type"]!, (bool)switched["init_inaccurate_started"]!).ShouldBe((id, "Demo Mapper", "inaccurate", true));
        (await admin.AskAsync("PUT", $"{Users}/alert-type", new { user_id = id, alert_type = "inaccurate" }).ShouldSucceedAsync())["init_inaccurate_started"]!.GetValue<bool>().ShouldBeFalse();
        await Eventually.GetAsync(
            async () => (await mapper.AskAsync("GET", "/api/v1/users/alerts").ShouldSucceedAsync())["alerts"]![0]!,
            alert => (string)alert["mapCountState"]! == "counted" && (string)alert["alertType"]! == "inaccurate");
        await admin.AskAsync("PUT", $"{Users}/alert-type", new { user_id = 9_000_000, alert_type = "accurate" }).ShouldFailAsync(404, "administration.user_not_found");
        await admin.AskAsync("PUT", $"{Users}/alert-type", new { user_id = (long)rows[1]!["id"]!, alert_type = "accurate" }).ShouldFailAsync(400, "alert.user_has_none");
        await admin.AskAsync("PUT", $"{Users}/alert-type", new { user_id = id, alert_type = "none" }).ShouldFailAsync(400, "validation.failed");
        await admin.AskAsync("PUT", $"{Users}/alert-type", "{}").ShouldFailAsync(400, "validation.failed");
    }

    [Fact]
    public async Task Roles_sessions_and_users_are_taken_away_at_once()
    {
        await using var host = Start(Settings);
        var (admin, user) = (await host.SignInAsync("admin"), await host.SignInAsync("user"));
        var elsewhere = await host.SignInAgainAsync("user");
        var (own, id) = (await IdAsync(admin), await IdAsync(user));

        ((string)(await admin.AskAsync("PUT", $"{Users}/{id}/role", new { role = "admin" }).ShouldSucceedAsync())["role"]!).ShouldBe("admin");
        await user.AskAsync("GET", Users).ShouldSucceedAsync();
        await admin.AskAsync("PUT", $"{Users}/{id}/role", new { role = "user" }).ShouldSucceedAsync();
        await user.AskAsync("GET", Users).ShouldFailAsync(403, "request.forbidden");
        await admin.AskAsync("PUT", $"{Users}/{own}/role", new { role = "user" }).ShouldFailAsync(409, "administration.not_yourself");
        await admin.AskAsync("PUT", $"{Users}/{id}/role", new { role = "owner" }).ShouldFailAsync(400, "validation.failed");
        await admin.AskAsync("PUT", $"{Users}/9000000/role", new { role = "user" }).ShouldFailAsync(404, "administration.user_not_found");

        var sessions = (await admin.AskAsync("GET", $"{Users}/{id}/sessions").ShouldSucceedAsync()).AsArray();
        sessions.Count.ShouldBe(2);
        (await elsewhere.AskAsync("DELETE", $"{Users}/{id}/sessions/{(string)sessions[0]!["id"]!}")).Status.ShouldBe(System.Net.HttpStatusCode.Forbidden);
        (await admin.AskAsync("DELETE", $"{Users}/{id}/sessions/{(string)sessions[0]!["id"]!}")).Status.ShouldBe(System.Net.HttpStatusCode.NoContent);
        await admin.AskAsync("DELETE", $"{Users}/{id}/sessions/{(string)sessions[0]!["id"]!}").ShouldFailAsync(404, "session.not_found");
        (await admin.AskAsync("GET", $"{Users}/{id}/sessions").ShouldSucceedAsync()).AsArray().ShouldHaveSingleItem();
        await admin.AskAsync("DELETE", $"{Users}/{id}/sessions").ShouldSucceedAsync();
        await user.AskAsync("GET", "/api/v1/users/profile").ShouldFailAsync(401, "session.ended");
        await elsewhere.AskAsync("GET", "/api/v1/users/profile").ShouldFailAsync(401, "session.ended");

        var again = await host.SignInAgainAsync("user");
        await admin.AskAsync("DELETE", $"{Users}/{own}").ShouldFailAsync(409, "administration.not_yourself");
        await admin.AskAsync("DELETE", $"{Users}/{id}").ShouldSucceedAsync();
        await admin.AskAsync("DELETE", $"{Users}/{id}").ShouldFailAsync(404, "administration.user_not_found");
        await again.AskAsync("GET", "/api/v1/users/profile").ShouldFailAsync(401, "session.ended");
    }

    [Fact]
    public async Task The_last_daily_runs_are_listed_with_mails_that_were_not_sent()
    {
        await using var host = Start(Settings, new FastClock(1));
        await host.StopWorkerAsync();
        var (admin, mapper) = (await host.SignInAsync("admin"), await host.SignInAsync("Demo Mapper"));
        await mapper.AskAsync("POST", "/api/v1/users/alerts", "{}").ShouldSucceedAsync();
        (await admin.AskAsync("GET", DailyRuns).ShouldSucceedAsync()).ToJsonString().ShouldBe("""{"runs":[],"unsentEmails":[]}""");
        var (runs, emails) = (host.Services.GetRequiredService<IDailyRunStore>(), host.Services.GetRequiredService<IDailyEmailStore>());
        var now = new DateTimeOffset(2026, 11, 18, 4, 0, 0, TimeSpan.Zero);
        foreach (var state in new[] { DailyEmailState.Sent, DailyEmailState.Uncertain })
        {
            now = now.AddDays(1);
            await runs.StartAsync(DateOnly.FromDateTime(now.UtcDateTime), "schedule", now, CancellationToken.None);
            var check = (await runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
            await runs.TryCompleteAsync(check, new NewDailyEmail(new EmailContent("s", "t", "h"), Maps: 1, Changes: null), [], now, CancellationToken.None);
            var ticket = (await emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
            await emails.TryEndAsync(ticket, state, "The connection was lost.", [], now.AddMinutes(1), CancellationToken.None);
        }

        var listed = await admin.AskAsync("GET", DailyRuns).ShouldSucceedAsync();

        listed.Keys().ShouldBe("runs unsentEmails");
        listed["runs"]![0]!.Keys().ShouldBe("date trigger startedAt finishedAt counts");
        listed["runs"]!.AsArray().Select(r => ((string)r!["date"]!, (string)r["trigger"]!, (int)r["counts"]!["emailsSent"]!, (int)r["counts"]!["emailsUncertain"]!)).ShouldBe(
            [("2026-11-20", "schedule", 0, 1), ("2026-11-19", "schedule", 1, 0)]);
        listed["unsentEmails"]!.ToJsonString().ShouldBe(
            """[{"runDate":"2026-11-20","username":"Demo Mapper","state":"uncertain","attempts":1,"reason":"The connection was lost.","updatedAt":"2026-11-20T04:01:00.000Z"}]""");
    }

    [Fact]
    public async Task An_administrator_sees_that_requests_arrive_and_nobody_starts_a_daily_run()
    {
        await using var host = Start(Settings);
        var admin = await host.SignInAsync("admin");

        foreach (var method in new[] { "GET", "POST" })
        {
            var test = await admin.AskAsync(method, "/api/v1/test").ShouldSucceedAsync();
            test.Keys().ShouldBe("success message lambda_called timestamp method");
            ((bool)test["success"]!, (int)test["lambda_called"]!, (string)test["method"]!).ShouldBe((true, 1, method));
            var advanced = await admin.AskAsync(method, "/api/v1/test-advanced").ShouldSucceedAsync();
            advanced["user"]!.Keys().ShouldBe("id username email");
            advanced["user"]!["id"]!.GetValueKind().ShouldBe(JsonValueKind.String);
        }

        using var client = host.CreateClient();
        foreach (var body in new[] { null, "{}", """{"secret":"x"}""" })
        {
            ((string)(await client.AskAsync("POST", "/api/v1/cron/daily?secret=x", body)).Body["error"]!).ShouldBe("Unauthorized");
            await client.AskAsync("POST", "/api/v1/cron/daily", body).ShouldFailAsync(401, "daily_run.unauthorized");
        }
    }

    private static Dictionary<string, string> Settings => new(StringComparer.Ordinal) { ["Administration:InitialAdmin"] = "admin" };

    private static async Task<long> IdAsync(SignedInUser user) => (long)(await user.AskAsync("GET", "/api/v1/users/profile").ShouldSucceedAsync())["id"]!;
}
