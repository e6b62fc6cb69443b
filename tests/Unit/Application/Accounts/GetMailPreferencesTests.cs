using Backend.Application.Accounts;
using Backend.Domain.Accounts;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Accounts;

public sealed class GetMailPreferencesTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task A_new_user_gets_both_mails_in_UTC_and_nobody_gets_none()
    {
        var user = await _areas.AddUserAsync();
        var handler = new GetMailPreferencesHandler(_areas.Users);

        (await handler.Handle(new GetMailPreferencesQuery(user.Id), CancellationToken.None)).Value.ShouldBe(new MailPreferences("UTC", MapperMail: true, DriverMail: true));
        (await handler.Handle(new GetMailPreferencesQuery(new UserId(99)), CancellationToken.None)).Error.ShouldBe(AccountErrors.NotFound);
    }
}
