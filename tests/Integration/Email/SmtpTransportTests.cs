using System.Globalization;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.DailyEmails;
using Backend.Infrastructure.Email;
using Backend.Integration.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MimeKit;

namespace Backend.Integration.Email;

/// <summary>Mails handed to a real server, which is told what shall go wrong and where.</summary>
public sealed class SmtpTransportTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly List<ServiceProvider> _providers = [];
    private SmtpServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await SmtpServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _providers)
        {
            await provider.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_mail_comes_as_it_was_sent()
    {
        var delivery = await Transport(("Email:From", "Trackmania Reports <reports@mail.example.org>")).SendAsync(
            Mail("daily.20260502.7", "Grüße & スピード", "Zeile eins\nDot:\n.\n..\n", "<p>Grüße <b>&amp;</b> スピード</p>\n") with { Unsubscribe = new Uri("https://records.example.org/mail/unsubscribe?token=a-b_c&x=1") },
            CancellationToken.None);

        delivery.ShouldBe(EmailDelivery.Accepted);
        var received = (await _server.LookAsync()).Mails.ShouldHaveSingleItem();
        (received.User, received.IsSecure, received.From).ShouldBe((SmtpServer.User, true, "reports@mail.example.org"));
        received.To.ShouldBe(["driver@example.com"]);
        var message = Parse(received);
        message.MessageId.ShouldBe("daily.20260502.7@mail.example.org");
        message.Date.ShouldBe(new DateTimeOffset(2026, 5, 2, 3, 4, 5, TimeSpan.Zero));
        message.From.ToString().ShouldBe("\"Trackmania Reports\" <reports@mail.example.org>");
        message.To.ToString().ShouldBe("driver@example.com");
        message.Subject.ShouldBe("Grüße & スピード");
        message.Headers[HeaderId.ListUnsubscribe].ShouldBe("<https://records.example.org/mail/unsubscribe?token=a-b_c&x=1>");
        message.Headers[HeaderId.ListUnsubscribePost].ShouldBe("List-Unsubscribe=One-Click");
        message.Headers[HeaderId.AutoSubmitted].ShouldBe("auto-generated");
        var parts = message.Body.ShouldBeOfType<MultipartAlternative>().Cast<TextPart>().ToList();
        parts.Select(part => (part.ContentType.MimeType, part.ContentType.Charset)).ShouldBe([("text/plain", "utf-8"), ("text/html", "utf-8")]);
        parts.Select(part => part.Text.ReplaceLineEndings("\n")).ShouldBe(["Zeile eins\nDot:\n.\n..\n", "<p>Grüße <b>&amp;</b> スピード</p>\n"]);
        received.Source.ShouldAllBe(octet => octet < 128, "not every server takes more");
    }

    [Fact]
    public async Task Without_an_address_for_unsubscribing_nothing_is_said_of_it()
    {
        await Transport().SendAsync(Mail(), CancellationToken.None);

        var message = Parse((await _server.LookAsync()).Mails.ShouldHaveSingleItem());
        message.Headers.Contains(HeaderId.ListUnsubscribe).ShouldBeFalse();
        message.Headers.Contains(HeaderId.ListUnsubscribePost).ShouldBeFalse();
    }

    [Theory]
    [InlineData("evil\r\nBcc: other@example.com")]
    [InlineData("evil\nBcc: other@example.com\n\n<h1>")]
    [InlineData("ä\r\nBcc: other@example.com")]
    public async Task A_subject_adds_no_header(string subject)
    {
        await Transport().SendAsync(Mail(subject: subject), CancellationToken.None);

        var received = (await _server.LookAsync()).Mails.ShouldHaveSingleItem();
        received.To.ShouldBe(["driver@example.com"]);
        var message = Parse(received);
        message.Bcc.ShouldBeEmpty();
        message.Subject.ShouldNotBeNull().ShouldNotContain('\n');
        message.Body.ShouldBeOfType<MultipartAlternative>().Count.ShouldBe(2);
    }

    [Fact]
    public async Task TLS_from_the_first_byte_can_be_asked_for()
    {
        (await Transport(("Email:SmtpSecurity", "Tls"), ("Email:SmtpPort", Text(_server.Ports.Tls))).SendAsync(Mail(), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);
        (await _server.LookAsync()).Mails.ShouldHaveSingleItem().IsSecure.ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_nothing()
    {
        ShouldBe(await Transport(("Email:SmtpPort", Text(_server.Ports.Plain))).SendAsync(Mail(), CancellationToken.None), EmailDeliveryStatus.Unreachable, "STARTTLS");
        (await _server.LookAsync()).Mails.ShouldBeEmpty();
    }

    [Fact]
    public async Task On_this_machine_a_server_may_do_without_TLS_and_without_a_login()
    {
        var transport = Transport(("Adapters:Email", "Smtp"), ("Email:SmtpPort", Text(_server.Ports.Plain)), ("Email:SmtpSecurity", "None"), ("EMAIL_USER", null), ("EMAIL_PASS", null), ("Email:From", "records@example.org"));

        (await transport.SendAsync(Mail(), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);
        var received = (await _server.LookAsync()).Mails.ShouldHaveSingleItem();
        (received.User, received.IsSecure).ShouldBe((null, false));
    }

    [Theory]
    [InlineData("localhost", "other")]
    [InlineData("localhost", null)]
    [InlineData("127.0.0.1", "root")]
    public async Task A_certificate_that_is_not_trusted_or_not_of_that_name_gets_nothing(string host, string? authority)
    {
        var file = authority switch { "root" => _server.Certificates.RootFile, "other" => _server.Certificates.OtherRootFile, _ => null };

        ShouldBe(await Transport(("Email:SmtpHost", host), ("Email:SmtpTrustedCertificate", file)).SendAsync(Mail(), CancellationToken.None), EmailDeliveryStatus.Unreachable, "TLS");
        (await _server.LookAsync()).Mails.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_password_is_trouble_of_the_service_and_no_fault_of_the_mail()
    {
        var delivery = await Transport(("EMAIL_PASS", "a wrong password")).SendAsync(Mail(), CancellationToken.None);

        ShouldBe(delivery, EmailDeliveryStatus.Unreachable, "EMAIL_USER and EMAIL_PASS");
        delivery.Reason!.ShouldNotContain("wrong");
    }

    [Theory]
    [InlineData("login", "454 4.7.0 Too many logins", EmailDeliveryStatus.Unreachable)]
    [InlineData("login", "535 5.7.8 Bad credentials", EmailDeliveryStatus.Unreachable)]
    [InlineData("sender", "451 4.3.0 Try again", EmailDeliveryStatus.Deferred)]
    [InlineData("sender", "550 5.7.1 <records@example.org> may not", EmailDeliveryStatus.Deferred)]
    [InlineData("recipient", "450 4.2.1 <driver@example.com> is busy", EmailDeliveryStatus.Deferred)]
    [InlineData("recipient", "550 5.1.1 <driver@example.com> is unknown", EmailDeliveryStatus.Refused)]
    [InlineData("recipient", "550 5.4.5 Daily sending limit exceeded", EmailDeliveryStatus.Deferred)]
    [InlineData("recipient", "421 4.7.0 Try again later", EmailDeliveryStatus.Deferred)]
    [InlineData("end", "452 4.3.1 Full", EmailDeliveryStatus.Deferred)]
    [InlineData("end", "421 4.3.2 Shutting down", EmailDeliveryStatus.Deferred)]
    [InlineData("end", "554 5.6.0 Spam for driver@example.com", EmailDeliveryStatus.Refused)]
    [InlineData("end", "550 Without a further number", EmailDeliveryStatus.Refused)]
    [InlineData("connect", "554 5.3.2 Not today", EmailDeliveryStatus.Unreachable)]
    public async Task An_answer_says_what_becomes_of_the_mail(string at, string answer, EmailDeliveryStatus expected)
    {
        await _server.AnswerAsync(at, answer);
        var transport = Transport();

        var delivery = await transport.SendAsync(Mail(), CancellationToken.None);

        delivery.Status.ShouldBe(expected, delivery.Reason);
        delivery.Reason.ShouldNotBeNull().ShouldEndWith(".");
        delivery.Reason.ShouldNotContain("example");
        delivery.Reason.ShouldNotContain('\n');
        if (at is "sender" or "recipient" or "end")
        {
            delivery.Reason.ShouldContain($"({answer[..3]}");
        }

        // The next one goes its way.
        await _server.BehaveAsync();
        (await transport.SendAsync(Mail("next"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);
    }

    [Theory]
    [InlineData("connect", EmailDeliveryStatus.Unreachable)]
    [InlineData("login", EmailDeliveryStatus.Unreachable)]
    [InlineData("sender", EmailDeliveryStatus.Deferred)]
    [InlineData("recipient", EmailDeliveryStatus.Deferred)]
    public async Task A_connection_that_is_lost_before_the_mail_leaves_it_for_later(string at, EmailDeliveryStatus expected)
    {
        await _server.DropAsync(at);

        ShouldBe(await Transport().SendAsync(Mail(), CancellationToken.None), expected, "connection was lost");
        (await _server.LookAsync()).Connections.ShouldBe(1, "once is enough");
    }

    [Fact]
    public async Task So_does_one_that_is_lost_in_the_midst_of_it()
    {
        await _server.DropAsync("middle");

        ShouldBe(await Transport().SendAsync(Mail(html: new string('x', 32 * 1024 * 1024)), CancellationToken.None), EmailDeliveryStatus.Deferred, "connection was lost");
    }

    [Fact]
    public async Task When_it_is_lost_after_the_whole_mail_nobody_knows()
    {
        await _server.DropAsync("end");

        ShouldBe(await Transport().SendAsync(Mail(), CancellationToken.None), EmailDeliveryStatus.Uncertain, "whole mail was sent");
        (await _server.LookAsync()).Mails.Count.ShouldBe(1, "it was not sent again");
    }

    [Theory]
    [InlineData("connect", EmailDeliveryStatus.Unreachable)]
    [InlineData("login", EmailDeliveryStatus.Unreachable)]
    [InlineData("recipient", EmailDeliveryStatus.Deferred)]
    [InlineData("end", EmailDeliveryStatus.Uncertain)]
    public async Task A_server_that_says_nothing_is_given_up(string at, EmailDeliveryStatus expected)
    {
        await _server.HangAsync(at);
        var sending = Transport().SendAsync(Mail(), CancellationToken.None);
        await Eventually.GetAsync(_server.LookAsync, state => state.Met == 1);
        sending.IsCompleted.ShouldBeFalse();

        _clock.Advance(s_limit);

        ShouldBe(await sending, expected, "no answer came in time");
    }

    [Theory]
    [InlineData("recipient", EmailDeliveryStatus.Deferred)]
    [InlineData("end", EmailDeliveryStatus.Uncertain)]
    public async Task Whoever_calls_it_off_is_told_how_far_it_was(string at, EmailDeliveryStatus expected)
    {
        await _server.HangAsync(at);
        using var cancellation = new CancellationTokenSource();
        var sending = Transport().SendAsync(Mail(), cancellation.Token);
        await Eventually.GetAsync(_server.LookAsync, state => state.Met == 1);

        await cancellation.CancelAsync();

        (await sending).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task Where_nobody_listens_the_mail_is_left_for_later() =>
        ShouldBe(await Transport(("Email:SmtpPort", Text(LoopbackPort.Find()))).SendAsync(Mail(), CancellationToken.None), EmailDeliveryStatus.Unreachable, "connection was lost");

    [Theory]
    [InlineData("\"a,b\"x@example.com")]
    [InlineData("<a>@example.com")]
    [InlineData("zoë@example.com")]
    public async Task An_address_that_cannot_be_written_to_is_refused(string address)
    {
        var transport = Transport();

        (await transport.SendAsync(Mail(to: address), CancellationToken.None)).Status.ShouldBe(EmailDeliveryStatus.Refused);
        (await transport.SendAsync(Mail("next"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);
    }

    [Fact]
    public async Task A_server_that_takes_other_letters_in_addresses_is_sent_them()
    {
        var transport = Transport(("Email:SmtpSecurity", "Tls"), ("Email:SmtpPort", Text(_server.Ports.Tls)));

        (await transport.SendAsync(Mail(to: "zoë@exämple.com"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);

        var received = (await _server.LookAsync()).Mails.ShouldHaveSingleItem();
        received.To.ShouldBe(["zoë@exämple.com"]);
    }

    [Fact]
    public async Task Mails_that_follow_each_other_share_a_connection_and_it_is_closed_soon()
    {
        await _server.BehaveAsync();
        var transport = Transport();
        for (var n = 0; n < 3; n++)
        {
            (await transport.SendAsync(Mail($"daily.{n}"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);
        }

        var state = await _server.LookAsync();
        (state.Connections, state.Open, state.Mails.Count).ShouldBe((1, 1, 3));

        _clock.Advance(TimeSpan.FromSeconds(10));

        await Eventually.GetAsync(_server.LookAsync, seen => seen.Open == 0);
        (await transport.SendAsync(Mail("later"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);
    }

    [Fact]
    public async Task A_kept_connection_that_the_server_has_closed_costs_nothing()
    {
        await _server.BehaveAsync();
        var transport = Transport();
        await transport.SendAsync(Mail("first"), CancellationToken.None);
        await _server.SayFarewellAsync();
        await Eventually.GetAsync(_server.LookAsync, state => state.Open == 0);

        (await transport.SendAsync(Mail("second"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);
        (await _server.LookAsync()).Mails.Select(mail => Parse(mail).MessageId).ShouldBe(["first@example.org", "second@example.org"]);
    }

    [Fact]
    public async Task Many_at_once_all_arrive()
    {
        var transport = Transport();

        var deliveries = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => transport.SendAsync(Mail($"daily.{n}"), CancellationToken.None)));

        deliveries.ShouldAllBe(delivery => delivery.Status == EmailDeliveryStatus.Accepted);
        (await _server.LookAsync()).Mails.Select(mail => Parse(mail).MessageId).Distinct().Count().ShouldBe(20);
        await Eventually.GetAsync(_server.LookAsync, state => state.Open == 1);
    }

    /// <summary>The server knows another password, so what is sent is seen in what it says of it.</summary>
    [Fact]
    public async Task SES_is_a_server_like_others_with_a_name_and_a_password_of_its_own()
    {
        var transport = Transport(
            ("EMAIL_USER", null), ("EMAIL_PASS", null), ("Email:SesAccessKeyId", "AKIAMADEUP"), ("Email:SesSecretAccessKey", "made-up"), ("AWS_REGION", "eu-central-1"),
            ("Email:SesSmtpHost", "localhost"), ("Email:From", "records@example.org"));

        transport.TakesRepeatsAsOne.ShouldBeFalse();
        ShouldBe(await transport.SendAsync(Mail(), CancellationToken.None), EmailDeliveryStatus.Unreachable, "Email:SesAccessKeyId and Email:SesSecretAccessKey");
        (await _server.LookAsync()).Connections.ShouldBe(1);
    }

    private static void ShouldBe(EmailDelivery delivery, EmailDeliveryStatus status, string reason)
    {
        delivery.Status.ShouldBe(status, delivery.Reason);
        delivery.Reason.ShouldNotBeNull().ShouldContain(reason);
    }

    private static OutgoingEmail Mail(string messageId = "daily.20260502.1", string subject = "New times", string text = "Hello\n", string html = "<p>Hello</p>", string to = "driver@example.com") =>
        new(messageId, EmailAddress.TryCreate(to, out var address) ? address : throw new ArgumentException("No address.", nameof(to)), new EmailContent(subject, text, html), new DateTimeOffset(2026, 5, 2, 3, 4, 5, TimeSpan.Zero), Unsubscribe: null);

    private static MimeMessage Parse(ReceivedMail mail) => MimeMessage.Load(new MemoryStream(mail.Source));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <param name="settings">On top of a login at the server that starts with STARTTLS, whose authority is trusted.</param>
    private IEmailTransport Transport(params (string Key, string? Value)[] settings)
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["EMAIL_USER"] = SmtpServer.User,
            ["EMAIL_PASS"] = SmtpServer.Password,
            ["Email:SmtpHost"] = "localhost",
            ["Email:SmtpPort"] = Text(_server.Ports.StartTls),
            ["Email:SmtpTrustedCertificate"] = _server.Certificates.RootFile,
            ["Email:TimeLimit"] = s_limit.ToString("c"),
            ["PublicBaseUrl"] = "https://records.example.org",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var errors = new List<string>();
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(_clock);
        services.AddEmail(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), isDevelopment: false, errors);
        errors.ShouldBeEmpty();
        var provider = services.BuildServiceProvider();
        _providers.Add(provider);
        return provider.GetRequiredService<IEmailTransport>();
    }
}
