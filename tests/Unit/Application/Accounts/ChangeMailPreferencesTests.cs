using Backend.Application.Accounts;
using Backend.Domain.Accounts;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Accounts;

public sealed class ChangeMailPreferencesTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task What_is_given_changes_and_the_rest_stays()
    {
        var user = await _areas.AddUserAsync();
        var other = await _areas.AddUserAsync("other");
        var handler = new ChangeMailPreferencesHandler(_areas.Users);

        (await handler.Handle(new ChangeMailPreferencesCommand(user.Id, new MailPreferencesChange(MapperMail: false)), CancellationToken.None)).Value.ShouldBe(new MailPreferences("UTC", MapperMail: false, DriverMail: true));
        (await handler.Handle(new ChangeMailPreferencesCommand(user.Id, new MailPreferencesChange("Europe/Berlin")), CancellationToken.None)).Value.ShouldBe(new MailPreferences("Europe/Berlin", MapperMail: false, DriverMail: true));
        (await handler.Handle(new ChangeMailPreferencesCommand(user.Id, new MailPreferencesChange()), CancellationToken.None)).Value.ShouldBe(new MailPreferences("Europe/Berlin", MapperMail: false, DriverMail: true));

        (await _areas.Users.FindAsync(other.Id, CancellationToken.None))!.Mail.ShouldBe(MailPreferences.Standard);
        (await handler.Handle(new ChangeMailPreferencesCommand(new UserId(99), new MailPreferencesChange()), CancellationToken.None)).Error.ShouldBe(AccountErrors.NotFound);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("UTC", true)]
    [InlineData("Europe/Berlin", true)]
    [InlineData("America/Argentina/Buenos_Aires", true)]
    [InlineData("", false)]
    [InlineData(" UTC", false)]
    [InlineData("europe/berlin", false)]
    [InlineData("W. Europe Standard Time", false)]
    [InlineData("../../etc/passwd", false)]
    [InlineData("+02:00", false)]
    [InlineData("Europe/Berlin\0", false)]
    public void A_time_zone_is_an_IANA_name(string? zone, bool isValid)
    {
        var errors = new ChangeMailPreferencesValidator().Validate(new ChangeMailPreferencesCommand(Make.UserId, new MailPreferencesChange(zone))).Errors;

        errors.Select(e => e.PropertyName).ShouldBe(isValid ? [] : ["timeZone"]);
    }
}
