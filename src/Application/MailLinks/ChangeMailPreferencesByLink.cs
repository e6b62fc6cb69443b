using Backend.Application.Accounts;
using Backend.Application.Common.Messaging;
using Backend.Application.DailyEmails;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.MailLinks;

/// <summary>Changes what the user whose mail it was is told by mail, all of it or nothing at all.</summary>
public sealed record ChangeMailPreferencesByLinkCommand(Secret? Token, string ClientAddress, MailPreferencesChange Change) : ICommand<MailPreferencesView>;

internal sealed class ChangeMailPreferencesByLinkValidator : AbstractValidator<ChangeMailPreferencesByLinkCommand>
{
    public ChangeMailPreferencesByLinkValidator() =>
        When(c => c.Change.TimeZone is not null, () => RuleFor(c => c.Change.TimeZone).MustBeTimeZone().OverridePropertyName("timeZone"));
}

internal sealed class ChangeMailPreferencesByLinkHandler(MailLinkHolder holder, IUserStore users, EmailLinks links)
    : ICommandHandler<ChangeMailPreferencesByLinkCommand, MailPreferencesView>
{
    public async Task<Result<MailPreferencesView>> Handle(ChangeMailPreferencesByLinkCommand command, CancellationToken cancellationToken)
    {
        var found = await holder.FindAsync(command.Token, command.ClientAddress, cancellationToken);
        if (!found.IsSuccess)
        {
            return found.Error;
        }

        return await users.ChangeMailPreferencesAsync(found.Value.Id, command.Change, cancellationToken) is { } now ? links.ViewOf(found.Value, now) : MailLinkErrors.Unknown;
    }
}
