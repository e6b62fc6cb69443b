using Backend.Domain.Accounts;

namespace Backend.Application.Ports;

/// <summary>The pages that links in mails lead to, as HTML without scripts. Whatever names hold, the pages show it as text.</summary>
public interface IMailPages
{
    /// <summary>What a user is told by mail, as a form.</summary>
    /// <param name="note">What has just become of it; null when nothing has.</param>
    /// <param name="offersToUnsubscribe">With a button that ends all mails.</param>
    Task<MailPage> RenderPreferencesAsync(MailPreferencesView view, string? note, bool offersToUnsubscribe, CancellationToken cancellationToken);

    /// <summary>A form for a new password.</summary>
    /// <param name="note">Why it is shown again; null the first time.</param>
    Task<MailPage> RenderNewPasswordAsync(NewPasswordView view, string? note, CancellationToken cancellationToken);

    /// <summary>A page that only says something.</summary>
    /// <param name="link">Where it leads on; null when nowhere.</param>
    Task<MailPage> RenderMessageAsync(string title, string message, MailPageLink? link, CancellationToken cancellationToken);
}

/// <param name="StyleHash">SHA-256 of its one style sheet, in base64: what a content security policy has to allow. No element has a style of its own.</param>
public sealed record MailPage(string Html, string StyleHash);

/// <summary>What the holder of a mail sees of its user.</summary>
/// <param name="Save">Where the form of it is sent; holds the token.</param>
/// <param name="Unsubscribe">Where to end all mails; holds the token.</param>
public sealed record MailPreferencesView(UserName UserName, MailPreferences Preferences, Uri Save, Uri Unsubscribe);

/// <summary>What the holder of a mail for a new password sees of its user.</summary>
/// <param name="Save">Where the form is sent; holds the token.</param>
public sealed record NewPasswordView(UserName UserName, Uri Save);

public sealed record MailPageLink(Uri Address, string Text);
