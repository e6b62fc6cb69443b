using Backend.Application.DailyEmails;
using Backend.Application.MailLinks;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Infrastructure.Security;
using Backend.Unit.Security;
using Backend.Unit.Support;

namespace Backend.Unit.Application.MailLinks;

/// <summary>Users who hold mails, and what they do with the links in them.</summary>
internal sealed class MailLinkUsers
{
    private const string Client = "192.0.2.1";

    private readonly HmacMailTokens _tokens = new(Keys.Ring);
    private readonly EmailLinks _links;
    private readonly MailLinkHolder _holder;

    public MailLinkUsers()
    {
        _links = new EmailLinks(new EmailOptions { PublicBaseUrl = new Uri("https://tm.example.org/records/") }, _tokens);
        _holder = new MailLinkHolder(Areas.Users, _tokens, Areas.Limiter);
    }

    public Areas Areas { get; } = new(("RateLimits:MailPages", "3/60"));

    public Secret TokenOf(User user) => _tokens.Issue(user.Id);

    public OpenMailPreferencesHandler Opening => new(_holder, _links);

    public ChangeMailPreferencesByLinkHandler Changing => new(_holder, Areas.Users, _links);

    public static OpenMailPreferencesQuery Open(Secret? token) => new(token, Client);

    public static ChangeMailPreferencesByLinkCommand Change(Secret? token, MailPreferencesChange change) => new(token, Client, change);
}
