using Backend.Application.Ports;
using Backend.Domain.DailyEmails;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Email;

/// <summary>Mails as Razor components, which write every text so that it stays text, and the same words as plain lines.</summary>
internal sealed class RazorEmailRenderer(IServiceProvider services, ILoggerFactory loggers) : IEmailRenderer
{
    public async Task<EmailContent> RenderAsync(DailyDigest digest, Uri preferences, CancellationToken cancellationToken)
    {
        var words = DailyMailWords.Of(digest);
        var html = await HtmlAsync<DailyMail>(
            new(StringComparer.Ordinal) { [nameof(DailyMail.Digest)] = digest, [nameof(DailyMail.Preferences)] = preferences }, cancellationToken);
        return new EmailContent(words.Subject, MailLines.Of(words, preferences), html);
    }

    public async Task<EmailContent> RenderPasswordResetAsync(string recipient, Uri link, TimeSpan validity, CancellationToken cancellationToken)
    {
        var html = await HtmlAsync<PasswordResetMail>(
            new(StringComparer.Ordinal) { [nameof(PasswordResetMail.Recipient)] = recipient, [nameof(PasswordResetMail.Link)] = link, [nameof(PasswordResetMail.Validity)] = validity }, cancellationToken);
        return new EmailContent(PasswordResetWords.Subject, MailLines.Of(PasswordResetWords.Of(recipient, validity), link), html);
    }

    private Task<string> HtmlAsync<TMail>(Dictionary<string, object?> parameters, CancellationToken cancellationToken)
        where TMail : IComponent => ComponentHtml.RenderAsync<TMail>(services, loggers, parameters, cancellationToken);
}
