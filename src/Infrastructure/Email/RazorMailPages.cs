using Backend.Application.Ports;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Email;

/// <summary>Pages in the frame of mails, so that they look alike.</summary>
internal sealed class RazorMailPages(IServiceProvider services, ILoggerFactory loggers) : IMailPages
{
    public Task<string> RenderPreferencesAsync(MailPreferencesView view, string? note, bool offersToUnsubscribe, CancellationToken cancellationToken) => ComponentHtml.RenderAsync<PreferencesPage>(
        services,
        loggers,
        new(StringComparer.Ordinal) { [nameof(PreferencesPage.View)] = view, [nameof(PreferencesPage.Note)] = note, [nameof(PreferencesPage.OffersToUnsubscribe)] = offersToUnsubscribe },
        cancellationToken);

    public Task<string> RenderNewPasswordAsync(NewPasswordView view, string? note, CancellationToken cancellationToken) => ComponentHtml.RenderAsync<NewPasswordPage>(
        services, loggers, new(StringComparer.Ordinal) { [nameof(NewPasswordPage.View)] = view, [nameof(NewPasswordPage.Note)] = note }, cancellationToken);

    public Task<string> RenderMessageAsync(string title, string message, MailPageLink? link, CancellationToken cancellationToken) => ComponentHtml.RenderAsync<MessagePage>(
        services,
        loggers,
        new(StringComparer.Ordinal) { [nameof(MessagePage.Title)] = title, [nameof(MessagePage.Message)] = message, [nameof(MessagePage.Link)] = link },
        cancellationToken);
}
