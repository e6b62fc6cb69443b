using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.DailyEmails;

/// <summary>Where links in mails lead. They work without signing in, so each carries a token.</summary>
internal sealed class EmailLinks(EmailOptions options, IMailTokens tokens)
{
    public Uri Preferences(UserId userId) => Link(MailPaths.Preferences, userId);

    public Uri Unsubscribe(UserId userId) => Link(MailPaths.Unsubscribe, userId);

    public MailPreferencesView ViewOf(User user, MailPreferences preferences) => new(user.Name, preferences, Preferences(user.Id), Unsubscribe(user.Id));

    public Uri NewPassword(Secret token) => Link(MailPaths.NewPassword, token);

    private Uri Link(string path, UserId userId) => Link(path, tokens.Issue(userId));

    private Uri Link(string path, Secret token) => new($"{options.PublicBaseUrl.AbsoluteUri.TrimEnd('/')}{path}?token={Uri.EscapeDataString(token.Reveal())}");
}

/// <summary>The addresses of pages that links in mails lead to, below the service's own.</summary>
public static class MailPaths
{
    /// <summary>Whatever is asked for below it, a page answers.</summary>
    public const string Root = "/mail";

    public const string Preferences = $"{Root}/preferences";
    public const string Unsubscribe = $"{Root}/unsubscribe";
    public const string NewPassword = $"{Root}/reset-password";
}
