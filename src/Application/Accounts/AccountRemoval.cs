using Backend.Application.Ports;
using Backend.Domain.Accounts;

namespace Backend.Application.Accounts;

/// <summary>
/// Removes a user from every store. The stores do not share a transaction: until the user himself is gone a removal that
/// was cut short can be repeated, and what a request that was under way adds in between is removed by the second pass.
/// </summary>
internal sealed class AccountRemoval(IUserStore users, ISessionStore sessions, IMapSearchJobStore jobs, IRateLimiter limiter)
{
    /// <summary>False when there was no such user.</summary>
    public async Task<bool> RemoveAsync(UserId userId, CancellationToken cancellationToken)
    {
        await RemoveElsewhereAsync(userId, cancellationToken);
        var removed = await users.RemoveAsync(userId, cancellationToken);
        await RemoveElsewhereAsync(userId, CancellationToken.None);
        return removed;
    }

    private async Task RemoveElsewhereAsync(UserId userId, CancellationToken cancellationToken)
    {
        await sessions.RemoveAllAsync(userId, cancellationToken);
        await jobs.RemoveAllAsync(userId, cancellationToken);
        await limiter.ForgetAsync(userId.ToString(), cancellationToken);
    }
}
