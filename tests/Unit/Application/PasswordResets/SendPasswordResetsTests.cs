using Backend.Application.PasswordResets;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Unit.Support;

namespace Backend.Unit.Application.PasswordResets;

public sealed class SendPasswordResetsTests
{
    private readonly ResetMails _mails = new();

    [Fact]
    public async Task The_mail_names_the_wish_and_its_link_is_good_for_ten_minutes_from_then_on()
    {
        var user = await _mails.Areas.AddUserAsync();
        await _mails.Areas.PasswordResets.NoteAsync(user.Email, new PasswordResetId(Make.SomeId), CancellationToken.None);
        _mails.Areas.Clock.Advance(TimeSpan.FromMinutes(20));

        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(1, 0, 0));

        var mail = _mails.Sent.ShouldHaveSingleItem();
        (mail.MessageIdLeft, mail.To, mail.Date, mail.Unsubscribe).ShouldBe(($"password.{Make.SomeId:N}.1", user.Email, Make.Start.AddMinutes(20), null));
        mail.Content.Text.ShouldBe("Demo Mapper https://tm.example.org/records/mail/reset-password?token=token%201 00:10:00");
        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(0, 0, 0));
        _mails.Areas.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        (await _mails.OwnerOfAsync("token 1")).ShouldBe(user.Id);
        _mails.Areas.Clock.Advance(TimeSpan.FromTicks(1));
        (await _mails.OwnerOfAsync("token 1")).ShouldBeNull();
        _mails.Logger.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mail_that_is_not_taken_now_is_tried_a_few_times_within_an_hour_each_with_a_fresh_token()
    {
        var user = await DueAsync();
        _mails.Delivery = new EmailDelivery(EmailDeliveryStatus.Deferred, "421 busy");
        var total = new SentPasswordResets(0, 0, 0);
        for (var minute = 0; minute < 120; minute++)
        {
            var sent = await _mails.SendAsync();
            total = new SentPasswordResets(total.Sent + sent.Sent, total.PutOff + sent.PutOff, total.GivenUp + sent.GivenUp);
            (await _mails.OwnerOfAsync($"token {_mails.Sent.Count}")).ShouldBeNull("no link that was not sent is good");
            _mails.Areas.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        total.ShouldBe(new SentPasswordResets(0, 4, 1));
        (_mails.Sent[^1].Date - _mails.Sent[0].Date).ShouldBeInRange(TimeSpan.FromMinutes(30), TimeSpan.FromHours(1));
        _mails.Sent.Select(m => m.MessageIdLeft).ShouldBeUnique();
        _mails.Sent.Select(m => m.Content.Text).Distinct().Count().ShouldBe(5);
        ShouldBeDiscreet(user);
    }

    [Fact]
    public async Task The_second_attempt_may_succeed()
    {
        var user = await DueAsync();
        _mails.Delivery = new EmailDelivery(EmailDeliveryStatus.Deferred, "421 busy");
        await _mails.SendAsync();
        _mails.Delivery = EmailDelivery.Accepted;
        _mails.Areas.Clock.Advance(TimeSpan.FromMinutes(1));

        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(1, 0, 0));

        (await _mails.OwnerOfAsync("token 1")).ShouldBeNull();
        (await _mails.OwnerOfAsync("token 2")).ShouldBe(user.Id);
    }

    [Fact]
    public async Task A_mail_that_is_refused_is_given_up_with_its_link()
    {
        var user = await DueAsync();
        _mails.Delivery = new EmailDelivery(EmailDeliveryStatus.Refused, "550 unknown");

        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(0, 0, 1));

        (await _mails.OwnerOfAsync("token 1")).ShouldBeNull();
        _mails.Areas.Clock.Advance(TimeSpan.FromHours(1));
        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(0, 0, 0));
        ShouldBeDiscreet(user);
    }

    [Fact]
    public async Task A_mail_of_which_nobody_knows_is_not_sent_again_but_should_it_have_arrived_its_link_works()
    {
        var user = await DueAsync();
        _mails.Delivery = new EmailDelivery(EmailDeliveryStatus.Uncertain, "connection lost");

        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(0, 0, 1));

        (await _mails.OwnerOfAsync("token 1")).ShouldBe(user.Id);
        _mails.Areas.Clock.Advance(TimeSpan.FromMinutes(9));
        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(0, 0, 0));
        ShouldBeDiscreet(user);
    }

    [Fact]
    public async Task A_wish_whose_sender_died_is_tried_again_and_one_that_has_waited_for_more_than_an_hour_is_not()
    {
        await DueAsync();
        (await _mails.Areas.PasswordResets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        _mails.Areas.Clock.Advance(IPasswordResetStore.Lease);
        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(1, 0, 0));

        await DueAsync("late");
        _mails.Areas.Clock.Advance(TimeSpan.FromMinutes(61));
        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(0, 0, 1));
        _mails.Sent.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_wish_of_nobody_is_dropped_without_a_mail_or_a_word()
    {
        await _mails.RequestAsync("nobody@example.org");

        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(0, 0, 0));

        // Were it still there, it would be whoever has the address by now.
        await _mails.Areas.Users.AddAsync(new NewUser(Make.Name("Nobody"), Make.Email("nobody@example.org"), new Secret("hash"), Role.User, Make.Start), 1000, CancellationToken.None);
        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(0, 0, 0));
        _mails.Sent.ShouldBeEmpty();
        _mails.Logger.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_works_until_the_mail_of_a_later_wish_is_on_its_way()
    {
        var user = await _mails.MailedAsync();
        await _mails.RequestAsync(user.Email.Value);
        (await _mails.OwnerOfAsync("token 1")).ShouldBe(user.Id);

        (await _mails.SendAsync()).Sent.ShouldBe(1);

        (await _mails.OwnerOfAsync("token 1")).ShouldBeNull();
        (await _mails.OwnerOfAsync("token 2")).ShouldBe(user.Id);
    }

    private async Task<User> DueAsync(string name = "Demo Mapper")
    {
        var user = await _mails.Areas.AddUserAsync(name);
        await _mails.Areas.PasswordResets.NoteAsync(user.Email, new PasswordResetId(Make.SomeId), CancellationToken.None);
        return user;
    }

    private void ShouldBeDiscreet(User user)
    {
        _mails.Logger.Entries.ShouldNotBeEmpty();
        _mails.Logger.Entries.ShouldAllBe(e => !e.Everything.Contains("token ", StringComparison.Ordinal) && !e.Everything.Contains(user.Email.Value, StringComparison.OrdinalIgnoreCase));
    }
}
