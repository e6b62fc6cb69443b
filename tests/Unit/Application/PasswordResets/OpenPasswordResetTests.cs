using Backend.Application.PasswordResets;
using Backend.Application.Ports;
using Backend.Domain.Common;

namespace Backend.Unit.Application.PasswordResets;

public sealed class OpenPasswordResetTests
{
    private readonly ResetMails _mails = new();

    [Fact]
    public async Task A_good_link_shows_whose_password_it_is_for_and_stays_good()
    {
        var user = await _mails.MailedAsync();
        var expected = new NewPasswordView(user.Name, new Uri("https://tm.example.org/records/mail/reset-password?token=token%201"));

        (await OpenAsync("token 1")).Value.ShouldBe(expected);
        (await OpenAsync("token 1")).Value.ShouldBe(expected);
    }

    [Fact]
    public async Task Any_other_is_unknown_and_may_be_tried_only_so_often()
    {
        await _mails.MailedAsync();
        foreach (var token in new[] { null, "", "token 2", "TOKEN 1" })
        {
            (await OpenAsync(token)).Error.ShouldBe(PasswordResetErrors.Unknown);
        }

        (await OpenAsync("token 1")).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);
    }

    private Task<Result<NewPasswordView>> OpenAsync(string? token) => new OpenPasswordResetHandler(_mails.Areas.PasswordResets, _mails.Areas.Users, _mails.Areas.Limiter, _mails.Links)
        .Handle(new OpenPasswordResetQuery(token is null ? null : new Secret(token), ResetMails.Client), CancellationToken.None);
}
