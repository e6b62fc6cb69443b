using Backend.Domain.Common;

namespace Backend.WebApi.Endpoints;

internal static class AccountExamples
{
    private static readonly DateTimeOffset s_registered = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static RegisterBody Registration { get; } = new("ada@example.org", "Ada", new Secret("correct horse battery"));

    public static MessageResponse Registered { get; } = new("You are registered and can sign in now.");

    public static ProfileResponse Profile { get; } = new(7, "ada@example.org", "Ada", s_registered, TmxUserId: 40_001, FormerUsername: null);

    public static TmUsernameResponse Link { get; } = new(HasTmUsername: true, "Ada.TM", "5b4d42f4-c2de-407d-b367-cbff3fe817bc");

    public static TmUsernameBody LinkRequest { get; } = new("Ada.TM");

    public static LinkedTmUsernameResponse Linked { get; } = new(true, "Ada.TM", "5b4d42f4-c2de-407d-b367-cbff3fe817bc", "Your Trackmania account is linked.");

    public static SuccessResponse Unlinked { get; } = new(true, "No Trackmania account is linked any more.");

    public static TmxUserBody TmxUser { get; } = new(40_001);

    public static MailPreferencesResponse MailPreferences { get; } = new("Europe/Berlin", MapperMail: true, DriverMail: false);

    public static MailPreferencesBody MailPreferencesChange { get; } = new("Europe/Berlin", MapperMail: null, DriverMail: false);

    public static ChangePasswordBody NewPassword { get; } = new(new Secret("correct horse battery"), new Secret("another good password"));

    public static SuccessResponse PasswordChanged { get; } = new(true, "Your password is changed, and your other sessions are ended.");

    public static PasswordResetBody PasswordResetRequest { get; } = new("ada@example.org");

    public static MessageResponse PasswordResetNoted { get; } = new("If there is an account with this address, a mail with a link for a new password is on its way.");

    public static ConfirmPasswordResetBody PasswordResetConfirmation { get; } = new(new Secret("n1pfPk3nJ0m2hq6bXJ0vG0mYw8c8dJfD5n0x2mVt3Yk"), new Secret("another good password"));

    public static SuccessResponse PasswordReset { get; } = new(true, "Your password is changed, and all your sessions are ended.");

    public static PasswordBody Password { get; } = new(new Secret("correct horse battery"));

    public static SuccessResponse Removed { get; } = new(true, "Your account is removed.");

    public static AccountExportResponse Export { get; } = new(
        s_registered.AddDays(30),
        Profile,
        Link,
        MailPreferences,
        SessionExamples.Sessions,
        new ExportedAlert("40", "accurate", "top5", 1, s_registered, ["aB3dE5fG7hJ9kL1mN2pQ4rS6tU8"]),
        DriverNotificationExamples.Notifications.Notifications,
        [new ExportedHistoryEntry("2026-03-02", "mapper_alert", "sent", "New records on 2 maps.", 2, s_registered.AddDays(1))],
        [new ExportedFeedback(5, "feature", "Please show the gap to the record before.", s_registered, ReadAt: null)],
        [new ExportedMapSearch("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "Demo Mapper", "1w", "completed", s_registered, s_registered.AddMinutes(1))]);
}
