using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Backend.Application.Administration;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DailyEmails;
using Backend.Domain.History;
using Backend.WebApi.Http;

namespace Backend.WebApi.Endpoints;

/// <param name="Message">For people.</param>
internal sealed record SiteSettingListResponse(string Message, IEnumerable<SiteSettingResponse> Configs);

/// <param name="Message">For people.</param>
internal sealed record ChangedSiteSettingResponse(string Message, SiteSettingResponse Config);

/// <param name="ConfigValue">A whole number, as text.</param>
/// <param name="UpdatedAt">Null: nobody has changed it.</param>
internal sealed record SiteSettingResponse(
    [property: JsonPropertyName("config_key")] string ConfigKey,
    [property: JsonPropertyName("config_value")] string ConfigValue,
    string Description,
    [property: JsonPropertyName("updated_at")] DateTimeOffset? UpdatedAt)
{
    public static SiteSettingResponse From(SiteSettingInForce setting) =>
        new(setting.Setting.Key, setting.Value.ToString(CultureInfo.InvariantCulture), setting.Setting.Description, setting.UpdatedAt);
}

/// <param name="ConfigValue">A whole number, as a number or as text.</param>
internal sealed record ChangeSiteSettingBody(
    [property: JsonPropertyName("config_key")] string? ConfigKey,
    [property: JsonPropertyName("config_value"), JsonConverter(typeof(NumberOrTextConverter))] string? ConfigValue);

/// <param name="Message">For people.</param>
/// <param name="TotalUsers">Users that match, on whatever page.</param>
internal sealed record UserListResponse(string Message, [property: JsonPropertyName("total_users")] int TotalUsers, IEnumerable<UserResponse> Users);

/// <param name="TmUsername">Name of the linked Trackmania account; null when none is linked.</param>
/// <param name="AlertType">None without an alert.</param>
/// <param name="AlertId">Null without an alert.</param>
/// <param name="MapCount">Maps of the mapper when they were last counted.</param>
/// <param name="AlertCreatedAt">Null without an alert.</param>
internal sealed record UserResponse(
    long Id,
    string Username,
    [property: JsonPropertyName("tm_username")] string? TmUsername,
    string Email,
    [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("alert_type"), AllowedValues("accurate", "inaccurate", "none")] string AlertType,
    [property: JsonPropertyName("alert_id")] long? AlertId,
    [property: JsonPropertyName("map_count")] int MapCount,
    [property: JsonPropertyName("driver_notifications_count")] int DriverNotificationsCount,
    [property: JsonPropertyName("alert_created_at")] DateTimeOffset? AlertCreatedAt,
    [property: RoleName] string Role)
{
    public static UserResponse From(UserWithAlerts row) => new(
        row.User.Id.Value,
        row.User.Name.Value,
        row.User.Player?.DisplayName,
        row.User.Email.Value,
        row.User.CreatedAt,
        row.Alert?.Mode.ToWord() ?? "none",
        row.Alert?.Id.Value,
        row.Alert?.MapCount ?? 0,
        row.DriverNotifications,
        row.Alert?.CreatedAt,
        row.User.Role.ToName());
}

internal sealed record SwitchAlertTypeBody([property: JsonPropertyName("user_id")] long? UserId, [property: JsonPropertyName("alert_type"), AlertTypeName] string? AlertType);

/// <param name="Message">For people.</param>
/// <param name="MapCount">Maps of the mapper when they were last counted.</param>
/// <param name="InitInaccurateStarted">The alert was accurate before and is not any more.</param>
internal sealed record SwitchedAlertTypeResponse(
    string Message,
    [property: JsonPropertyName("user_id")] long UserId,
    string Username,
    [property: JsonPropertyName("alert_type"), AlertTypeName] string AlertType,
    [property: JsonPropertyName("map_count")] int MapCount,
    [property: JsonPropertyName("init_inaccurate_started")] bool InitInaccurateStarted)
{
    public static SwitchedAlertTypeResponse From(SwitchedAlert switched) => new(
        "The alert is switched. Its maps are being counted.",
        switched.User.Id.Value,
        switched.User.Name.Value,
        switched.Mode.ToWord(),
        switched.Before.MapCount,
        switched.Mode == AlertMode.Inaccurate && switched.Before.Mode != AlertMode.Inaccurate);
}

internal sealed record RoleBody([property: RoleName] string? Role);

/// <param name="Message">For people.</param>
internal sealed record RoleResponse(string Message, [property: JsonPropertyName("user_id")] long UserId, [property: RoleName] string Role);

/// <param name="Message">For people.</param>
/// <param name="DailySummaries">Newest first; only days that brought something.</param>
internal sealed record DailyOverviewResponse(
    string Message,
    OverallResponse Overall,
    [property: JsonPropertyName("daily_summaries")] IEnumerable<DailySummaryResponse> DailySummaries)
{
    public static DailyOverviewResponse From(DailyOverview overview) => new(
        "The daily runs of the last days.",
        new OverallResponse(overview.MapsChecked, overview.Days.Sum(d => d.Sent), overview.Days.Sum(d => d.Errors)),
        overview.Days.Select(day => DailySummaryResponse.From(day, overview.Today)));
}

