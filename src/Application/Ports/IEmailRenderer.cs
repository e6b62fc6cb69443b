using Backend.Domain.DailyEmails;

namespace Backend.Application.Ports;

/// <summary>Puts mails into words.</summary>
public interface IEmailRenderer
{
    /// <summary>
    /// The mail of one run. Whatever names hold, the subject is one line of plain text and the HTML shows them as text.
    /// Colour codes of Trackmania are left out.
    /// </summary>
    /// <param name="digest">Not empty.</param>
    /// <param name="preferences">Where the recipient says what he wants to be told, without signing in.</param>
    Task<EmailContent> RenderAsync(DailyDigest digest, Uri preferences, CancellationToken cancellationToken);

    /// <summary>The mail with a link for a new password.</summary>
    /// <param name="link">Good for a short time, once.</param>
    Task<EmailContent> RenderPasswordResetAsync(string recipient, Uri link, TimeSpan validity, CancellationToken cancellationToken);
}
