using Backend.Application.MailLinks;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Unit.Application.MailLinks;

public sealed class ChangeMailPreferencesByLinkTests
{
    private readonly MailLinkUsers _holders = new();

    [Fact]
    public async Task The_preferences_of_the_user_change_and_no_others()
    {
        var (user, other) = (await _holders.Areas.AddUserAsync(), await _holders.Areas.AddUserAsync("other"));

        var view = (await _holders.Changing.Handle(MailLinkUsers.Change(_holders.TokenOf(user), MailPreferencesChange.Nothing), CancellationToken.None)).Value;

        (view.UserName, view.Preferences).ShouldBe((user.Name, new MailPreferences("UTC", MapperMail: false, DriverMail: false)));
        (await _holders.Areas.Users.FindAsync(user.Id, CancellationToken.None))!.Mail.ShouldBe(view.Preferences);
        (await _holders.Areas.Users.FindAsync(other.Id, CancellationToken.None)).ShouldBe(other);
    }

    [Fact]
    public async Task Nothing_changes_with_a_token_that_is_not_good_or_tried_too_often()
    {
        var user = await _holders.Areas.AddUserAsync();
        foreach (var bad in new[] { null, new Secret(""), new Secret("forged") })
        {
            (await _holders.Changing.Handle(MailLinkUsers.Change(bad, MailPreferencesChange.Nothing), CancellationToken.None)).Error.ShouldBe(MailLinkErrors.Unknown);
        }

        (await _holders.Changing.Handle(MailLinkUsers.Change(_holders.TokenOf(user), MailPreferencesChange.Nothing), CancellationToken.None)).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);

        (await _holders.Areas.Users.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("Europe/Berlin", true)]
    [InlineData("", false)]
    [InlineData("Nowhere/Land", false)]
    public void A_time_zone_is_an_IANA_name(string? zone, bool isValid)
    {
        var errors = new ChangeMailPreferencesByLinkValidator().Validate(MailLinkUsers.Change(token: null, new MailPreferencesChange(zone))).Errors;

        errors.Select(e => e.PropertyName).ShouldBe(isValid ? [] : ["timeZone"]);
    }
}
