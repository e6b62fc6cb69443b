using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Accounts;

public sealed record GetMailPreferencesQuery(UserId UserId) : IQuery<MailPreferences>;

internal sealed class GetMailPreferencesHandler(IUserStore users) : IQueryHandler<GetMailPreferencesQuery, MailPreferences>
{
    public async Task<Result<MailPreferences>> Handle(GetMailPreferencesQuery query, CancellationToken cancellationToken) =>
        await users.FindAsync(query.UserId, cancellationToken) is { } user ? user.Mail : AccountErrors.NotFound;
}
