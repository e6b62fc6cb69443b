using System.Globalization;
using Backend.Application.Ports;
using MimeKit;

namespace Backend.Infrastructure.Email;

/// <summary>Mails as they travel (RFC 5322): one address, the same content as lines and as HTML.</summary>
internal static class MimeMail
{
    /// <exception cref="ParseException">The recipient's address has a form that no mail can carry.</exception>
    public static MimeMessage Of(OutgoingEmail email, MailboxAddress from)
    {
        var message = new MimeMessage
        {
            MessageId = string.Create(CultureInfo.InvariantCulture, $"{email.MessageIdLeft}@{from.Domain}"),
            Date = email.Date,
            Subject = email.Content.Subject,
            Body = new MultipartAlternative(
                new TextPart("plain") { Text = email.Content.Text },
                new TextPart("html") { Text = email.Content.Html }),
        };

        // An address knows the mails that it is in, so that one which is kept would keep all of them.
        message.From.Add(new MailboxAddress(from.Name, from.Address));
        message.To.Add(new MailboxAddress(name: null, email.To.Value));
        if (email.Unsubscribe is { } unsubscribe)
        {
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{unsubscribe.AbsoluteUri}>");
            message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
        }

        // Nobody's holiday notice shall answer it (RFC 3834).
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");

        // Every server and every program takes ASCII.
        message.Prepare(EncodingConstraint.SevenBit);
        return message;
    }
}