/// <param name="MapsChecked">Maps that all alerts together watch.</param>
/// <param name="NotificationsSent">In the days shown.</param>
/// <param name="TotalErrors">In the days shown.</param>
internal sealed record OverallResponse(
    [property: JsonPropertyName("maps_checked")] long MapsChecked,
    [property: JsonPropertyName("notifications_sent")] int NotificationsSent,
    [property: JsonPropertyName("total_errors")] int TotalErrors);

/// <param name="Date"><c>YYYY-MM-DD</c>, in UTC.</param>
/// <param name="DisplayDate">For people, in English.</param>
/// <param name="RelativeDate"><c>Today</c>, <c>Yesterday</c> or <c>N days ago</c>.</param>
/// <param name="OverallStatus">Partial: errors, and something was sent; error: errors, and nothing was sent.</param>
/// <param name="StatusMessage">For people.</param>
internal sealed record DailySummaryResponse(
    string Date,
    [property: JsonPropertyName("display_date")] string DisplayDate,
    [property: JsonPropertyName("relative_date")] string RelativeDate,
    [property: JsonPropertyName("overall_status"), AllowedValues("success", "partial", "error")] string OverallStatus,
    [property: JsonPropertyName("status_message")] string StatusMessage,
    DailyStatsResponse Stats,
    [property: JsonPropertyName("user_breakdown")] IEnumerable<UserBreakdownResponse> UserBreakdown)
{
    public static DailySummaryResponse From(DayOverview day, DateOnly today) => new(
        HistoryEndpoints.DateOf(day.Date),
        day.Date.ToString("dddd, MMMM d, yyyy", CultureInfo.InvariantCulture),
        (today.DayNumber - day.Date.DayNumber) switch
        {
            0 => "Today",
            1 => "Yesterday",
            var days => string.Create(CultureInfo.InvariantCulture, $"{days} days ago"),
        },
        day.Errors == 0 ? "success" : day.Sent > 0 ? "partial" : "error",
        day.Errors == 0 ? "Everything was checked." : "Some checks ran into errors.",
        new DailyStatsResponse(
            day.Entries.Select(e => e.Entry.UserId).Distinct().Count(),
            day.CountOf(NotificationKind.MapperAlert),
            day.CountOf(NotificationKind.DriverNotification),
            day.Sent,
            day.Errors),
        day.ByUser.Select(user => new UserBreakdownResponse(user.UserName.Value, BreakdownResponse.From(user.MapperAlert), BreakdownResponse.From(user.DriverNotification))));
}

/// <param name="NumUsers">Each counted once.</param>
internal sealed record DailyStatsResponse(
    [property: JsonPropertyName("num_users")] int NumUsers,
    [property: JsonPropertyName("num_mapper_alerts")] int NumMapperAlerts,
    [property: JsonPropertyName("num_driver_notifications")] int NumDriverNotifications,
    [property: JsonPropertyName("num_notifications_sent")] int NumNotificationsSent,
    [property: JsonPropertyName("num_errors")] int NumErrors);

internal sealed record UserBreakdownResponse(
    string Username,
    [property: JsonPropertyName("mapper_alert")] BreakdownResponse? MapperAlert,
    [property: JsonPropertyName("driver_notification")] BreakdownResponse? DriverNotification);

internal sealed record BreakdownResponse([property: OutcomeName] string Status, string? Message, [property: JsonPropertyName("records_found")] int RecordsFound)
{
    public static BreakdownResponse? From(HistoryEntry? entry) => entry is null ? null : new(entry.Outcome.ToWord(), entry.Message, entry.RecordsFound);
}

/// <param name="Runs">Newest first; at most 30.</param>
/// <param name="UnsentEmails">Of these runs, newest first; at most 500.</param>
internal sealed record DailyRunListResponse(IEnumerable<DailyRunResponse> Runs, IEnumerable<UnsentEmailResponse> UnsentEmails)
{
    public static DailyRunListResponse From(DailyRunOverview overview) => new(overview.Runs.Select(DailyRunResponse.From), overview.Unsent.Select(UnsentEmailResponse.From));
}

/// <param name="RunDate">In UTC.</param>
/// <param name="State">Pending: it waits for a first or further attempt; failed: given up; uncertain: nobody knows whether it was accepted.</param>
/// <param name="Attempts">Those that were begun.</param>
/// <param name="Reason">Why; null when it was not tried yet.</param>
internal sealed record UnsentEmailResponse(
    DateOnly RunDate, string Username, [property: AllowedValues("pending", "sending", "failed", "uncertain")] string State, int Attempts, string? Reason, DateTimeOffset UpdatedAt)
{
    public static UnsentEmailResponse From(UnsentEmail email) =>
        new(email.Key.RunDate, email.UserName.Value, email.State.ToWord(), email.Attempts, email.Reason, email.UpdatedAt);
}

[AttributeUsage(AttributeTargets.Property)]
internal sealed class RoleNameAttribute() : AllowedValuesAttribute("user", "admin");
