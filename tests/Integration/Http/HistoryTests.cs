using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.History;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Http;

public abstract class HistoryTests(HostProfile profile) : ProfileSuite(profile)
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly s_today = DateOnly.FromDateTime(s_now.UtcDateTime);

    [Fact]
    public async Task History_statistics_and_overview_tell_what_the_daily_runs_brought()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Administration:InitialAdmin"] = "admin" }, new StandingClock(s_now));
        var (user, admin) = (await host.SignInAsync("Demo Mapper"), await host.SignInAsync("admin"));
        using var anonymous = host.CreateClient();
        (await user.AskAsync("GET", "/api/v1/notification-history").ShouldSucceedAsync())["history"]!.AsArray().ShouldBeEmpty();
        (await admin.AskAsync("GET", "/api/v1/admin/daily-overview").ShouldSucceedAsync()).ToJsonString().ShouldBe(
            """{"message":"The daily runs of the last days.","overall":{"maps_checked":0,"notifications_sent":0,"total_errors":0},"daily_summaries":[]}""");

        await AddAsync(user, 0, NotificationKind.MapperAlert, NotificationOutcome.TechnicalError, "first", 0);
        await AddAsync(user, 0, NotificationKind.MapperAlert, NotificationOutcome.Sent, "O'Reilly -- <b>;select", 2);
        await AddAsync(user, -1, NotificationKind.DriverNotification, NotificationOutcome.NoNewTimes, null, 0);
        await AddAsync(admin, -4, NotificationKind.MapperAlert, NotificationOutcome.TechnicalError, "broken", 0);
        await AddAsync(admin, -5, NotificationKind.MapperAlert, NotificationOutcome.Sent, "old", 1);

        (await user.AskAsync("GET", "/api/v1/notification-history").ShouldSucceedAsync()).ToJsonString().ShouldBe(
            """{"message":"The notifications of the last days.","history":[{"date":"2026-11-20","mapper_alert":{"status":"sent","message":"O\u0027Reilly -- \u003Cb\u003E;select","records_found":2,"created_at":"2026-11-20T12:00:00.000Z"},"driver_notification":null},{"date":"2026-11-19","mapper_alert":null,"driver_notification":{"status":"no_new_times","message":null,"records_found":0,"created_at":"2026-11-20T12:00:00.000Z"}}]}""");
        (await admin.AskAsync("GET", "/api/v1/notification-history").ShouldSucceedAsync())["history"]!.AsArray().Count.ShouldBe(2);
        (await anonymous.AskAsync("GET", "/api/v1/stats").ShouldSucceedAsync()).ToJsonString().ShouldBe("""{"total_users":2,"total_alerts_sent":2,"maps_being_watched":0}""");

        var overview = await admin.AskAsync("GET", "/api/v1/admin/daily-overview").ShouldSucceedAsync();
        overview["overall"]!.ToJsonString().ShouldBe("""{"maps_checked":0,"notifications_sent":1,"total_errors":2}""");
        var days = overview["daily_summaries"]!.AsArray();
        days.Select(d => $"{d!["date"]} {d["display_date"]} {d["relative_date"]} {d["overall_status"]}").ShouldBe(
        [
            "2026-11-20 Friday, November 20, 2026 Today partial",
            "2026-11-19 Thursday, November 19, 2026 Yesterday success",
            "2026-11-16 Monday, November 16, 2026 4 days ago error",
        ]);
        days[0]!.Keys().ShouldBe("date display_date relative_date overall_status status_message stats user_breakdown");
        days[0]!["stats"]!.ToJsonString().ShouldBe("""{"num_users":1,"num_mapper_alerts":2,"num_driver_notifications":0,"num_notifications_sent":1,"num_errors":1}""");
        days[0]!["user_breakdown"]!.ToJsonString().ShouldBe(
            """[{"username":"Demo Mapper","mapper_alert":{"status":"sent","message":"O\u0027Reilly -- \u003Cb\u003E;select","records_found":2},"driver_notification":null}]""");

        async Task AddAsync(SignedInUser of, int day, NotificationKind kind, NotificationOutcome outcome, string? message, int records)
        {
            var id = new UserId((long)(await of.AskAsync("GET", "/api/v1/users/profile").ShouldSucceedAsync())["id"]!);
            (await host.Services.GetRequiredService<INotificationHistory>().AddAsync(new HistoryEntry(id, kind, s_today.AddDays(day), outcome, message, records, s_now), CancellationToken.None)).ShouldBeTrue();
        }
    }
}
