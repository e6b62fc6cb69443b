using Backend.Application.Ports;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Email;

/// <summary>Pages that look like mails.</summary>
internal sealed class RazorMailPages(IServiceProvider services, ILoggerFactory loggers) : IMailPages
{
    public Task<MailPage> RenderPreferencesAsync(MailPreferencesView view, string? note, bool offersToUnsubscribe, CancellationToken cancellationToken) => RenderAsync<PreferencesPage>(
        new(StringComparer.Ordinal) { [nameof(PreferencesPage.View)] = view, [nameof(PreferencesPage.Note)] = note, [nameof(PreferencesPage.OffersToUnsubscribe)] = offersToUnsubscribe },
        cancellationToken);

    public Task<MailPage> RenderNewPasswordAsync(NewPasswordView view, string? note, CancellationToken cancellationToken) => RenderAsync<NewPasswordPage>(
        new(StringComparer.Ordinal) { [nameof(NewPasswordPage.View)] = view, [nameof(NewPasswordPage.Note)] = note }, cancellationToken);

    public Task<MailPage> RenderMessageAsync(string title, string message, MailPageLink? link, CancellationToken cancellationToken) => RenderAsync<MessagePage>(
        new(StringComparer.Ordinal) { [nameof(MessagePage.Title)] = title, [nameof(MessagePage.Message)] = message, [nameof(MessagePage.Link)] = link }, cancellationToken);

    private async Task<MailPage> RenderAsync<TPage>(Dictionary<string, object?> parameters, CancellationToken cancellationToken)
        where TPage : IComponent =>
        new(await ComponentHtml.RenderAsync<TPage>(services, loggers, parameters, cancellationToken), MailPageStyle.Hash);
}
