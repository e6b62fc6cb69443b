using Backend.Application.DailyEmails;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.DailyEmails;
using Backend.Domain.History;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.DailyEmails;

public sealed class SendDailyEmailsTests
{
    private readonly DailyChecks _checks = new();
    private readonly IEmailTransport _transport = Substitute.For<IEmailTransport>();
    private readonly IMailTokens _tokens = Substitute.For<IMailTokens>();
    private User _user = null!;

    public SendDailyEmailsTests() => _tokens.Issue(default).ReturnsForAnyArgs(new Secret("token"));

    [Fact]
    public async Task An_accepted_mail_is_sent_and_the_history_says_so_from_then_on()
    {
        await BeginAsync();
        Answers(EmailDelivery.Accepted);

        (await Send()).ShouldBe(new SentDailyEmails(1, 0, 0, 0));

        var email = Asked().Single();
        (email.MessageIdLeft, email.To, email.Date, email.Unsubscribe).ShouldBe(
            ($"daily.20260301.{_user.Id}", _user.Email, Make.Start, new Uri("https://tm.example.org/mail/unsubscribe?token=token")));
        (await HistoryAsync()).Select(e => (e.Kind, e.Outcome, e.RecordsFound)).ShouldBe([(NotificationKind.MapperAlert, NotificationOutcome.Sent, 3)]);
        (await Send()).ShouldBe(new SentDailyEmails(0, 0, 0, 0));
    }

