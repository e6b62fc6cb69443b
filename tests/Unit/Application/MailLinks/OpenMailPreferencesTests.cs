using Backend.Application.MailLinks;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Unit.Application.MailLinks;

public sealed class OpenMailPreferencesTests
{
    private readonly MailLinkUsers _holders = new();

    [Fact]
    public async Task The_holder_sees_what_the_user_is_told_and_where_to_change_it()
    {
        var user = await _holders.Areas.AddUserAsync();
        var token = _holders.TokenOf(user);

        var view = (await _holders.Opening.Handle(MailLinkUsers.Open(token), CancellationToken.None)).Value;

        view.ShouldBe(new MailPreferencesView(
            user.Name,
            MailPreferences.Standard,
            new Uri($"https://tm.example.org/records/mail/preferences?token={token.Reveal()}"),
            new Uri($"https://tm.example.org/records/mail/unsubscribe?token={token.Reveal()}")));
        (await _holders.Areas.Users.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user);
    }

    [Fact]
    public async Task A_forged_token_and_that_of_a_removed_user_are_the_same()
    {
        var user = await _holders.Areas.AddUserAsync();
        var token = _holders.TokenOf(user);
        await _holders.Areas.Users.RemoveAsync(user.Id, CancellationToken.None);

        (await _holders.Opening.Handle(MailLinkUsers.Open(token), CancellationToken.None)).Error.ShouldBe(MailLinkErrors.Unknown);
        (await _holders.Opening.Handle(MailLinkUsers.Open(new Secret("forged")), CancellationToken.None)).Error.ShouldBe(MailLinkErrors.Unknown);
        (await _holders.Opening.Handle(MailLinkUsers.Open(token: null), CancellationToken.None)).Error.ShouldBe(MailLinkErrors.Unknown);
        (await _holders.Opening.Handle(MailLinkUsers.Open(token), CancellationToken.None)).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);
    }
}
