using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Ports;

/// <summary>
/// Keeps wishes for a new password until each has led to a mail, and then the hash of the token in that mail until it has expired. Of
/// each address there is one wish at most, and of each user one token. Every method is atomic and every read sees all earlier writes; due
/// times, claims, ages and expiry go by the store's own clock. A user's wish and token go with him (<see cref="IUserStore.RemoveAsync"/>).
/// </summary>
public interface IPasswordResetStore
{
    /// <summary>How long a claimed wish is left alone. Longer than any attempt.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Notes a wish for the account with this address, due at once, in place of an earlier one; a token that is good stays so. No user is
    /// looked for: it is the same write whether one has the address or not, so that its time does not tell.
    /// </summary>
    Task NoteAsync(EmailAddress email, PasswordResetId id, CancellationToken cancellationToken);

    /// <summary>
    /// Claims the user's wish that has been due for longest, be it waiting, or claimed by somebody who gave no sign of life for
    /// <see cref="Lease"/>; null when none is due. Due wishes for addresses that no user has are forgotten by the same step, a thousand at least.
    /// </summary>
    Task<PasswordResetTicket?> TryClaimAsync(CancellationToken cancellationToken);

    /// <summary>From now on a token with this hash is good for the user, and none before it. False when the wish was claimed anew since, or is gone; so it is with everything that takes a claim.</summary>
    Task<bool> TryArmAsync(PasswordResetTicket ticket, ResetTokenHash hash, TimeSpan validity, CancellationToken cancellationToken);

    /// <summary>Ends the wish; its token stays good.</summary>
    Task<bool> TryEndAsync(PasswordResetTicket ticket, CancellationToken cancellationToken);

    /// <summary>The wish waits again, for <paramref name="pause"/>; its token is void.</summary>
    Task<bool> TryPutOffAsync(PasswordResetTicket ticket, TimeSpan pause, CancellationToken cancellationToken);

    /// <summary>Forgets the wish with its token.</summary>
    Task<bool> TryGiveUpAsync(PasswordResetTicket ticket, CancellationToken cancellationToken);

    /// <summary>Whose token it is; null for one that is unknown, void, used or expired.</summary>
    Task<UserId?> FindAsync(ResetTokenHash hash, CancellationToken cancellationToken);

    /// <summary>
    /// Uses the token up and gives its user the new password, in one step: of concurrent calls exactly one succeeds. Null as in
    /// <see cref="FindAsync"/>, and then nothing changes.
    /// </summary>
    /// <param name="passwordHash">Of the new password.</param>
    Task<UserId?> TryUseAsync(ResetTokenHash hash, Secret passwordHash, CancellationToken cancellationToken);

    /// <summary>Forgets the user's wish with its token, if there is one.</summary>
    Task ForgetAsync(UserId userId, CancellationToken cancellationToken);
}

/// <summary>A claim to send the mail that a wish leads to.</summary>
/// <param name="UserName">Of its user, now.</param>
/// <param name="To">The user's address, now.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Age">Since the wish was noted.</param>
/// <param name="Fence">Names this claim to the store.</param>
public sealed record PasswordResetTicket(PasswordResetId Id, UserId UserId, UserName UserName, EmailAddress To, int Attempt, TimeSpan Age, long Fence);
