using Backend.Application.Common.Messaging;
using Backend.Application.DailyEmails;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.PasswordResets;

/// <summary>Whose password a link is for, if it is still good. Uses nothing up: mail programs and scanners follow links by themselves.</summary>
public sealed record OpenPasswordResetQuery(Secret? Token, string ClientAddress) : IQuery<NewPasswordView>;

internal sealed class OpenPasswordResetHandler(IPasswordResetStore resets, IUserStore users, IRateLimiter limiter, EmailLinks links) : IQueryHandler<OpenPasswordResetQuery, NewPasswordView>
{
    public async Task<Result<NewPasswordView>> Handle(OpenPasswordResetQuery query, CancellationToken cancellationToken)
    {
        if ((await limiter.TryTakeAsync(RateLimit.MailPages, ClientNetwork.KeyOf(query.ClientAddress), cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        return query.Token is { IsEmpty: false } token
            && await resets.FindAsync(ResetTokenHash.Of(token), cancellationToken) is { } userId
            && await users.FindAsync(userId, cancellationToken) is { } user
                ? new NewPasswordView(user.Name, links.NewPassword(token))
                : PasswordResetErrors.Unknown;
    }
}
