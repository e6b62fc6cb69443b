namespace Backend.WebApi.Endpoints;

internal static class AdministrationExamples
{
    private static readonly DateTimeOffset s_changed = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly SiteSettingResponse s_setting = new("max_users_registration", "500", "Users who can be registered.", s_changed);

    public static SiteSettingListResponse Settings { get; } =
        new("The settings in force.", [s_setting, new SiteSettingResponse("max_maps_per_user", "200", "Maps that one mapper alert watches; the newest ones.", UpdatedAt: null)]);

    public static ChangeSiteSettingBody SettingChange { get; } = new("max_users_registration", "500");

    public static ChangedSiteSettingResponse SettingChanged { get; } = new("The setting is changed.", s_setting);

    public static UserListResponse Users { get; } = new(
        "The users.",
        TotalUsers: 1,
        [new UserResponse(7, "Ada", "Ada.TM", "ada@example.org", s_changed, "accurate", AlertId: 40, MapCount: 24, DriverNotificationsCount: 3, s_changed.AddHours(1), "user")]);

    public static SwitchAlertTypeBody AlertSwitch { get; } = new(7, "inaccurate");

    public static SwitchedAlertTypeResponse AlertSwitched { get; } = new("The alert is switched. Its maps are being counted.", 7, "Ada", "inaccurate", 24, InitInaccurateStarted: true);

    public static RoleBody RoleChange { get; } = new("admin");

    public static RoleResponse RoleChanged { get; } = new("The role is changed.", 7, "admin");

    public static NoticeResponse UserRemoved { get; } = new("The user is removed.");

    public static NoticeResponse SessionsEnded { get; } = new("2 sessions are ended.");

    public static DailyOverviewResponse Overview { get; } = new(
        "The daily runs of the last days.",
        new OverallResponse(MapsChecked: 24, NotificationsSent: 1, TotalErrors: 0),
        [
            new DailySummaryResponse(
                "2026-03-01",
                "Sunday, March 1, 2026",
                "Today",
                "success",
                "Everything was checked.",
                new DailyStatsResponse(NumUsers: 1, NumMapperAlerts: 1, NumDriverNotifications: 0, NumNotificationsSent: 1, NumErrors: 0),
                [new UserBreakdownResponse("Ada", new BreakdownResponse("sent", "New records on 2 maps.", 2), DriverNotification: null)]),
        ]);

    public static DailyRunListResponse DailyRuns { get; } = new(
        [DailyRunExamples.Run],
        [new UnsentEmailResponse(new DateOnly(2026, 3, 1), "Ada", "uncertain", 1, "The connection was lost after the whole mail had been sent.", s_changed)]);
}
