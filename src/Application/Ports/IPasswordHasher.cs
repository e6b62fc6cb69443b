using Backend.Domain.Common;

namespace Backend.Application.Ports;

/// <summary>
/// Hashes and verifies passwords. The work is slow on purpose and is done by a small pool with a bounded queue, so that
/// a flood of sign-ins cannot starve everything else; beyond the queue both methods return an
/// <see cref="ErrorKind.Unavailable"/> error.
/// </summary>
public interface IPasswordHasher
{
    /// <param name="password">Must keep to <see cref="Domain.Accounts.PasswordRules"/>.</param>
    Task<Result<Secret>> HashAsync(Secret password, CancellationToken cancellationToken);

    /// <summary>
    /// Compares a password with a hash. A missing hash, an unreadable one and a password that no hash can hold take as
    /// long as a real comparison and never match.
    /// </summary>
    Task<Result<PasswordVerdict>> VerifyAsync(Secret password, Secret? hash, CancellationToken cancellationToken);
}

/// <param name="NeedsRehash">The hash was made at another cost than the configured one.</param>
public readonly record struct PasswordVerdict(bool IsMatch, bool NeedsRehash);
