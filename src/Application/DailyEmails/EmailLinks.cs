using Backend.Application.Ports;
using Backend.Domain.Accounts;

namespace Backend.Application.DailyEmails;

/// <summary>Where links in mails lead. They work without signing in, so each carries a token.</summary>
internal sealed class EmailLinks(EmailOptions options, IMailTokens tokens)
{
    public const string PreferencesPath = "/mail/preferences";
    public const string UnsubscribePath = "/mail/unsubscribe";

    public Uri Preferences(UserId userId) => Link(PreferencesPath, userId);

    public Uri Unsubscribe(UserId userId) => Link(UnsubscribePath, userId);

    private Uri Link(string path, UserId userId) =>
        new($"{options.PublicBaseUrl.AbsoluteUri.TrimEnd('/')}{path}?token={Uri.EscapeDataString(tokens.Issue(userId).Reveal())}");
}
