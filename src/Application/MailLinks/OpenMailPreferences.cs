using Backend.Application.Common.Messaging;
using Backend.Application.DailyEmails;
using Backend.Application.Ports;
using Backend.Domain.Common;

namespace Backend.Application.MailLinks;

/// <summary>What the user whose mail it was is told by mail. Changes nothing: mail programs and scanners follow links by themselves.</summary>
public sealed record OpenMailPreferencesQuery(Secret? Token, string ClientAddress) : IQuery<MailPreferencesView>;

internal sealed class OpenMailPreferencesHandler(MailLinkHolder holder, EmailLinks links) : IQueryHandler<OpenMailPreferencesQuery, MailPreferencesView>
{
    public async Task<Result<MailPreferencesView>> Handle(OpenMailPreferencesQuery query, CancellationToken cancellationToken)
    {
        var found = await holder.FindAsync(query.Token, query.ClientAddress, cancellationToken);
        return found.IsSuccess ? links.ViewOf(found.Value, found.Value.Mail) : found.Error;
    }
}