    [Fact]
    public async Task A_mail_that_is_not_taken_now_is_tried_for_days_and_then_given_up()
    {
        await BeginAsync();
        Answers(new EmailDelivery(EmailDeliveryStatus.Deferred, "421 busy"));
        var attempts = 0;
        var elapsed = TimeSpan.Zero;
        for (; (await _checks.Areas.Runs.FindAsync(new DateOnly(2026, 3, 1), CancellationToken.None))!.Counts.EmailsPending == 1; elapsed += TimeSpan.FromMinutes(1))
        {
            var sent = await Send();
            attempts += sent.PutOff + sent.Failed;
            _checks.Areas.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        attempts.ShouldBe(9);
        elapsed.ShouldBeInRange(TimeSpan.FromDays(2.5), TimeSpan.FromDays(4));
        (await HistoryAsync()).ShouldHaveSingleItem().Outcome.ShouldBe(NotificationOutcome.TechnicalError);
        (await _checks.Areas.Emails.ListUnsentAsync(new DateOnly(2026, 3, 1), 10, CancellationToken.None)).Single().ShouldSatisfyAllConditions(
            e => e.State.ShouldBe(DailyEmailState.Failed), e => e.Reason.ShouldBe("421 busy"));
    }

    [Fact]
    public async Task While_nobody_takes_mails_one_of_them_finds_out_from_time_to_time_and_none_is_used_up()
    {
        await BeginAsync(users: 3);
        Answers(new EmailDelivery(EmailDeliveryStatus.Unreachable, "no connection"));
        for (var i = 0; i < 30; i++)
        {
            (await Send()).ShouldBe(new SentDailyEmails(0, 1, 0, 0));
            _checks.Areas.Clock.Advance(TimeSpan.FromMinutes(4.9));
            (await Send()).ShouldBe(new SentDailyEmails(0, 0, 0, 0));
            _checks.Areas.Clock.Advance(TimeSpan.FromMinutes(0.1));
        }

        Asked().Select(mail => mail.MessageIdLeft).Distinct().Count().ShouldBe(3, "each of them in its turn");

        Answers(EmailDelivery.Accepted);
        (await Send()).ShouldBe(new SentDailyEmails(3, 0, 0, 0));
    }

    [Fact]
    public async Task An_outage_that_does_not_end_ends_a_mail_after_as_many_attempts_as_any_other_trouble()
    {
        await BeginAsync();
        Answers(new EmailDelivery(EmailDeliveryStatus.Unreachable, "no connection"));
        _checks.Areas.Clock.Advance(TimeSpan.FromDays(4));

        // Nobody was up for long, and the first attempt meets trouble: that is no reason to give up.
        (await Send()).ShouldBe(new SentDailyEmails(0, 1, 0, 0));
        (await Send()).ShouldBe(new SentDailyEmails(0, 0, 0, 0));
        var days = 0;
        for (var ended = false; !ended; days++)
        {
            for (var i = 0; i < 24 * 12 && !ended; i++)
            {
                _checks.Areas.Clock.Advance(TimeSpan.FromMinutes(5));
                ended = (await Send()).Failed == 1;
            }
        }

        days.ShouldBe(3);
        Asked().Count.ShouldBe(9);
        (await HistoryAsync()).ShouldHaveSingleItem().Outcome.ShouldBe(NotificationOutcome.TechnicalError);
    }

    [Fact]
    public async Task A_mail_that_is_refused_is_given_up_at_once()
    {
        await BeginAsync();
        Answers(new EmailDelivery(EmailDeliveryStatus.Refused, "550 unknown"));

        (await Send()).ShouldBe(new SentDailyEmails(0, 0, 1, 0));
    }

    [Fact]
    public async Task Nobody_gets_a_mail_that_he_does_not_want_any_more()
    {
        await BeginAsync();
        await _checks.Areas.Users.ChangeMailPreferencesAsync(_user.Id, MailPreferencesChange.Nothing, CancellationToken.None);

        (await Send()).ShouldBe(new SentDailyEmails(0, 0, 1, 0));

        _transport.ReceivedCalls().ShouldNotContain(call => call.GetMethodInfo().Name == nameof(IEmailTransport.SendAsync));
    }

    [Theory]
    [InlineData(false, false, 1, 0)]
    [InlineData(true, false, 0, 1)]
    [InlineData(false, true, 0, 1)]
    public async Task A_mail_of_which_nobody_knows_is_left_alone_unless_a_repetition_is_harmless_or_wanted(bool isIdempotent, bool resend, int uncertain, int putOff)
    {
        await BeginAsync();
        _transport.TakesRepeatsAsOne.Returns(isIdempotent);
        Answers(new EmailDelivery(EmailDeliveryStatus.Uncertain, "connection lost"));

        (await Send(resend)).ShouldBe(new SentDailyEmails(0, putOff, 0, uncertain));
    }

    [Theory]
    [InlineData(false, false, 0, 1)]
    [InlineData(true, false, 1, 0)]
    [InlineData(false, true, 1, 0)]
    public async Task A_mail_whose_sender_died_is_uncertain_in_the_same_way(bool isIdempotent, bool resend, int sent, int uncertain)
    {
        await BeginAsync();
        _transport.TakesRepeatsAsOne.Returns(isIdempotent);
        Answers(EmailDelivery.Accepted);
        (await _checks.Areas.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        _checks.Areas.Clock.Advance(IDailyEmailStore.Lease);

        (await Send(resend)).ShouldBe(new SentDailyEmails(sent, 0, 0, uncertain));
    }

    private List<OutgoingEmail> Asked() => [.. _transport.ReceivedCalls().Where(c => c.GetMethodInfo().Name == nameof(IEmailTransport.SendAsync)).Select(c => (OutgoingEmail)c.GetArguments()[0]!)];

    private void Answers(EmailDelivery delivery) => _transport.SendAsync(null!, default).ReturnsForAnyArgs(delivery);

    private async Task BeginAsync(int users = 1)
    {
        for (var i = 0; i < users; i++)
        {
            _user = await _checks.Areas.AddUserAsync($"User {i}");
            await _checks.Areas.AddAlertAsync(_user.Id);
        }

        for (DailyCheck? check = await _checks.ClaimAsync(); check is not null; check = await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None))
        {
            await _checks.Areas.Runs.TryCompleteAsync(check, new NewDailyEmail(new EmailContent("s", "t", "h"), Maps: 3, Changes: null), [], Make.Start, CancellationToken.None);
        }
    }

    private async Task<SentDailyEmails> Send(bool resend = false)
    {
        var options = new EmailOptions { PublicBaseUrl = new Uri("https://tm.example.org"), ResendUncertain = resend };
        return (await new SendDailyEmailsHandler(_checks.Areas.Emails, _transport, new EmailLinks(options, _tokens), options, _checks.Areas.Clock, new RecordingLogger<SendDailyEmailsHandler>())
            .Handle(new SendDailyEmailsCommand(), CancellationToken.None)).Value;
    }

    private Task<IReadOnlyList<HistoryEntry>> HistoryAsync() => _checks.Areas.History.ListAsync(_user.Id, DateOnly.MinValue, CancellationToken.None);
}
