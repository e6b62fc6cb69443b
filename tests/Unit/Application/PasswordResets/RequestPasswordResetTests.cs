using Backend.Application.PasswordResets;
using Backend.Domain.Common;

namespace Backend.Unit.Application.PasswordResets;

public sealed class RequestPasswordResetTests
{
    private readonly ResetMails _mails = new();

    [Fact]
    public async Task A_wish_is_noted_for_whoever_has_the_address_and_nobody_learns_whether_there_is_one()
    {
        var user = await _mails.Areas.AddUserAsync();

        var known = await _mails.RequestAsync($" {user.Email.Value.ToUpperInvariant()} ");
        var unknown = await _mails.RequestAsync("nobody@example.org");

        (known.IsSuccess, unknown.IsSuccess).ShouldBe((true, true));
        _mails.Noted.ShouldBe(2);
        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(1, 0, 0));
        _mails.Sent.ShouldHaveSingleItem().To.ShouldBe(user.Email);
    }

    [Fact]
    public async Task An_account_may_be_asked_for_only_so_often_whether_it_is_there_or_not()
    {
        var user = await _mails.Areas.AddUserAsync();
        foreach (var email in new[] { user.Email.Value, "nobody@example.org" })
        {
            for (var i = 0; i < 2; i++)
            {
                (await _mails.RequestAsync(email, $"192.0.2.{i}")).IsSuccess.ShouldBeTrue();
            }

            (await _mails.RequestAsync(email.ToUpperInvariant(), "192.0.2.9")).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);
        }

        _mails.Noted.ShouldBe(4);
    }

    [Fact]
    public async Task So_may_a_client_ask()
    {
        for (var i = 0; i < 3; i++)
        {
            (await _mails.RequestAsync($"{i}@example.org", "2001:db8::1")).IsSuccess.ShouldBeTrue();
        }

        (await _mails.RequestAsync("3@example.org", "2001:db8::2")).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("Demo Mapper", false)]
    [InlineData("a@example.org\0", false)]
    [InlineData(" a@example.org ", true)]
    public void An_address_is_needed(string? email, bool isValid) =>
        new RequestPasswordResetValidator().Validate(new RequestPasswordResetCommand(email, ResetMails.Client)).IsValid.ShouldBe(isValid);
}
