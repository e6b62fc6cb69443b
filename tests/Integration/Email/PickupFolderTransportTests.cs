using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.DailyEmails;
using Backend.Infrastructure.Email;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Backend.Integration.Email;

public sealed class PickupFolderTransportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backend-tests-mail-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_mail_is_a_file_that_holds_all_of_it()
    {
        var transport = Transport(_folder.FullName);

        (await transport.SendAsync(Mail("daily.20260502.7"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);

        var file = _folder.GetFiles().ShouldHaveSingleItem();
        file.Name.ShouldBe("daily.20260502.7.eml");
        var message = await MimeMessage.LoadAsync(file.FullName);
        message.MessageId.ShouldBe("daily.20260502.7@example.org");
        message.From.ToString().ShouldBe("records@example.org");
        message.To.ToString().ShouldBe("driver@example.com");
        message.Subject.ShouldBe("Grüße");
        message.Date.ShouldBe(new DateTimeOffset(2026, 5, 2, 3, 4, 5, TimeSpan.Zero));
        message.Headers[HeaderId.ListUnsubscribe].ShouldBe("<https://records.example.org/unsubscribe?x=1>");
        message.TextBody!.ReplaceLineEndings("\n").ShouldBe("Zeilen\n");
        message.HtmlBody.ShouldBe("<p>スピード</p>");
    }

    [Fact]
    public async Task The_same_mail_again_is_the_same_file()
    {
        var transport = Transport(_folder.FullName);
        transport.TakesRepeatsAsOne.ShouldBeTrue();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => transport.SendAsync(Mail("daily.1"), CancellationToken.None)));
        (await transport.SendAsync(Mail("daily.1"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);
        (await transport.SendAsync(Mail("daily.2"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);

        _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal).ShouldBe(["daily.1.eml", "daily.2.eml"]);
    }

    [Fact]
    public async Task No_name_leads_out_of_the_folder()
    {
        var inner = Path.Combine(_folder.FullName, "inner");

        (await Transport(inner).SendAsync(Mail("../outside"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);

        Directory.GetFiles(inner).ShouldHaveSingleItem();
        _folder.GetFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_leaves_the_mail_for_later()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "in the way");

        var delivery = await Transport(Path.Combine(file, "mail")).SendAsync(Mail("daily.1"), CancellationToken.None);

        delivery.Status.ShouldBe(EmailDeliveryStatus.Unreachable);
        delivery.Reason!.ShouldStartWith("The folder for mails cannot be written to");
    }

    [Fact]
    public async Task Whoever_calls_it_off_finds_no_half_a_mail()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        (await Transport(_folder.FullName).SendAsync(Mail("daily.1"), cancellation.Token)).Status.ShouldBe(EmailDeliveryStatus.Deferred);

        _folder.GetFiles().ShouldBeEmpty();
    }

    /// <summary>As the whole service is put together in Development.</summary>
    [Fact]
    public async Task A_host_puts_its_mails_into_its_folder()
    {
        await using var host = BackendHost.Start(HostProfile.InMemory);

        (await host.Services.GetRequiredService<IEmailTransport>().SendAsync(Mail("daily.1"), CancellationToken.None)).ShouldBe(EmailDelivery.Accepted);

        Directory.GetFiles(host.MailFolder).Select(Path.GetFileName).ShouldBe(["daily.1.eml"]);
    }

    private static PickupFolderTransport Transport(string folder) => new(new PickupSettings(folder, new MailboxAddress(name: null, "records@example.org")));

    private static OutgoingEmail Mail(string messageId)
    {
        EmailAddress.TryCreate("driver@example.com", out var to).ShouldBeTrue();
        return new(messageId, to!, new EmailContent("Grüße", "Zeilen\n", "<p>スピード</p>"), new DateTimeOffset(2026, 5, 2, 3, 4, 5, TimeSpan.Zero), new Uri("https://records.example.org/unsubscribe?x=1"));
    }
}
