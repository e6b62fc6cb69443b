using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.MailLinks;

/// <summary>Whoever follows a link of a mail, which stands for signing in.</summary>
internal sealed class MailLinkHolder(IUserStore users, IMailTokens tokens, IRateLimiter limiter)
{
    /// <summary>The user whose mail it was.</summary>
    public async Task<Result<User>> FindAsync(Secret? token, string clientAddress, CancellationToken cancellationToken)
    {
        if ((await limiter.TryTakeAsync(RateLimit.MailPages, ClientNetwork.KeyOf(clientAddress), cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        return tokens.Read(token?.Reveal()) is { } userId && await users.FindAsync(userId, cancellationToken) is { } user ? user : MailLinkErrors.Unknown;
    }
}
