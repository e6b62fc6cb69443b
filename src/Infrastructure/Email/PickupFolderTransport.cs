using Backend.Application.Ports;
using MimeKit;

namespace Backend.Infrastructure.Email;

/// <summary>Each mail is a file, for somebody to look at or for another program to send.</summary>
internal sealed class PickupFolderTransport(PickupSettings settings) : IEmailTransport
{
    /// <summary>The name of the file follows from that of the mail.</summary>
    public bool TakesRepeatsAsOne => true;

    public async Task<EmailDelivery> SendAsync(OutgoingEmail email, CancellationToken cancellationToken)
    {
        try
        {
            var message = MimeMail.Of(email, settings.From);
            Directory.CreateDirectory(settings.Folder);
            var file = Path.Combine(settings.Folder, $"{Uri.EscapeDataString(email.MessageIdLeft)}.eml");

            // Nobody shall find half a mail under a name that ends like a whole one's.
            var unfinished = Path.Combine(settings.Folder, $"{Path.GetRandomFileName()}.part");
            try
            {
                await message.WriteToAsync(unfinished, cancellationToken);
                File.Move(unfinished, file, overwrite: true);
            }
            finally
            {
                File.Delete(unfinished);
            }

            return EmailDelivery.Accepted;
        }
        catch (ParseException)
        {
            return new EmailDelivery(EmailDeliveryStatus.Refused, "The address has a form that no mail can carry.");
        }
        catch (OperationCanceledException)
        {
            return new EmailDelivery(EmailDeliveryStatus.Deferred, "It was called off before the mail was written.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new EmailDelivery(EmailDeliveryStatus.Unreachable, $"The folder for mails cannot be written to ({exception.GetType().Name}).");
        }
    }
}

/// <param name="Folder">Whole path; made when the first mail comes.</param>
internal sealed record PickupSettings(string Folder, MailboxAddress From);
